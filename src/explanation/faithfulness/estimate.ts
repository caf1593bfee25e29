import { type Interval, quantile } from '../../evaluation/intervals.ts'
import { createRandom } from '../../random.ts'

/** A mean over pairs, and where it lies with 95 % confidence (`null` with fewer than two people). */
export type MeanEstimate = {
  readonly value: number
  readonly interval: Interval | null
  readonly pairs: number
}

/** A number found on one pair, and whose pair it is. */
export type Finding = { readonly person: string; readonly value: number }

/**
 * The mean of findings, with a percentile interval from resampling people: pairs of one person are not independent.
 * Findings that are no number (a share of nothing) are left out.
 */
export const meanOf = (
  findings: readonly Finding[],
  { resamples = 1000, seed = 1 }: { resamples?: number; seed?: number | string } = {},
): MeanEstimate => {
  const groups = new Map<string, { sum: number; count: number }>()
  for (const { person, value } of findings) {
    if (!Number.isFinite(value)) continue
    const group = groups.get(person) ?? { sum: 0, count: 0 }
    groups.set(person, { sum: group.sum + value, count: group.count + 1 })
  }
  const people = [...groups.values()]
  const pairs = people.reduce((total, { count }) => total + count, 0)
  const value = people.reduce((total, { sum }) => total + sum, 0) / pairs
  if (people.length < 2) return { value, interval: null, pairs }
  const random = createRandom('faithfulness', seed)
  const means = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    let [sum, count] = [0, 0]
    for (let k = 0; k < people.length; k++) {
      const drawn = people[random.index(people.length)]!
      sum += drawn.sum
      count += drawn.count
    }
    means[r] = sum / count
  }
  means.sort()
  return { value, interval: [quantile(means, 0.025), quantile(means, 0.975)], pairs }
}
