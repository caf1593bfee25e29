import { readFile } from 'node:fs/promises'
import { XfmrError } from '../errors.ts'
import { type CalibrationFile, parseCalibrationFile } from '../evaluation/calibration-file.ts'
import * as codec from '../image/node.ts'
import type { Photo } from '../image/photo.ts'
import type { ModelStore } from '../models/store.ts'
import { defaultCalibration } from '../recognition/default-calibration.ts'
import { type ComparePhotosOptions, comparePhotos as compareOnly } from '../report/compare-photos.ts'
import { reportFiles } from '../report/files.ts'
import { duration, plain } from '../report/numbers.ts'
import type { CompareResult } from '../report/schema.ts'
import { resultText } from '../report/text.ts'
import type { Xfmr } from '../xfmr.ts'
import { writeFolder } from './_folder.ts'

/** Compares two photos, and writes the report where one is wanted. Shared by `compare` and `demo`. */
export const comparePhotos = async (
  parts: { xfmr: Xfmr; store: ModelStore },
  photos: readonly [Photo, Photo],
  /** `out`: folder for result.json, pictures and report.html. */
  { out, ...options }: ComparePhotosOptions & { out?: string | undefined },
): Promise<{ result: CompareResult; reportTime: number | undefined }> => {
  const { result, comparison, calibration } = await compareOnly(parts, photos, options)
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
