import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { XfmrError } from '../errors.ts'
import type { PairDataset } from '../evaluation/node/dataset.ts'
import type { ProtocolRun } from '../evaluation/protocols/verification.ts'
import type { EvaluationResult, SettingResult } from '../evaluation/result.ts'
import { accuracyText } from '../report/evaluation/tables.ts'
import { percent, whole } from '../report/numbers.ts'
import type { Xfmr } from '../xfmr.ts'
import { writeFolder } from './_folder.ts'
import { table } from './_table.ts'
import type { Wishes } from './commands/evaluate.ts'

/** The result for a terminal: one line for each number, one column for each setting. */
export const evaluationText = (result: EvaluationResult, out: string | undefined): string => {
  const { settings, photos, dataset, protocol } = result
  const rows = ROWS.filter(({ value }) => settings.some(setting => value(setting) !== undefined)).map(row => [
    row.label,
    ...settings.map(setting => cell(row, setting)),
  ])
  const failures = photos.failures.map(({ photo, code, message }) => `${photo}: ${message} [${code}]`)
  const shared = photos.sameBytes.map(
    group => `${group.photos.join(', ')}: the same bytes, but given to ${group.identities.join(' and ')}`,
  )
  return [
    `${protocol} on ${dataset}: ${whole(photos.total)} photos of ${whole(photos.identities)} people, ${failures.length} without a usable face`,
    '',
    table(['', ...settings.map(({ name }) => name)], rows),
    ...(failures.length > 0 ? ['', ...failures] : []),
    ...(shared.length > 0 ? ['', ...shared] : []),
    ...(out === undefined ? [] : ['', `Report: ${join(out, 'report.html')}`]),
  ].join('\n')
}

/** Writes report.html, result.json and scores.csv. */
export const writeReport = async (
  out: string,
  { choice }: Wishes,
  { root }: PairDataset,
  xfmr: Xfmr,
  result: EvaluationResult,
  { scored }: ProtocolRun,
): Promise<void> => {
  const [{ buildEvaluationReport }, { alignedFace }, { formatCsvPairs }, codec] = await Promise.all([
    import('../report/evaluation/page.ts'),
    import('../evaluation/node/photo-embedder.ts'),
    import('../evaluation/csv-pairs.ts'),
    import('../image/node.ts'),
  ])
  const picture = (photo: string) => alignedFace(join(root, photo), xfmr, choice)
  await writeFolder(out, {
    'report.html': await buildEvaluationReport({ result, pairs: [scored.pairs], picture }, codec),
    'result.json': `${JSON.stringify(result)}\n`,
    'scores.csv': formatCsvPairs(
      scored,
      scored.pairs.map(({ score }) => score),
    ),
  })
}

/** Writes a calibration. In a file of the same pipeline it takes the place of its condition; any other file is left alone. */
export const writeCalibration = async (
  path: string,
  { condition, synthetic, date }: Wishes,
  { pipeline, dataset }: EvaluationResult,
  { scored }: ProtocolRun,
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
  const made = calibrate(scored.pairs, {
    condition: condition!,
    name: basename(resolve(dataset)),
    date,
    synthetic,
  })
  const others = known?.calibrations.filter(entry => entry.condition !== condition) ?? []
  const file = calibrationFile(pipeline, [...others, made])
  await writeFolder(dirname(path), { [basename(path)]: `${JSON.stringify(file)}\n` })
}

// --- internal ---

type Row = {
  label: string
  value(setting: SettingResult): number | undefined
  interval?: string
  /** Default `percent`. */
  write?: (value: number) => string
}

const ROWS: readonly Row[] = [
  { label: 'pairs, same person', value: ({ genuine }) => genuine, write: whole },
  { label: 'pairs, different people', value: ({ impostor }) => impostor, write: whole },
  {
    label: 'pairs without a score',
    value: ({ failedToAcquire: { genuine, impostor } }) => genuine + impostor,
    write: whole,
  },
  {
    label: 'accuracy (cross-validated)',
    value: ({ accuracy }) => accuracy,
    interval: 'accuracy',
    write: accuracyText,
  },
  { label: 'equal error rate', value: ({ eer }) => eer, interval: 'eer' },
  { label: 'FNMR at FMR 1 %', value: ({ fmr100 }) => fmr100, interval: 'fmr100' },
  { label: 'FNMR at FMR 0.1 %', value: ({ fmr1000 }) => fmr1000, interval: 'fmr1000' },
  { label: 'FNMR at FMR 0', value: ({ zeroFmr }) => zeroFmr, interval: 'zeroFmr' },
]

const cell = ({ value, interval, write = percent }: Row, setting: SettingResult): string => {
  const number = value(setting)
  if (number === undefined) return ''
  const range = interval === undefined ? undefined : setting.intervals[interval]
  return range ? `${write(number)}  (${write(range[0])} to ${write(range[1])})` : write(number)
}
