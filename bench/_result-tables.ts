import type { EvaluationResult, SettingResult } from '../src/evaluation/result.ts'
import { accuracyText } from '../src/report/evaluation/tables.ts'
import { percent, whole } from '../src/report/numbers.ts'

// The tables of docs/results.md, in Markdown.

export const rate = (
  setting: SettingResult,
  name: string,
  value: number | undefined,
  write: (value: number) => string = percent,
): string => {
  if (value === undefined) return ''
  const range = setting.intervals[name]
  return `${write(value)}${range ? ` [${write(range[0])}, ${write(range[1])}]` : ''}`
}

const mean = (setting: SettingResult, name: 'gMean' | 'iMean'): string => {
  const range = setting.intervals[name]
  const three = (value: number): string => value.toFixed(3)
  return `${three(setting[name]!)}${range ? ` [${three(range[0])}, ${three(range[1])}]` : ''}`
}

const correctedShare = ({ corrected }: SettingResult): string =>
  corrected ? `${percent(corrected.first)} / ${percent(corrected.second)}` : ''

const ROWS: readonly (readonly [string, (setting: SettingResult) => string])[] = [
  ['pairs, same person', s => whole(s.genuine)],
  ['pairs, different people', s => whole(s.impostor)],
  [
    'without a score, same / different',
    s => `${whole(s.failedToAcquire.genuine)} / ${whole(s.failedToAcquire.impostor)}`,
  ],
  ['first / second photo corrected', correctedShare],
  ['accuracy, cross-validated', s => rate(s, 'accuracy', s.accuracy, accuracyText)],
  ['EER', s => rate(s, 'eer', s.eer)],
  ['FNMR at FMR 1 %', s => rate(s, 'fmr100', s.fmr100)],
  ['FNMR at FMR 0.1 %', s => rate(s, 'fmr1000', s.fmr1000)],
  ...(['fmr', 'fnmr', 'average'] as const).flatMap(kind =>
    (['100', '1000'] as const).map(
      level =>
        [
          `${kind === 'average' ? 'average' : kind.toUpperCase()} at the unmasked threshold for FMR ${level === '100' ? '1' : '0.1'} %`,
          (s: SettingResult) =>
            rate(s, `at.unmaskedFmr${level}.${kind}`, s.at[`unmaskedFmr${level}`]?.[kind]),
        ] as const,
    ),
  ),
  ['mean score, same person', s => mean(s, 'gMean')],
  ['mean score, different people', s => mean(s, 'iMean')],
  ['FDR (Fisher ratio)', s => (s.fdr === null ? '' : s.fdr.toFixed(2))],
]

export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

export const settingsTable = ({ settings }: EvaluationResult): string[] => [
  row(['', ...settings.map(({ name, synthetic }) => `${name}${synthetic ? ' (synthetic)' : ''}`)]),
  row(['---', ...settings.map(() => '---:')]),
  ...ROWS.map(([label, write]) => [label, ...settings.map(write)])
    .filter(cells => cells.slice(1).some(Boolean))
    .map(row),
]

export const cellsTable = ({ settings }: EvaluationResult): string[] => [
  row([
    'shape',
    'coverage',
    'colour',
    'FNMR',
    'FMR',
    'EER',
    'mean score, same person',
    'pairs same / different',
    'without a score',
  ]),
  row(['---', '---', '---', '---:', '---:', '---:', '---:', '---:', '---:']),
  ...settings.map(s =>
    row([
      ...(s.cell ? [s.cell.shape, s.cell.coverage, s.cell.colour] : ['no mask', '', '']),
      rate(s, 'at.unmaskedFmr1000.fnmr', s.atUnmaskedThreshold?.fnmr),
      rate(s, 'at.unmaskedFmr1000.fmr', s.atUnmaskedThreshold?.fmr),
      rate(s, 'eer', s.eer),
      mean(s, 'gMean'),
      `${whole(s.genuine)} / ${whole(s.impostor)}`,
      whole(s.failedToAcquire.genuine + s.failedToAcquire.impostor),
    ]),
  ),
]

/** One line for each kind of probe. */
export const searchesTable = (rows: NonNullable<EvaluationResult['identification']>): string[] => [
  row([
    'probes',
    'enrolled',
    'mated',
    'unmated',
    'rank 1',
    'rank 10',
    'FNIR at FPIR 1 %',
    'FPIR there',
    'FPIR by formula',
    'threshold',
  ]),
  row(['---', ...Array.from({ length: 9 }, () => '---:')]),
  ...rows.map(one => {
    const within = (name: 'rank1' | 'fnir' | 'fpir'): string => {
      const [low, high] = one.intervals[name]
      return `${percent(one[name])} [${percent(low)}, ${percent(high)}]`
    }
    return row([
      `${one.name}${one.synthetic ? ' (synthetic)' : ''}`,
      ...[one.gallery, one.mated, one.unmated].map(whole),
      within('rank1'),
      percent(one.rank10),
      within('fnir'),
      within('fpir'),
      percent(one.predictedFpir),
      one.threshold === null ? 'none' : one.threshold.toFixed(3),
    ])
  }),
]

export const photosLine = ({ photos, masks, date, pipeline }: EvaluationResult): string => {
  const codes = new Map<string, number>()
  for (const { code, mask } of photos.failures) {
    const kind = mask === undefined ? code : `${code} with a mask drawn`
    codes.set(kind, (codes.get(kind) ?? 0) + 1)
  }
  const failed = [...codes].map(([code, count]) => `${whole(count)} ${code}`).join(', ')
  return [
    `${whole(photos.total)} photos of ${whole(photos.identities)} people; not usable: ${failed || 'none'}.`,
    ...(masks ? [`Masks: ${masks.type}, seed ${masks.seed}.`] : []),
    ...(photos.alone ? [`People with one photo: ${photos.alone.length}.`] : []),
    `Byte-identical photos under several identities: ${photos.sameBytes.length}.`,
    `Measured ${date}, pipeline \`${pipeline}\`.`,
  ].join(' ')
}
