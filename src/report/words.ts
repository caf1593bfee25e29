import { percent, signed, whole } from './numbers.ts'
import type { CompareResult } from './schema.ts'

export const VERDICT_WORDS: Readonly<Record<CompareResult['verdict'], string>> = {
  same: 'Same person',
  different: 'Different people',
}

/** How the map methods are written. */
export const CAM_LABELS: Readonly<Record<string, string>> = {
  hirescam: 'HiResCAM',
  layercam: 'LayerCAM',
  gradcam: 'Grad-CAM',
}

/** What a condition means for the two faces. */
export const conditionWords = (condition: CompareResult['threshold']['condition']): string =>
  ({
    'bare-bare': 'both faces without a mask',
    'bare-masked': 'one face behind a mask, the other without',
    'masked-masked': 'both faces behind a mask',
  })[condition]

/** Where the score lies among the pairs of the calibration set. */
export const scoreRank = ({ score, threshold }: CompareResult): string => {
  const { name, genuine, impostor } = threshold.calibration
  const { fmr, fnmr } = score.evidence
  const others =
    fmr === 0
      ? `none of the ${whole(impostor)} pairs of different people scored as high`
      : `${percent(fmr)} of the ${whole(impostor)} pairs of different people scored as high or higher`
  const same =
    fnmr === 0
      ? `none of the ${whole(genuine)} pairs of the same person scored lower`
      : `${percent(fnmr)} of the ${whole(genuine)} pairs of the same person scored lower`
  return `Of the calibration pairs (${name}), ${others}, and ${same}.`
}

/** The likelihood ratio in words, always as a number above one: `about 1,900 times more common among ...`. */
export const evidenceWords = ({ score }: CompareResult): { often: string; among: string } => {
  const { likelihoodRatio } = score.evidence
  const ratio = Math.max(likelihoodRatio, 1 / likelihoodRatio)
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ratio)) - 1)
  const shown = ratio < 10 ? ratio.toFixed(1) : whole(Math.round(ratio / unit) * unit)
  return {
    often: `about ${shown} times`,
    among: likelihoodRatio >= 1 ? 'pairs of the same person' : 'pairs of different people',
  }
}

/**
 * Which parts of the face raised the score and which lowered it, in a few sentences. Only what both faces agree on counts
 * as raised or lowered. Says where the sum comes from, claims nothing about causes.
 */
export const regionWords = ({ regions = [] }: CompareResult): string[] => {
  const list = (some: typeof regions): string =>
    some.map(({ label, a, b }) => `${label.toLowerCase()} (A ${signed(a, 2)}, B ${signed(b, 2)})`).join('; ')
  const least = ({ a, b }: (typeof regions)[number]): number => Math.min(Math.abs(a), Math.abs(b))
  const agreed = (sign: number): typeof regions =>
    regions
      .filter(region => region.a * sign > 0 && region.b * sign > 0 && least(region) > WORTH_SAYING)
      .sort((one, other) => least(other) - least(one))
  const raised = agreed(1).slice(0, 3)
  const lowered = agreed(-1).slice(0, 3)
  const split = regions
    .filter(region => region.a * region.b < 0 && least(region) > WORTH_SAYING)
    .sort((one, other) => Math.abs(other.a - other.b) - Math.abs(one.a - one.b))
    .slice(0, 3)
  return [
    raised.length > 0
      ? `Raised the score on both faces: ${list(raised)}.`
      : 'No part of the face raised the score notably on both faces.',
    ...(lowered.length > 0 ? [`Lowered it on both: ${list(lowered)}.`] : []),
    ...(split.length > 0 ? [`Seen differently from the two sides: ${list(split)}.`] : []),
  ]
}

/** What is known of masks on the two faces, whether they were corrected, and whether the quoted error rates hold for them. */
export const masksNote = (result: CompareResult): string =>
  [wornNote(result), unmaskNote(result)].filter(Boolean).join(' ')

/** Which faces were embedded with the correction for masks; nothing where none was. */
export const unmaskNote = ({ faces }: Pick<CompareResult, 'faces'>): string => {
  const [a, b] = faces
  if (!a.unmasked && !b.unmasked) return ''
  const corrected = faces.filter(({ unmasked }) => unmasked)
  const worn = corrected.every(({ mask }) => mask?.worn)
  const who = corrected.length === 2 ? 'Both faces' : `Face ${a.unmasked ? 'A' : 'B'}`
  if (!worn) return `${who} went through the correction for masks.`
  return corrected.length === 2
    ? `${who} were corrected for their masks.`
    : `${who} was corrected for its mask.`
}

/** What was found of a mask on one face. */
export const maskWords = ({
  mask,
  unmasked,
}: Pick<CompareResult['faces'][number], 'mask' | 'unmasked'>): string => {
  const corrected = unmasked ? ' Embedded with the correction for masks.' : ''
  if (mask === null) return corrected
  const state = {
    none: 'No mask',
    worn: 'Mask over mouth and nose',
    'nose-out': 'Mask, nose out',
    chin: 'Mask on the chin',
  }
  return ` ${state[mask.state]} (mouth covered with probability ${percent(mask.probability)}).${corrected}`
}

// --- internal ---

const wornNote = ({ faces, threshold }: CompareResult): string => {
  const [a, b] = faces.map(({ mask }) => mask)
  if (!a || !b) {
    return 'Masks were not looked for: where one is worn, rates for bare faces do not hold, and pairs of the same person are turned away far more often.'
  }
  const worn = [a, b].filter(mask => mask.worn).length
  const found =
    worn === 0
      ? 'No mask was found on either face.'
      : `A mask was found on ${worn === 2 ? 'both faces' : `face ${a.worn ? 'A' : 'B'}`}`
  if (CONDITION_BY_MASKS[worn] === threshold.condition) return worn === 0 ? found : `${found}.`
  return worn === 0
    ? `${found} The rates are for ${conditionWords(threshold.condition)}: they do not hold here.`
    : `${found}, but the rates are for ${conditionWords(threshold.condition)}: they do not hold here. Pairs of the same person are turned away far more often.`
}

const CONDITION_BY_MASKS = ['bare-bare', 'bare-masked', 'masked-masked'] as const

/** Smaller sums are not worth a sentence. */
const WORTH_SAYING = 0.01
