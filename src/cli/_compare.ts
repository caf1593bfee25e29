import { readFile } from 'node:fs/promises'
import packageJson from '../../package.json' with { type: 'json' }
import { XfmrError } from '../errors.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import { type CalibrationFile, calibrationFor, parseCalibrationFile } from '../evaluation/calibration-file.ts'
import { createCalibrator } from '../evaluation/calibrator.ts'
import type { FaceChoice } from '../face/choose.ts'
import * as codec from '../image/node.ts'
import type { Photo } from '../image/photo.ts'
import type { ModelStore } from '../models/store.ts'
import { type DecideOptions, decide } from '../recognition/decide.ts'
import { defaultCalibration } from '../recognition/default-calibration.ts'
import { reportFiles } from '../report/files.ts'
import { modelFacts } from '../report/models.ts'
import { duration, plain } from '../report/numbers.ts'
import { toCompareResult } from '../report/result.ts'
import type { CompareResult } from '../report/schema.ts'
import { resultText } from '../report/text.ts'
import type { Comparison, ScoreName, Xfmr } from '../xfmr.ts'
import { writeFolder } from './_folder.ts'

export type ComparePhotosOptions = DecideOptions & {
  faceA?: FaceChoice | undefined
  faceB?: FaceChoice | undefined
  /** The score that the verdict rests on. Default `cosine`. */
  score?: ScoreName
  /** Default true. */
  explain?: boolean
  /** Folder for result.json, pictures and report.html. */
  out?: string | undefined
  calibrations: CalibrationFile
}

/** Compares two photos, and writes the report where one is wanted. Shared by `compare` and `demo`. */
export const comparePhotos = async (
  { xfmr, store }: { xfmr: Xfmr; store: ModelStore },
  photos: readonly [Photo, Photo],
  { faceA, faceB, score = 'cosine', explain = true, out, calibrations, ...wanted }: ComparePhotosOptions,
): Promise<{ result: CompareResult; reportTime: number | undefined }> => {
  const comparison = await xfmr.compare(photos[0], photos[1], {
    ...(faceA === undefined ? {} : { faceA }),
    ...(faceB === undefined ? {} : { faceB }),
  })
  const calibration = fittingCalibration(calibrations, comparison.condition, xfmr.scoreId(score))
  const start = performance.now()
  const explanation = explain ? await xfmr.explain(comparison) : undefined
  const explainTime = performance.now() - start
  const result = toCompareResult({
    version: packageJson.version,
    photos: [photos[0].name ?? 'A', photos[1].name ?? 'B'],
    comparison,
    by: score,
    decision: decide(
      score === 'xcos' ? comparison.xcos.score : comparison.cosine,
      createCalibrator(calibration),
      wanted,
    ),
    models: modelFacts(xfmr.models, await addedModels(xfmr, store)),
    ...(explanation ? { explanation, explainTime } : {}),
  })
  if (out === undefined) return { result, reportTime: undefined }
  const before = performance.now()
  const aligned = [comparison.a.aligned, comparison.b.aligned] as const
  await writeFolder(out, await reportFiles({ result, photos, aligned, calibration }, codec))
  return { result, reportTime: performance.now() - before }
}

/** The result in plain lines, with the time that the report took and where it is. */
export const comparisonText = (
  result: CompareResult,
  { reportTime, report }: { reportTime: number | undefined; report: string | undefined },
): string => {
  const time = reportTime === undefined ? '' : `, report ${plain(duration(reportTime))}`
  return `${resultText(result)}${time}${report === undefined ? '' : `\nReport: ${report}`}`
}

/**
 * The calibrations of a score: from a file, or those that ship with xfmr.
 * @param scoreId See `Xfmr.scoreId`.
 * @throws XfmrError `E_BAD_CALIBRATION`, and as reading a file does
 */
export const openCalibrations = async (scoreId: string, path?: string): Promise<CalibrationFile> =>
  path === undefined ? defaultCalibration(scoreId) : parseCalibrationFile(await readText(path), path)

// --- internal ---

/** The calibration of the pair's own condition; where there is none, that of bare faces, and the result says so. */
const fittingCalibration = (
  file: CalibrationFile,
  condition: Comparison['condition'],
  scoreId: string,
): Calibration => {
  const covered = file.calibrations.some(calibration => calibration.condition === condition)
  return calibrationFor(file, covered ? condition : 'bare-bare', scoreId)
}

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new XfmrError('E_NOT_FOUND', `There is no file ${path}. Check the spelling.`, { cause })
    throw new XfmrError('E_READ', `Can't read ${path}: ${message}`, { cause })
  }
}

const addedModels = async (
  { models }: Xfmr,
  store: ModelStore,
): Promise<Record<string, { licence: string; source: string }>> => {
  const known = modelFacts(models).every(({ licence }) => licence !== 'not stated')
  if (known) return {}
  const listed = await store.list()
  return Object.fromEntries(listed.map(({ name, licence, source }) => [name, { licence, source }]))
}
