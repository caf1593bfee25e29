import packageJson from '../../package.json' with { type: 'json' }
import type { Calibration } from '../evaluation/calibration.ts'
import { type CalibrationFile, calibrationFor } from '../evaluation/calibration-file.ts'
import { type Calibrator, createCalibrator } from '../evaluation/calibrator.ts'
import type { FaceChoice } from '../face/choose.ts'
import type { Photo } from '../image/photo.ts'
import type { ModelStore } from '../models/store.ts'
import { type DecideOptions, decide } from '../recognition/decide.ts'
import type { Comparison, ScoreName, Xfmr } from '../xfmr.ts'
import { modelFacts } from './models.ts'
import { toCompareResult } from './result.ts'
import type { CompareResult } from './schema.ts'

export type ComparePhotosOptions = DecideOptions & {
  faceA?: FaceChoice | undefined
  faceB?: FaceChoice | undefined
  /** The score that the verdict rests on. Default `cosine`. */
  score?: ScoreName
  /** Default true. */
  explain?: boolean
  calibrations: CalibrationFile
}

/** A comparison in its JSON form, and what it was made from. */
export type ComparedPhotos = { result: CompareResult; comparison: Comparison; calibration: Calibration }

/** Compares two photos and says everything about it that a result holds. Shared by the command line and the server. */
export const comparePhotos = async (
  { xfmr, store }: { xfmr: Xfmr; store: Pick<ModelStore, 'list'> },
  photos: readonly [Photo, Photo],
  { faceA, faceB, score = 'cosine', explain = true, calibrations, ...wanted }: ComparePhotosOptions,
): Promise<ComparedPhotos> => {
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
      calibratorOf(calibration),
      wanted,
    ),
    models: modelFacts(xfmr.models, await addedModels(xfmr, store)),
    ...(explanation ? { explanation, explainTime } : {}),
  })
  return { result, comparison, calibration }
}

/** A calibrator of this calibration; opened once: a server compares with the same few calibrations all day. */
export const calibratorOf = (calibration: Calibration): Calibrator => {
  const kept = calibrators.get(calibration) ?? createCalibrator(calibration)
  calibrators.set(calibration, kept)
  return kept
}

/** The calibration of the pair's own condition; where there is none, that of bare faces, and the result says so. */
export const fittingCalibration = (
  file: CalibrationFile,
  condition: Comparison['condition'],
  scoreId: string,
): Calibration => {
  const covered = file.calibrations.some(calibration => calibration.condition === condition)
  return calibrationFor(file, covered ? condition : 'bare-bare', scoreId)
}

// --- internal ---

const calibrators = new WeakMap<Calibration, Calibrator>()

const addedModels = async (
  { models }: Xfmr,
  store: Pick<ModelStore, 'list'>,
): Promise<Record<string, { licence: string; source: string }>> => {
  const known = modelFacts(models).every(({ licence }) => licence !== 'not stated')
  if (known) return {}
  const listed = await store.list()
  return Object.fromEntries(listed.map(({ name, licence, source }) => [name, { licence, source }]))
}
