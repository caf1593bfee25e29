import { XfmrError } from '../../errors.ts'
import type { MeasurementOptions } from '../measurement.ts'
import type { PairList } from '../pairs.ts'
import type { SettingResult } from '../result.ts'
import {
  compareSides,
  type EmbedPhotos,
  embedEach,
  failuresOf,
  type OutcomesByPhoto,
  ownersOf,
  type ScoredList,
  type ScoringOptions,
  sharedBytes,
} from './outcomes.ts'
import {
  baselineThresholds,
  type DrawnMask,
  measureSetting,
  type ProtocolRun,
  photosOf,
  UNMASKED,
} from './verification.ts'

/**
 * Embeds photos with a mask drawn on each; `undefined` = as they are.
 * @param unmask `always`: every face with the correction for masks, whatever is done otherwise.
 */
export type EmbedMasked = (mask: DrawnMask | undefined, unmask?: 'always') => EmbedPhotos

export type MaskedOptions = MeasurementOptions &
  ScoringOptions & {
    /** Folds that masked comparisons are taken from (default all). Thresholds always come from all unmasked pairs. */
    readonly folds?: readonly number[]
  }

export type MfrOptions = MaskedOptions & {
  readonly mask: DrawnMask
  readonly maskSeed: string
  /** Adds a setting in which the unmasked photos go through the correction too: what it would cost bare faces. */
  readonly correctBare?: boolean
}

/**
 * Masked face recognition on a list of pairs with drawn masks: UMR-UMP (no mask), UMR-MP (the second photo of each
 * pair masked), MR-MP (both masked), the masked ones also at the thresholds of the unmasked pairs. Boutros et al. 2022.
 * UMR-UMP(always), where asked for: the unmasked pairs with the correction for masks on every face.
 * @throws XfmrError `E_USAGE` for a fold that the list lacks, `E_TOO_FEW_SCORES` as measuring does.
 */
export const runMfr = async (
  list: PairList,
  embed: EmbedMasked,
  { mask, maskSeed, folds, correctBare = false, ...options }: MfrOptions,
): Promise<ProtocolRun> => {
  const pairs = pairsOfFolds(list, folds)
  const base = await runBaseline(list, embed, options)
  const masked = await embedEach(
    pairs.flatMap(({ a, b }) => [b.photo, a.photo]),
    embed(mask),
  )
  const probe = await compareSides(pairs, base.outcomes, masked, options)
  const both = await compareSides(pairs, masked, masked, options)
  const measured = (name: string, condition: 'bare-masked' | 'masked-masked', scores: ScoredList['pairs']) =>
    measureSetting({ name, condition, synthetic: true }, scores, options, base.thresholds)
  const always = correctBare
    ? await compareThrough(list, await embedEach(base.outcomes.keys(), embed(undefined, 'always')), options)
    : undefined
  return {
    lists: [
      { pairs: base.pairs, masks: UNMASKED },
      { pairs: probe, masks: [undefined, mask] },
      { pairs: both, masks: [mask, mask] },
      ...(always ? [{ pairs: always, masks: UNMASKED, correctedAll: true }] : []),
    ],
    result: {
      protocol: 'mfr',
      masks: { type: nameOf(mask), seed: maskSeed },
      settings: [
        base.setting,
        measured('UMR-MP', 'bare-masked', probe),
        measured('MR-MP', 'masked-masked', both),
        ...(always
          ? [
              measureSetting(
                { name: 'UMR-UMP(always)', condition: 'bare-bare', synthetic: false },
                always,
                options,
                base.thresholds,
              ),
            ]
          : []),
      ],
      photos: withFailures(base.photos, masked, nameOf(mask)),
    },
  }
}

const compareThrough = (
  { pairs }: PairList,
  outcomes: OutcomesByPhoto,
  options: ScoringOptions,
): Promise<ScoredList['pairs']> => compareSides(pairs, outcomes, outcomes, options)

/** The unmasked pairs of a masked protocol: its first setting, and the thresholds that the others are judged by. */
export const runBaseline = async (
  list: PairList,
  embed: EmbedMasked,
  options: MeasurementOptions & ScoringOptions,
): Promise<{
  outcomes: OutcomesByPhoto
  pairs: ScoredList['pairs']
  thresholds: { fmr100: number; fmr1000: number }
  setting: SettingResult
  photos: ProtocolRun['result']['photos']
}> => {
  const owners = ownersOf(list.pairs.flatMap(({ a, b }) => [a, b]))
  const outcomes = await embedEach(owners.keys(), embed(undefined))
  const pairs = await compareSides(list.pairs, outcomes, outcomes, options)
  const thresholds = baselineThresholds(pairs, options)
  return {
    outcomes,
    pairs,
    thresholds,
    setting: measureSetting(
      { name: 'UMR-UMP', condition: 'bare-bare', synthetic: false },
      pairs,
      options,
      thresholds,
    ),
    photos: photosOf({
      photos: owners.size,
      identities: new Set(owners.values()).size,
      failures: failuresOf(outcomes),
      sameBytes: sharedBytes(outcomes, owners),
    }),
  }
}

/** Adds the photos that could not be masked, or whose masked face was not found. */
export const withFailures = (
  photos: ProtocolRun['result']['photos'],
  masked: OutcomesByPhoto,
  mask: string,
): ProtocolRun['result']['photos'] => ({
  ...photos,
  failures: [...photos.failures, ...failuresOf(masked).map(failure => ({ ...failure, mask }))],
})

/** @throws XfmrError `E_USAGE` for a fold that the list lacks */
export const pairsOfFolds = (list: PairList, folds: readonly number[] | undefined): PairList['pairs'] => {
  const missing = folds?.find(fold => fold < 1 || fold > list.folds)
  if (missing !== undefined) {
    throw new XfmrError('E_USAGE', `The list has no fold ${missing}: its folds are 1 to ${list.folds}.`)
  }
  return folds ? list.pairs.filter(({ fold }) => folds.includes(fold)) : list.pairs
}

/** A mask in words, for results. */
export const nameOf = ({ type = 'random', colour }: DrawnMask): string =>
  colour === undefined ? type : `${type} ${colour}`
