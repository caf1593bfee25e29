/** How the learning rate goes over a training. Lengths are in epochs. */
export type Schedule =
  | { readonly kind: 'constant'; readonly rate: number }
  /** Multiplied by `factor` after every `every` epochs. */
  | { readonly kind: 'steps'; readonly rate: number; readonly every: number; readonly factor: number }
  /** Rises evenly from 0 to `rate` over `warmUp` epochs, then falls to `floor` (default 0) along half a cosine. */
  | { readonly kind: 'cosine'; readonly rate: number; readonly warmUp?: number; readonly floor?: number }

/** The published schedule of the EUM: 0.1, a tenth of it after every 3 epochs. */
export const EUM_SCHEDULE: Schedule = { kind: 'steps', rate: 0.1, every: 3, factor: 0.1 }

/**
 * The learning rate of one step.
 * @param step From 0
 */
export const rateAt = (
  schedule: Schedule,
  step: number,
  { stepsPerEpoch, epochs }: { stepsPerEpoch: number; epochs: number },
): number => {
  if (schedule.kind === 'constant') return schedule.rate
  if (schedule.kind === 'steps') {
    const epoch = Math.floor(step / stepsPerEpoch)
    return schedule.rate * schedule.factor ** Math.floor(epoch / schedule.every)
  }
  const { rate, warmUp = 0, floor = 0 } = schedule
  const rise = Math.round(warmUp * stepsPerEpoch)
  if (step < rise) return (rate * (step + 1)) / rise
  const share = (step - rise) / Math.max(1, epochs * stepsPerEpoch - rise)
  return floor + ((rate - floor) * (1 + Math.cos(Math.PI * Math.min(1, share)))) / 2
}
