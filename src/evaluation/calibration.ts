import { type DesignEffect, designEffect } from './_design-effect.ts'
import type { Distribution } from './distribution.ts'
import { binOf, coarsen } from './histogram.ts'
import { costOfLikelihoodRatios, fitLikelihoodRatio, minimumCost } from './likelihood-ratio.ts'
import { type ScoredPair, type Scores, scoresOf, scoresOfPairs } from './scores.ts'

/** Which of the two faces wear a mask. */
export type Condition = 'bare-bare' | 'bare-masked' | 'masked-masked'

/** What a calibration was made from. */
export type CalibrationSet = {
  readonly name: string
  /** Day of the measurement, YYYY-MM-DD. */
  readonly date: string
  /** True when the masks were drawn onto the photos. */
  readonly synthetic: boolean
  readonly identities: number
  /** Comparisons, those without a score included. */
  readonly genuine: number
  readonly impostor: number
  readonly failedToAcquire: { readonly genuine: number; readonly impostor: number }
}

/** Scores counted in bins over [-1, 1]; only bins that are not empty are listed. */
export type ScoreTable = { readonly bins: readonly number[]; readonly counts: readonly number[] }

/** Everything needed to say how often a threshold errs in one condition. Plain JSON. */
export type Calibration = {
  readonly condition: Condition
  readonly set: CalibrationSet
  /** Bins over [-1, 1], a power of two. */
  readonly bins: number
  readonly genuine: ScoreTable
  readonly impostor: ScoreTable
  /** Variance of FNMR (`genuine`) and FMR (`impostor`) relative to independent comparisons, at least 1. */
  readonly designEffect: DesignEffect
  /** Quality of the likelihood ratios in bits, 0 best; `crossValidated` is `null` where the set is too small for it. */
  readonly cost: { readonly crossValidated: number | null; readonly minimum: number }
}

export type CalibrationSource = {
  readonly condition: Condition
  readonly name: string
  readonly date: string
  readonly synthetic: boolean
}

/**
 * Condenses the scores of a set. Comparisons without a score count as rejected.
 * @throws XfmrError `E_BAD_PAIRS` when a label contradicts the identities, `E_TOO_FEW_SCORES` when one kind of
 * comparison has no score, `E_BAD_SCORES` when a score lies outside [-1, 1].
 */
export const calibrate = (pairs: readonly ScoredPair[], source: CalibrationSource): Calibration =>
  calibrateScores(scoresOfPairs(pairs), {
    ...source,
    identities: new Set(pairs.flatMap(pair => pair.identities)).size,
    designEffect: designEffect(pairs),
    crossValidated: crossValidatedCost(pairs),
  })

/** The same from score tables alone, for sets too large to list. Who is in which pair must be condensed before. */
export const calibrateScores = (
  scores: Scores,
  {
    identities,
    designEffect,
    crossValidated,
    condition,
    name,
    date,
    synthetic,
  }: CalibrationSource & { identities: number; designEffect: DesignEffect; crossValidated: number | null },
): Calibration => {
  const { genuine, impostor } = scoresOf(binned(scores.genuine), binned(scores.impostor), {
    failurePolicy: 'exclude',
  })
  return {
    condition,
    set: {
      name,
      date,
      synthetic,
      identities,
      genuine: genuine.scored + genuine.failures,
      impostor: impostor.scored + impostor.failures,
      failedToAcquire: { genuine: genuine.failures, impostor: impostor.failures },
    },
    bins: BINS,
    genuine: table(genuine),
    impostor: table(impostor),
    designEffect,
    cost: { crossValidated, minimum: minimumCost({ genuine, impostor, failurePolicy: 'exclude' }) },
  }
}

// --- internal ---

/** 4.9e-4 wide: finer than a threshold is ever quoted, coarse enough for a small file. */
const BINS = 4096

const binned = (side: Distribution): Distribution => coarsen(side, BINS)

const table = ({ values, counts }: Distribution): ScoreTable => ({
  bins: Array.from(values, value => binOf(value, BINS)),
  counts: [...counts],
})

/**
 * Cost on persons that the fit has not seen: by the set's own folds, or with five groups of identities. Pairs
 * across groups take no part.
 */
const crossValidatedCost = (pairs: readonly ScoredPair[]): number | null => {
  const groups = pairs.every(pair => pair.fold !== undefined) ? byFold(pairs) : byIdentity(pairs)
  const costs: number[] = []
  for (const group of new Set(groups.flat())) {
    const held = pairs.filter((_, i) => groups[i]!.every(other => other === group))
    const rest = pairs.filter((_, i) => groups[i]!.every(other => other !== group))
    const both = [rest, held].every(part => [true, false].every(kind => hasScore(part, kind)))
    if (both) costs.push(costOfLikelihoodRatios(fitLikelihoodRatio(scoresOfPairs(rest)), scoresOfPairs(held)))
  }
  return costs.length < 2 ? null : costs.reduce((sum, cost) => sum + cost, 0) / costs.length
}

const byFold = (pairs: readonly ScoredPair[]): number[][] => pairs.map(pair => [pair.fold!])

const byIdentity = (pairs: readonly ScoredPair[]): number[][] => {
  const names = [...new Set(pairs.flatMap(pair => pair.identities))].sort()
  const group = new Map(names.map((name, i) => [name, i % 5]))
  return pairs.map(({ identities }) => identities.map(name => group.get(name)!))
}

const hasScore = (pairs: readonly ScoredPair[], genuine: boolean): boolean =>
  pairs.some(pair => pair.genuine === genuine && pair.score !== null)
