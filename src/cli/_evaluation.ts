import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { XfmrError } from '../errors.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import { coverageCells, coveragePlot } from '../evaluation/coverage-plot.ts'
import type { ProtocolRun } from '../evaluation/protocols/verification.ts'
import type { EvaluationResult, SettingResult } from '../evaluation/result.ts'
import { accuracyText } from '../report/evaluation/tables.ts'
import { percent, whole } from '../report/numbers.ts'
import type { Xfmr } from '../xfmr.ts'
import type { Wishes } from './_evaluation-options.ts'
import { writeFolder } from './_folder.ts'
import { changesOf, type Dataset } from './_protocols.ts'
import { scoresFile } from './_scores-file.ts'
import { table } from './_table.ts'

/** The result for a terminal: one line for each number, one column for each setting. */
export const evaluationText = (result: EvaluationResult, out: string | undefined): string => {
  const { settings, photos, dataset, protocol } = result
  const wide = settings.some(({ cell }) => cell !== undefined)
  const rows = ROWS.filter(({ value }) => settings.some(setting => value(setting) !== undefined)).map(row => [
    row.label,
    ...settings.map(setting => cell(row, setting)),
  ])
  const failures = photos.failures.map(
    ({ photo, mask, code, message }) =>
      `${photo}${mask === undefined ? '' : ` (masked: ${mask})`}: ${message} [${code}]`,
  )
  const shared = photos.sameBytes.map(
    group => `${group.photos.join(', ')}: the same bytes, but given to ${group.identities.join(' and ')}`,
  )
  return [
    `${protocol} on ${dataset}: ${whole(photos.total)} photos of ${whole(photos.identities)} people, ${failures.length} without a usable face`,
    ...(result.unmasking
      ? [
          `Correction for masks (${result.unmasking.mode}): ${result.unmasking.name}, ${result.unmasking.sha256.slice(0, 8)}`,
        ]
      : []),
    ...(result.masks ? [`Synthetic masks: ${result.masks.type}, seed ${result.masks.seed}`] : []),
    '',
    // Many settings go below each other, with fewer numbers.
    result.identification
      ? identificationTable(result.identification)
      : wide
        ? cellsTable(settings)
        : table(['', ...settings.map(({ name }) => name)], rows),
    ...(result.omitted ?? []).map(({ name, reason }) => `Left out: ${name} (${reason})`),
    ...(photos.alone?.length ? ['', `People with one photo: ${photos.alone.join(', ')}`] : []),
    ...(failures.length > 0 ? ['', ...failures] : []),
    ...(shared.length > 0 ? ['', ...shared] : []),
    ...(out === undefined
      ? []
      : ['', `Report: ${join(out, result.identification ? 'result.json' : 'report.html')}`]),
  ].join('\n')
}

/** Writes report.html, result.json, the scores of each setting, and the plot of protocol `nist`. */
export const writeReport = async (
  out: string,
  wishes: Wishes,
  { root }: Dataset,
  xfmr: Xfmr,
  result: EvaluationResult,
  { lists }: ProtocolRun,
): Promise<void> => {
  const [{ buildEvaluationReport }, { alignedFace }, { formatCsvPairs }, codec] = await Promise.all([
    import('../report/evaluation/page.ts'),
    import('../evaluation/node/photo-embedder.ts'),
    import('../evaluation/csv-pairs.ts'),
    import('../image/node.ts'),
  ])
  // Searches have no list of pairs to show: the numbers are the report.
  if (result.identification) return writeFolder(out, { 'result.json': `${JSON.stringify(result)}\n` })
  const change = await changesOf(wishes, xfmr)
  const picture = (photo: string, setting: SettingResult, side: 0 | 1) => {
    const { masks } = lists[result.settings.indexOf(setting)]!
    return alignedFace({ root, xfmr, face: wishes.choice, change: change(masks[side]) }, photo)
  }
  const worst = lists.length > 3 ? 2 : 12
  const pairs = lists.map(list => list.pairs)
  const all = lists.map(list => list.all)
  const cells = coverageCells(result.settings)
  const files: Record<string, string> = {
    'report.html': await buildEvaluationReport({ result, pairs, all, picture, worst }, codec),
    'result.json': `${JSON.stringify(result)}\n`,
  }
  result.settings.forEach(({ name }, i) => {
    const list = pairs[i]!
    const scores = list.map(({ score }) => score)
    files[scoresFile(name, pairs.length)] = formatCsvPairs({ pairs: list }, scores)
  })
  if (cells.length > 0) {
    files['coverage.svg'] = coveragePlot(cells, result.settings[0]!.atUnmaskedThreshold!.fnmr)
  }
  await writeFolder(out, files)
}

/** Writes calibrations. In a file of the same pipeline they take the place of their conditions; any other file is left alone. */
export const writeCalibration = async (
  path: string,
  wishes: Wishes,
  { pipeline, dataset, settings, masks }: EvaluationResult,
  { lists, calibrations }: ProtocolRun,
): Promise<void> => {
  const [{ calibrate }, { calibrationFile, parseCalibrationFile }] = await Promise.all([
    import('../evaluation/calibration.ts'),
    import('../evaluation/calibration-file.ts'),
  ])
  const before = await readFile(path, 'utf8').catch(() => undefined)
  const known = before === undefined ? undefined : parseCalibrationFile(before, path)
  if (known && known.pipeline !== pipeline) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `${path} holds calibrations of pipeline "${known.pipeline}", not of "${pipeline}". Choose another file.`,
    )
  }
  const name = wishes.name ?? basename(resolve(dataset))
  const searched = { name: `${name}, all searches of an identification`, date: wishes.date, synthetic: false }
  const ofPairs = settings.flatMap(({ condition, synthetic }, i): Calibration[] => {
    if (lists[i]!.correctedAll) return []
    const folds = synthetic && wishes.folds ? `, folds ${wishes.folds.join(' ')}` : ''
    const drawn = synthetic && masks ? `, synthetic masks (${masks.type}, seed ${masks.seed})` : ''
    const source = { condition: condition!, name: `${name}${folds}${drawn}`, date: wishes.date, synthetic }
    return [calibrate(lists[i]!.pairs, source)]
  })
  const made = calibrations?.(searched) ?? ofPairs
  const others = known?.calibrations.filter(({ condition }) => made.every(own => own.condition !== condition))
  const file = calibrationFile(pipeline, [...(others ?? []), ...made])
  await writeFolder(dirname(path), { [basename(path)]: `${JSON.stringify(file)}\n` })
}

// --- internal ---

/** One line for each kind of probe. */
const identificationTable = (rows: NonNullable<EvaluationResult['identification']>): string => {
  const within = (value: number, [low, high]: readonly [number, number]): string =>
    `${percent(value)}  (${percent(low)} to ${percent(high)})`
  return table(
    [
      '',
      'enrolled',
      'mated',
      'unmated',
      'rank 1',
      'FNIR at FPIR 1 %',
      'FPIR',
      'FPIR by formula',
      'threshold',
    ],
    rows.map(row => [
      row.name,
      whole(row.gallery),
      whole(row.mated),
      whole(row.unmated),
      within(row.rank1, row.intervals.rank1),
      within(row.fnir, row.intervals.fnir),
      within(row.fpir, row.intervals.fpir),
      percent(row.predictedFpir),
      row.threshold === null ? 'none' : row.threshold.toFixed(3),
    ]),
  )
}

/** One line for each mask of protocol `nist`. */
const cellsTable = (settings: readonly SettingResult[]): string =>
  table(
    ['mask on the probe', 'FNMR at the unmasked threshold', 'FMR', 'equal error rate', 'without a score'],
    settings.map(({ name, atUnmaskedThreshold, intervals, eer, failedToAcquire }) => {
      const { fnmr, fmr } = atUnmaskedThreshold!
      const range = intervals['at.unmaskedFmr1000.fnmr']
      return [
        name === 'UMR-UMP' ? 'none' : name,
        range ? `${percent(fnmr)}  (${percent(range[0])} to ${percent(range[1])})` : percent(fnmr),
        percent(fmr),
        percent(eer),
        whole(failedToAcquire.genuine + failedToAcquire.impostor),
      ]
    }),
  )

type Row = {
  label: string
  value(setting: SettingResult): number | undefined
  interval?: string
  /** Default `percent`. */
  write?: (value: number) => string
}

/** On unmasked pairs these say nothing new. */
const masked =
  (value: Row['value']): Row['value'] =>
  setting =>
    setting.condition === 'bare-bare' ? undefined : value(setting)

const ROWS: readonly Row[] = [
  { label: 'pairs, same person', value: ({ genuine }) => genuine, write: whole },
  { label: 'pairs, different people', value: ({ impostor }) => impostor, write: whole },
  {
    label: 'pairs without a score',
    value: ({ failedToAcquire: { genuine, impostor } }) => genuine + impostor,
    write: whole,
  },
  { label: 'first photos corrected', value: ({ corrected }) => corrected?.first },
  { label: 'second photos corrected', value: ({ corrected }) => corrected?.second },
  {
    label: 'accuracy (cross-validated)',
    value: ({ accuracy }) => accuracy,
    interval: 'accuracy',
    write: accuracyText,
  },
  { label: 'equal error rate', value: ({ eer }) => eer, interval: 'eer' },
  { label: 'FNMR at FMR 1 %', value: ({ fmr100 }) => fmr100, interval: 'fmr100' },
  { label: 'FNMR at FMR 0.1 %', value: ({ fmr1000 }) => fmr1000, interval: 'fmr1000' },
  {
    label: 'at the unmasked threshold for FMR 1 %: FMR',
    value: masked(({ at }) => at.unmaskedFmr100?.fmr),
    interval: 'at.unmaskedFmr100.fmr',
  },
  {
    label: '  FNMR',
    value: masked(({ at }) => at.unmaskedFmr100?.fnmr),
    interval: 'at.unmaskedFmr100.fnmr',
  },
  {
    label: 'at the unmasked threshold for FMR 0.1 %: FMR',
    value: masked(({ atUnmaskedThreshold }) => atUnmaskedThreshold?.fmr),
    interval: 'at.unmaskedFmr1000.fmr',
  },
  {
    label: '  FNMR',
    value: masked(({ atUnmaskedThreshold }) => atUnmaskedThreshold?.fnmr),
    interval: 'at.unmaskedFmr1000.fnmr',
  },
  { label: 'FNMR at FMR 0', value: ({ zeroFmr }) => zeroFmr, interval: 'zeroFmr' },
]

const cell = ({ value, interval, write = percent }: Row, setting: SettingResult): string => {
  const number = value(setting)
  if (number === undefined) return ''
  const range = interval === undefined ? undefined : setting.intervals[interval]
  return range ? `${write(number)}  (${write(range[0])} to ${write(range[1])})` : write(number)
}
