/** How far a training is. */
export type FitProgress = {
  /** Steps done. */
  readonly step: number
  readonly steps: number
  /** From 1. */
  readonly epoch: number
  readonly epochs: number
  /** What the last step reported, or the means of an epoch that has just ended. */
  readonly values: Readonly<Record<string, number>>
  /** What the last epoch's validation found; empty before. */
  readonly validation: Readonly<Record<string, number>>
  readonly secondsLeft: number
}

/** One line for a progress bar: `epoch 2/10 | loss 0.1234 | cosine 0.812 | 3 min left`. */
export const progressText = ({ epoch, epochs, values, validation, secondsLeft }: FitProgress): string => {
  const numbers = { ...(values.loss === undefined ? {} : { loss: values.loss }), ...validation }
  const parts = Object.entries(numbers).map(([name, value]) => `${name} ${value.toPrecision(4)}`)
  return [`epoch ${epoch}/${epochs}`, ...parts, `${duration(secondsLeft)} left`].join(' | ')
}

// --- internal ---

const duration = (seconds: number): string => {
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
