import { XfmrError } from '../errors.ts'
import { type Distribution, tabulate } from './distribution.ts'

/**
 * Scores counted as they come, in fixed bins over [-1, 1]: for sets too large to keep (10^8 impostors need
 * 0.5 MB). Holds whole numbers only, so the order of the scores and the split over workers change nothing.
 */
export type ScoreHistogram = {
  /** Bins over [-1, 1), a power of two, so that every edge is an exact binary fraction. */
  readonly bins: number
  /** `bins + 1` counts: bin k holds scores in [edge k, edge k+1); the last one holds scores of exactly 1. */
  readonly counts: Float64Array
  /** Comparisons without a score. */
  failures: number
}

/** An empty histogram. @param bins A power of two; the default gives bins 3.1e-5 wide. */
export const createHistogram = (bins = 65_536): ScoreHistogram => {
  if (!Number.isInteger(Math.log2(bins)) || bins < 2 || bins > 2 ** 24) {
    throw new XfmrError(
      'E_BAD_SCORES',
      `A score histogram takes a power of two from 2 to 2^24 as its bins, not ${bins}.`,
    )
  }
  return { bins, counts: new Float64Array(bins + 1), failures: 0 }
}

/**
 * Counts scores. Rounding of up to 1e-6 beyond [-1, 1] is forgiven.
 * @throws XfmrError `E_NOT_FINITE` on NaN, `E_BAD_SCORES` on a score that is no cosine.
 */
export const addScores = (histogram: ScoreHistogram, scores: ArrayLike<number>): void => {
  const { counts, bins } = histogram
  const half = bins / 2
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    // Scaling by a power of two is exact, so score < edge k if and only if its bin is below k.
    let bin = Math.floor(score * half) + half
    if (!(bin >= 0 && bin < bins)) bin = outside(score, bins)
    counts[bin]!++
  }
}

/** Adds the counts of several histograms, for instance one of each worker. */
export const mergeHistograms = (histograms: readonly ScoreHistogram[]): ScoreHistogram => {
  const merged = createHistogram(histograms[0]?.bins)
  for (const { bins, counts, failures } of histograms) {
    if (bins !== merged.bins)
      throw new XfmrError('E_BAD_SCORES', `Can't merge histograms of ${merged.bins} and ${bins} bins.`)
    for (let i = 0; i <= bins; i++) merged.counts[i]! += counts[i]!
    merged.failures += failures
  }
  return merged
}

/** The histogram as a table. Rates at a bin's edge are exact; mean and standard deviation are so within a bin. */
export const histogramDistribution = ({ bins, counts, failures }: ScoreHistogram): Distribution => {
  const occupied = Int32Array.from(counts.keys()).filter(bin => counts[bin]! > 0)
  const values = Float64Array.from(occupied, bin => edgeOf(bin, bins))
  return tabulate(
    values,
    Float64Array.from(occupied, bin => counts[bin]!),
    failures,
    2 / bins,
  )
}

/** Rounds every score of a distribution down to a bin's edge. @throws XfmrError `E_BAD_SCORES` when it is coarser already. */
export const coarsen = (distribution: Distribution, bins: number): Distribution => {
  if (distribution.resolution > 2 / bins) {
    throw new XfmrError(
      'E_BAD_SCORES',
      `Scores binned ${distribution.resolution} wide can't be split into bins ${2 / bins} wide.`,
    )
  }
  const histogram = createHistogram(bins)
  histogram.failures = distribution.failures
  for (let i = 0; i < distribution.values.length; i++) {
    histogram.counts[binOf(distribution.values[i]!, bins)]! += distribution.counts[i]!
  }
  return histogramDistribution(histogram)
}

/** The bin of a score. Throws as {@link addScores} does. */
export const binOf = (score: number, bins: number): number => {
  const bin = Math.floor((score * bins) / 2) + bins / 2
  return bin >= 0 && bin < bins ? bin : outside(score, bins)
}

/** The lower edge of a bin. */
export const edgeOf = (bin: number, bins: number): number => (bin - bins / 2) / (bins / 2)

// --- internal ---

const outside = (score: number, bins: number): number => {
  if (Number.isNaN(score))
    throw new XfmrError('E_NOT_FINITE', 'A score is NaN. Give a comparison without a score as a failure.')
  if (Math.abs(score) > 1 + 1e-6) throw new XfmrError('E_BAD_SCORES', `Score ${score} lies outside [-1, 1].`)
  return score < 0 ? 0 : bins
}
