import { percent, whole } from './numbers.ts'
import type { CompareResult } from './schema.ts'

export const VERDICT_WORDS: Readonly<Record<CompareResult['verdict'], string>> = {
  same: 'Same person',
  different: 'Different people',
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

/** How the two scores are called. */
export const SCORE_NAMES = { cosine: 'cosine', xcos: 'explainable cosine' } as const

/**
 * What parts of a pair are judged against: the threshold, where the explainable cosine is on its scale. It is where the verdict
 * rests on it, or where it was trained to be like the cosine. The form without training scores everybody high, so there parts can
 * only be judged against the pair as a whole.
 */
export const partReference = ({
  score,
  threshold,
  models,
}: Pick<CompareResult, 'score' | 'threshold' | 'models'>): { value: number; isThreshold: boolean } => {
  const isThreshold = score.by === 'xcos' || models.some(({ role }) => role === 'xcos')
  return { value: isThreshold ? threshold.value : score.xcos, isThreshold }
}

/**
 * Where agreement came from, in sentences made from the numbers by region:
 * - Agreement is what a region added, where that is above zero. Named are the regions that added most, until they have 60 %
 *   of it, at most three, with their part of it.
 * - Missing is what a region lacks to the reference (see {@link partReference}): its attention times the reference, less what it
 *   added. It is told for different people, and for the same person where it is more than a tenth of what others have beyond it.
 * - Of a mask that is worn, the regions behind it with their shares of the attention.
 * Both eyes together are called the eyes.
 */
export const regionWords = (result: CompareResult): string[] => {
  const { verdict } = result
  const reference = partReference(result)
  const regions = withEyesTogether(result.regions)
  const agreed = named(regions.map(({ product, ...region }) => ({ ...region, amount: product })))
  const beyond = regions.map(({ attention, product, ...region }) => ({
    ...region,
    amount: attention * reference.value - product,
  }))
  const missing = named(beyond)
  const surplus = beyond.reduce((sum, { amount }) => sum + Math.max(0, -amount), 0)
  return [
    agreed
      ? `Agreement came mostly from the ${agreed.list} (${whole(agreed.share * 100)}\u00a0% of it).`
      : 'No part of the face agreed.',
    ...(missing && (verdict === 'different' || missing.total > surplus / 10)
      ? [
          reference.isThreshold
            ? lackWords(verdict, missing)
            : `Less alike than the faces as a whole: the ${missing.list}.`,
        ]
      : []),
    ...maskedWords(result),
  ]
}

/** What is known of masks on the two faces, whether they were corrected, and whether the quoted error rates hold for them. */
export const masksNote = (result: CompareResult): string =>
  [wornNote(result), unmaskNote(result)].filter(Boolean).join(' ')

/** Which faces were embedded with the correction for masks, and how the other one was compared with them; nothing where none was. */
export const unmaskNote = ({ faces }: Pick<CompareResult, 'faces'>): string => {
  const [a, b] = faces
  if (!a.unmasked && !b.unmasked) return ''
  const corrected = faces.filter(({ unmasked }) => unmasked)
  const worn = corrected.every(({ mask }) => mask?.worn)
  const who = corrected.length === 2 ? 'Both faces' : `Face ${a.unmasked ? 'A' : 'B'}`
  const other =
    a.counterpart || b.counterpart
      ? ` Face ${a.counterpart ? 'A' : 'B'} was compared by what a mask would leave of it.`
      : ''
  if (!worn) return `${who} went through the correction for masks.${other}`
  return corrected.length === 2
    ? `${who} were corrected for their masks.`
    : `${who} was corrected for its mask.${other}`
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

/** What a mask hides, by how it is worn. */
const HIDDEN: Readonly<Record<string, readonly string[]>> = {
  worn: ['nose', 'mouth', 'chin'],
  'nose-out': ['mouth', 'chin'],
}

const maskedWords = ({ faces, regions }: CompareResult): string[] => {
  const hidden = new Set(faces.flatMap(({ mask }) => (mask?.worn ? HIDDEN[mask.state]! : [])))
  if (hidden.size === 0) return []
  const behind = regions.filter(({ name }) => hidden.has(name))
  const all = behind.reduce((sum, { attention }) => sum + attention, 0)
  const each = behind.map(({ label, attention }) => `${label.toLowerCase()} ${percent(attention)}`)
  const masks = faces.filter(({ mask }) => mask?.worn).length === 2 ? 'the masks' : 'the mask'
  return [`Behind ${masks} lies ${percent(all)} of the attention: ${listed(each)}.`]
}

const lackWords = (
  verdict: CompareResult['verdict'],
  { list, share }: { list: string; share: number },
): string =>
  verdict === 'different'
    ? `What lacks to the threshold lacks mostly in the ${list} (${whole(share * 100)}\u00a0% of it).`
    : `Less alike than the threshold asks: the ${list}.`

type RegionRow = { readonly label: string; readonly attention: number; readonly product: number }

const withEyesTogether = (regions: CompareResult['regions']): RegionRow[] => {
  const eyes = regions.filter(({ name }) => name.endsWith('-eye'))
  const sum = (pick: (region: RegionRow) => number): number =>
    eyes.reduce((total, region) => total + pick(region), 0)
  const both = { label: 'Eyes', attention: sum(r => r.attention), product: sum(r => r.product) }
  return regions.flatMap((region): RegionRow[] => {
    if (!region.name.endsWith('-eye')) return [region]
    return region === eyes[0] ? [both] : []
  })
}

/** The largest amounts above zero, until they have most of the total; nothing where there is none. */
const named = (
  amounts: readonly { readonly label: string; readonly amount: number }[],
): { list: string; share: number; total: number } | undefined => {
  const positive = amounts.filter(({ amount }) => amount > 0).sort((a, b) => b.amount - a.amount)
  const total = positive.reduce((sum, { amount }) => sum + amount, 0)
  if (total === 0) return undefined
  let share = 0
  const labels: string[] = []
  for (const { label, amount } of positive) {
    if (share >= MOST || labels.length === 3) break
    share += amount / total
    labels.push(label === 'Around the face' ? 'surroundings of the face' : label.toLowerCase())
  }
  return { list: listed(labels), share, total }
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** The named regions have at least this share, where three are enough for it. */
const MOST = 0.6
