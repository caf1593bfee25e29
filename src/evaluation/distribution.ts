import { XfmrError } from '../errors.ts'

/**
 * The scores of one kind of comparison (genuine or impostor) as a table of distinct values and how often each
 * occurred. Exact sets and histograms are both such tables, so every metric works on either.
 */
export type Distribution = {
  /** Distinct scores, ascending. Of a histogram: the lower edges of the bins that are not empty. */
  readonly values: Float64Array
  /** How many comparisons had each value. Weights, not whole numbers, within a bootstrap. */
  readonly counts: Float64Array
  /** Comparisons with a score: the sum of `counts`. */
  readonly scored: number
  /** Comparisons without a score, because no face was found in one of the photos (failure to acquire). */
  readonly failures: number
  /** 0 = exact; otherwise the width of a bin. */
  readonly resolution: number
  /** Mean of the scores. NaN when there are none. */
  readonly mean: number
  /** Variance of the scores, divided by their number (ddof 0). NaN when there are none. */
  readonly variance: number
}

/**
 * The exact form: keeps every distinct score.
 * @param scores Similarities, higher = more alike; any finite numbers, in any order.
 * @param failures How many further comparisons gave no score.
 * @throws XfmrError `E_NOT_FINITE` when a score is NaN or infinite.
 */
export const exactDistribution = (scores: ArrayLike<number>, failures = 0): Distribution => {
  const sorted = Float64Array.from(scores).sort()
  for (const index of [0, sorted.length - 1]) {
    // The sort brings -Infinity to the front, Infinity and NaN to the back.
    if (sorted.length > 0 && !Number.isFinite(sorted[index]!)) {
      throw new XfmrError(
        'E_NOT_FINITE',
        `A score is ${sorted[index]}. Give a comparison without a score as a failure.`,
      )
    }
  }
  const values = new Float64Array(sorted.length)
  const counts = new Float64Array(sorted.length)
  let size = 0
  for (const score of sorted) {
    if (size === 0 || values[size - 1] !== score) values[size++] = score + 0 // -0 becomes 0
    counts[size - 1]!++
  }
  return tabulate(values.slice(0, size), counts.slice(0, size), failures, 0)
}

/** Completes a table (`values` ascending and distinct) with its totals and moments. */
export const tabulate = (
  values: Float64Array,
  counts: Float64Array,
  failures: number,
  resolution: number,
): Distribution => {
  // A binned score lies half a bin above the lower edge on average, except that nothing lies above 1.
  const centre = (value: number): number => (resolution === 0 ? value : Math.min(1, value + resolution / 2))
  let scored = 0
  let sum = 0
  for (let i = 0; i < values.length; i++) {
    scored += counts[i]!
    sum += counts[i]! * centre(values[i]!)
  }
  const mean = sum / scored
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += counts[i]! * (centre(values[i]!) - mean) ** 2
  return { values, counts, scored, failures, resolution, mean, variance: squares / scored }
}
