import { XfmrError } from '../../errors.ts'
import type { RecipeWishes } from '../../masking/recipe.ts'
import type { Calibration, CalibrationSource, Condition } from '../calibration.ts'
import { errorCurve } from '../curve.ts'
import { type MeasurementOptions, measurePairs } from '../measurement.ts'
import { pointAtFmr } from '../operating-point.ts'
import type { PairList } from '../pairs.ts'
import type { EvaluationResult, SettingResult } from '../result.ts'
import { type ScoredPair, type Scores, scoresOfPairs } from '../scores.ts'
import {
  type EmbedPhotos,
  type ScoredList,
  type ScoringOptions,
  scorePairs,
  type UnmaskedSides,
} from './outcomes.ts'

/** What the photos of a setting are like. */
export type SettingFacts = {
  readonly name: string
  readonly condition: Condition | null
  readonly synthetic: boolean
}

/** A result without what only the caller knows (version, date, pipeline, how faces were chosen). */
export type ProtocolResult = Pick<
  EvaluationResult,
  'protocol' | 'settings' | 'identification' | 'photos' | 'masks' | 'omitted'
>

export type ProtocolRun = {
  readonly result: ProtocolResult
  /** The comparisons of each setting, in the order of `result.settings`. */
  readonly lists: readonly SettingScores[]
  /** Calibrations, where the protocol makes them itself. */
  calibrations?(source: Omit<CalibrationSource, 'condition'>): Calibration[]
}

export type SettingScores = {
  readonly pairs: ScoredList['pairs']
  /** The mask drawn on the first and on the second photo of every pair; `undefined`: the photo as it is. */
  readonly masks: readonly [DrawnMask | undefined, DrawnMask | undefined]
  /** True where every face went through the correction for masks, although that is not how the pipeline routes. */
  readonly correctedAll?: boolean
  /** All scores and the most wrong pairs, where there are so many comparisons that `pairs` is a random sample. */
  readonly all?: { readonly scores: Scores; readonly worst: ScoredList['pairs'] }
}

/** Names a way of drawing masks: what each photo gets follows from it, the photo's path and a seed. */
export type DrawnMask = Pick<RecipeWishes, 'type' | 'colour'>

export const UNMASKED: SettingScores['masks'] = [undefined, undefined]

/**
 * The LFW protocol: verification of the pairs of `pairs.txt` with accuracy by cross-validation over its folds, all
 * photos as they are. The name of its setting is that of the masked protocols' baseline: unmasked reference,
 * unmasked probe.
 * @throws XfmrError `E_BAD_PAIRS` when the list has no folds.
 */
export const runLfw = async (
  list: PairList,
  embedPhotos: EmbedPhotos,
  options: MeasurementOptions & ScoringOptions = {},
): Promise<ProtocolRun> => {
  if (list.folds < 2) {
    throw new XfmrError(
      'E_BAD_PAIRS',
      'The LFW protocol needs pairs in folds; use the protocol "pairs" for a list without.',
    )
  }
  const scored = await scorePairs(list, embedPhotos, options)
  const setting = measureSetting(
    { name: 'UMR-UMP', condition: 'bare-bare', synthetic: false },
    scored.pairs,
    options,
    baselineThresholds(scored.pairs, options),
  )
  return {
    lists: [{ pairs: scored.pairs, masks: UNMASKED }],
    result: { protocol: 'lfw', settings: [setting], photos: photosOf(scored) },
  }
}

/** Verification of any list of pairs. */
export const runPairs = async (
  list: PairList,
  embedPhotos: EmbedPhotos,
  {
    facts = { name: 'pairs', condition: null, synthetic: false },
    ...options
  }: MeasurementOptions & ScoringOptions & { facts?: SettingFacts } = {},
): Promise<ProtocolRun> => {
  const scored = await scorePairs(list, embedPhotos, options)
  const setting = measureSetting(facts, scored.pairs, options)
  return {
    lists: [{ pairs: scored.pairs, masks: UNMASKED }],
    result: { protocol: 'pairs', settings: [setting], photos: photosOf(scored) },
  }
}

/** The thresholds of unmasked pairs at FMR 1 % and 0.1 %, which masked settings are judged by. */
export const baselineThresholds = (
  pairs: readonly ScoredPair[],
  { failurePolicy, scores }: Pick<MeasurementOptions, 'failurePolicy' | 'scores'> = {},
): { fmr100: number; fmr1000: number } => {
  const curve = errorCurve(scores ?? scoresOfPairs(pairs, failurePolicy ? { failurePolicy } : {}))
  return { fmr100: pointAtFmr(curve, 1e-2).threshold, fmr1000: pointAtFmr(curve, 1e-3).threshold }
}

/** Measures one setting. @param baseline Thresholds of the unmasked pairs, where the protocol has such. */
export const measureSetting = (
  { name, condition, synthetic }: SettingFacts,
  pairs: readonly (ScoredPair & UnmaskedSides)[],
  options: MeasurementOptions = {},
  baseline?: { fmr100: number; fmr1000: number },
): SettingResult => {
  const fixed: Record<string, number> = baseline
    ? { unmaskedFmr100: baseline.fmr100, unmaskedFmr1000: baseline.fmr1000 }
    : {}
  const measured = measurePairs(pairs, { ...options, thresholds: { ...fixed, ...options.thresholds } })
  const { folds, intervals, at, ...rest } = measured
  return {
    name,
    condition,
    synthetic,
    ...correctedOf(pairs),
    ...rest,
    ...(folds ? { folds: folds.map(fold => ({ ...fold })) } : {}),
    atUnmaskedThreshold: at.unmaskedFmr1000 ?? null,
    at: { ...at },
    intervals: Object.fromEntries(
      Object.entries(intervals).map(([key, value]) => [key, value && ([...value] as [number, number])]),
    ),
  }
}

/** The share of comparisons of which the first and the second photo were corrected; nothing where none was. */
const correctedOf = (pairs: readonly UnmaskedSides[]): Pick<SettingResult, 'corrected'> => {
  if (!pairs.some(({ unmasked }) => unmasked)) return {}
  const share = (side: 0 | 1): number =>
    pairs.filter(({ unmasked }) => unmasked?.[side]).length / pairs.length
  return { corrected: { first: share(0), second: share(1) } }
}

/** What a result says about the photos. */
export const photosOf = ({
  photos,
  identities,
  failures,
  sameBytes,
}: Omit<ScoredList, 'pairs'>): ProtocolResult['photos'] => ({
  total: photos,
  identities,
  failures: failures.map(failure => ({ ...failure })),
  sameBytes: sameBytes.map(group => ({ photos: [...group.photos], identities: [...group.identities] })),
})
