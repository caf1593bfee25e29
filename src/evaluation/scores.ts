import { XfmrError } from '../errors.ts'
import { type Distribution, exactDistribution } from './distribution.ts'
import { coarsen } from './histogram.ts'

/**
 * What a failure to acquire counts as.
 * - `reject`: the comparison is a non-match at every threshold. A genuine one is a false non-match, an impostor
 *   is turned away. What a user of the whole system meets; the default.
 * - `exclude`: it is left out of the rates and only counted beside them: the matcher alone.
 */
export type FailurePolicy = 'reject' | 'exclude'

/** All scores of one setting. */
export type Scores = {
  readonly genuine: Distribution
  readonly impostor: Distribution
  readonly failurePolicy: FailurePolicy
}

/** One comparison of two photos. */
export type ScoredPair = {
  /** Who is in the two photos; where nobody knows, any name that is shared by comparisons which depend on each other. */
  readonly identities: readonly [string, string]
  readonly genuine: boolean
  /** Similarity, higher = more alike. `null`: no face was found in one of the photos. */
  readonly score: number | null
  /** Number of the cross-validation fold, where the protocol has folds. */
  readonly fold?: number
}

/**
 * Puts genuine and impostor scores together. If one of them is binned, so is the other.
 * @throws XfmrError `E_TOO_FEW_SCORES` when the policy leaves no genuine or no impostor comparison,
 * `E_BAD_SCORES` when both are binned differently.
 */
export const scoresOf = (
  genuine: Distribution,
  impostor: Distribution,
  { failurePolicy = 'reject' }: { failurePolicy?: FailurePolicy } = {},
): Scores => {
  const resolution = Math.max(genuine.resolution, impostor.resolution)
  const binned = (side: Distribution): Distribution => {
    if (side.resolution === resolution) return side
    if (side.resolution === 0) return coarsen(side, 2 / resolution)
    throw new XfmrError(
      'E_BAD_SCORES',
      `Genuine and impostor scores are binned differently (${side.resolution} and ${resolution}).`,
    )
  }
  const scores = { genuine: binned(genuine), impostor: binned(impostor), failurePolicy }
  for (const kind of ['genuine', 'impostor'] as const) {
    if (comparisons(scores[kind], failurePolicy) === 0) {
      throw new XfmrError('E_TOO_FEW_SCORES', `There is no ${kind} score, so no error rate can be given.`)
    }
  }
  return scores
}

/** The scores of a list of comparisons, in the exact form. */
export const scoresOfPairs = (
  pairs: readonly ScoredPair[],
  options: { failurePolicy?: FailurePolicy } = {},
): Scores => {
  const side = (genuine: boolean): Distribution => {
    const scores = pairs.filter(pair => pair.genuine === genuine).map(pair => pair.score)
    const found = scores.filter(score => score !== null)
    return exactDistribution(found, scores.length - found.length)
  }
  return scoresOf(side(true), side(false), options)
}

/** The number of comparisons that a rate is a share of. */
export const comparisons = ({ scored, failures }: Distribution, policy: FailurePolicy): number =>
  policy === 'reject' ? scored + failures : scored
