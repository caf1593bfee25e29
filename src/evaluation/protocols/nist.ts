import { FLAT_TYPES, type FlatType } from '../../masking/recipe.ts'
import type { PairList } from '../pairs.ts'
import {
  type EmbedMasked,
  type MaskedOptions,
  nameOf,
  pairsOfFolds,
  runBaseline,
  withFailures,
} from './masked.ts'
import { compareSides, embedEach } from './outcomes.ts'
import {
  type DrawnMask,
  measureSetting,
  type ProtocolRun,
  type SettingScores,
  UNMASKED,
} from './verification.ts'

/** The mask colours of NIST's first report on masks; the second added red and white. */
export const NIST_COLOURS = ['black', 'light-blue'] as const

/**
 * The design of NIST FRVT part 6: the probe (second photo) wears a flat mask of each shape, coverage and colour, the
 * threshold is fixed at FMR 0.1 % on unmasked pairs. (NIST fixes it at 1e-5, which needs far more pairs.)
 * @param options.colours Names or `#rrggbb`.
 * @throws XfmrError `E_USAGE` for a fold that the list lacks, `E_TOO_FEW_SCORES` as measuring does.
 */
export const runNist = async (
  list: PairList,
  embed: EmbedMasked,
  {
    colours = NIST_COLOURS,
    maskSeed,
    folds,
    ...options
  }: MaskedOptions & { readonly colours?: readonly string[]; readonly maskSeed: string },
): Promise<ProtocolRun> => {
  const pairs = pairsOfFolds(list, folds)
  const base = await runBaseline(list, embed, options)
  const settings = [base.setting]
  const lists: SettingScores[] = [{ pairs: base.pairs, masks: UNMASKED }]
  let { photos } = base
  for (const colour of colours) {
    for (const type of FLAT_TYPES) {
      const mask: DrawnMask = { type, colour }
      const probes = await embedEach(
        pairs.map(({ b }) => b.photo),
        embed(mask),
      )
      const scored = await compareSides(pairs, base.outcomes, probes, options)
      const facts = { name: `${type} ${colour}`, condition: 'bare-masked', synthetic: true } as const
      const setting = measureSetting(facts, scored, options, base.thresholds)
      settings.push({ ...setting, cell: { ...cellOf(type), colour } })
      lists.push({ pairs: scored, masks: [undefined, mask] })
      photos = withFailures(photos, probes, nameOf(mask))
    }
  }
  return {
    lists,
    result: { protocol: 'nist', masks: { type: 'flat shapes', seed: maskSeed }, settings, photos },
  }
}

// --- internal ---

const cellOf = (type: FlatType): { shape: string; coverage: string } => {
  const [shape, coverage] = type.split('-') as [string, string]
  return { shape, coverage }
}
