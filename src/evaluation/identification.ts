import { XfmrError } from '../errors.ts'
import { lowerBound } from './curve.ts'

/** The outcome of searching one probe in a gallery. Higher scores = more alike. */
export type Search = {
  /** True when the probe's person is enrolled. */
  readonly mated: boolean
  /** Place of the right person in the list, from 1; Infinity when not enrolled or when the probe gave no embedding. */
  readonly rank: number
  /** Best score of the right person; -Infinity when not enrolled or not acquired. */
  readonly mateScore: number
  /** Best score of anybody else; -Infinity when there is nobody or the probe was not acquired. */
  readonly otherScore: number
}

/** A point of the open-set trade-off. */
export type OpenSetRates = { readonly threshold: number; readonly fpir: number; readonly fnir: number }

/**
 * Condenses one search. Each enrolled person counts with the best of its photos; persons who tie with the right
 * one stand before it, so that a constant score is never worth rank 1.
 * @param scores Similarity of the probe to each gallery entry, or `null` when no face was found in the probe.
 * @param gallery Number of the person of each entry.
 * @param person Number of the probe's person.
 */
export const search = (
  scores: ArrayLike<number> | null,
  gallery: ArrayLike<number>,
  person: number,
): Search => {
  const mated = Array.prototype.includes.call(gallery, person)
  if (scores === null) return { mated, rank: Infinity, mateScore: -Infinity, otherScore: -Infinity }
  const best = new Map<number, number>()
  for (let i = 0; i < gallery.length; i++) {
    const score = scores[i]!
    if (Number.isNaN(score)) throw new XfmrError('E_NOT_FINITE', `The score of gallery entry ${i} is NaN.`)
    if (score > (best.get(gallery[i]!) ?? -Infinity)) best.set(gallery[i]!, score)
  }
  const mateScore = best.get(person) ?? -Infinity
  let rank = 1
  let otherScore = -Infinity
  for (const [other, score] of best) {
    if (other === person) continue
    if (score >= mateScore) rank++
    if (score > otherScore) otherScore = score
  }
  return { mated, rank: mated ? rank : Infinity, mateScore, otherScore }
}

/**
 * Cumulative match characteristic: element k - 1 is the rank-k identification rate, the share of mated searches
 * with the right person among the first k. Closed set: unmated searches are left out.
 * @throws XfmrError `E_TOO_FEW_SCORES` without mated searches.
 */
export const cumulativeMatch = (searches: readonly Search[], ranks: number): Float64Array => {
  const mated = searches.filter(({ mated }) => mated)
  if (mated.length === 0)
    throw new XfmrError(
      'E_TOO_FEW_SCORES',
      'No probe is of an enrolled person, so there is no rank to count.',
    )
  return Float64Array.from(
    { length: ranks },
    (_, k) => mated.filter(({ rank }) => rank <= k + 1).length / mated.length,
  )
}

/**
 * Open-set identification at a threshold. FPIR: share of unmated searches whose best score is >= threshold.
 * FNIR: share of mated searches whose right person is not among the first `ranks` with a score >= threshold.
 * @throws XfmrError `E_TOO_FEW_SCORES` without unmated or without mated searches.
 */
export const openSetRates = (
  searches: readonly Search[],
  threshold: number,
  ranks = Infinity,
): OpenSetRates => {
  const { strangers, mates, mated } = openSet(searches, ranks)
  return {
    threshold,
    fpir: (strangers.length - lowerBound(strangers, threshold)) / strangers.length,
    fnir: (mated - mates.length + lowerBound(mates, threshold)) / mated,
  }
}

/**
 * FNIR where FPIR <= `target`, by the lowest observed score that allows it. Without one (the best score of a
 * stranger tops all) the threshold is infinite and FNIR is 1.
 */
export const fnirAtFpir = (searches: readonly Search[], target: number, ranks = Infinity): OpenSetRates => {
  const { strangers, mates } = openSet(searches, ranks)
  const thresholds = [...new Set([...strangers, ...mates])].filter(Number.isFinite).sort((a, b) => a - b)
  const allowed = thresholds.find(
    t => (strangers.length - lowerBound(strangers, t)) / strangers.length <= target,
  )
  return openSetRates(searches, allowed ?? Infinity, ranks)
}

// --- internal ---

const openSet = (searches: readonly Search[], ranks: number) => {
  const mated = searches.filter(search => search.mated)
  const unmated = searches.filter(search => !search.mated)
  if (mated.length === 0 || unmated.length === 0) {
    const missing = mated.length === 0 ? 'enrolled' : 'unknown'
    throw new XfmrError(
      'E_TOO_FEW_SCORES',
      `Open-set rates need probes of ${missing} persons; there are none.`,
    )
  }
  return {
    strangers: Float64Array.from(unmated, ({ otherScore }) => otherScore).sort(),
    mates: Float64Array.from(
      mated.filter(({ rank }) => rank <= ranks),
      ({ mateScore }) => mateScore,
    ).sort(),
    mated: mated.length,
  }
}
