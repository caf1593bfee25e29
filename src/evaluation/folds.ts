import { XfmrError } from '../errors.ts'
import { justAbove, lowerBound } from './curve.ts'
import type { FailurePolicy, ScoredPair } from './scores.ts'

/** One fold of a cross-validation. */
export type FoldAccuracy = {
  readonly fold: number
  /** Best on the other folds. */
  readonly threshold: number
  readonly correct: number
  readonly total: number
  readonly accuracy: number
}

/** Accuracy by the LFW protocol. */
export type CrossValidatedAccuracy = {
  /** Mean over the folds. */
  readonly accuracy: number
  /** Standard error of that mean: the folds' standard deviation (ddof 1) / sqrt(number of folds). */
  readonly standardError: number
  readonly folds: readonly FoldAccuracy[]
  /** For each pair, in the order given: 1 decided rightly, 0 wrongly, NaN left out. */
  readonly decisions: Float64Array
}

/**
 * Accuracy by cross-validation as LFW asks for: for every fold, the threshold with the highest accuracy on all
 * other folds decides the fold's own pairs (same person when score >= threshold). A threshold lies midway between
 * two neighbouring training scores; among equally good ones the lowest is taken.
 * Huang et al., "Labeled Faces in the Wild", 2007.
 *
 * A pair without a score is decided "different" (policy `reject`) or left out (`exclude`).
 * @throws XfmrError `E_BAD_PAIRS` when there are fewer than two folds or a pair has none.
 */
export const crossValidatedAccuracy = (
  pairs: readonly ScoredPair[],
  { failurePolicy = 'reject' }: { failurePolicy?: FailurePolicy } = {},
): CrossValidatedAccuracy => {
  const names = [...new Set(pairs.map(pair => pair.fold))].sort((a, b) => a! - b!)
  if (names.length < 2 || names.includes(undefined)) {
    throw new XfmrError('E_BAD_PAIRS', 'Accuracy by cross-validation needs pairs in at least two folds.')
  }
  const decisions = new Float64Array(pairs.length).fill(NaN)
  const folds = (names as number[]).map((fold): FoldAccuracy => {
    const threshold = bestThreshold(pairs.filter(pair => pair.fold !== fold))
    let correct = 0
    let total = 0
    pairs.forEach(({ fold: own, score, genuine }, index) => {
      if (own !== fold || (score === null && failurePolicy === 'exclude')) return
      const right = (score !== null && score >= threshold) === genuine
      decisions[index] = right ? 1 : 0
      correct += right ? 1 : 0
      total++
    })
    if (total === 0) throw new XfmrError('E_TOO_FEW_SCORES', `Fold ${fold} has no pair with a score.`)
    return { fold, threshold, correct, total, accuracy: correct / total }
  })
  const accuracy = folds.reduce((sum, fold) => sum + fold.accuracy, 0) / folds.length
  const squares = folds.reduce((sum, fold) => sum + (fold.accuracy - accuracy) ** 2, 0)
  const standardError = Math.sqrt(squares / (folds.length - 1) / folds.length)
  return { accuracy, standardError, folds, decisions }
}

/**
 * The threshold with the most right decisions. Pairs without a score don't matter to it.
 * @throws XfmrError `E_TOO_FEW_SCORES` when no pair has a score.
 */
export const bestThreshold = (pairs: readonly ScoredPair[]): number => {
  const sorted = (genuine: boolean): Float64Array =>
    Float64Array.from(
      pairs.filter(pair => pair.genuine === genuine && pair.score !== null).map(pair => pair.score!),
    ).sort()
  const same = sorted(true)
  const different = sorted(false)
  const scores = Float64Array.from([...same, ...different]).sort()
  if (scores.length === 0)
    throw new XfmrError('E_TOO_FEW_SCORES', 'There is no score to choose a threshold from.')
  const right = (threshold: number): number =>
    same.length - lowerBound(same, threshold) + lowerBound(different, threshold)
  let best = scores[0]!
  for (const score of scores) if (right(score) > right(best)) best = score
  if (right(Infinity) > right(best)) return justAbove(scores.at(-1)!)
  const below = scores[lowerBound(scores, best) - 1]
  const middle = below === undefined ? best : (below + best) / 2
  return middle > below! ? middle : best
}
