import packageJson from '../../package.json' with { type: 'json' }
import { XfmrError } from '../errors.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import type { AlignedFace } from '../face/face.ts'
import type { Photo, Point } from '../image/photo.ts'
import { type DecideOptions, decide } from '../recognition/decide.ts'
import { calibratorOf, fittingCalibration } from '../report/compare-photos.ts'
import { modelFacts } from '../report/models.ts'
import { toCompareResult } from '../report/result.ts'
import type { CompareResult } from '../report/schema.ts'
import type { EmbeddedFace, Xfmr } from '../xfmr.ts'
import { searchCalibration } from './default-calibration.ts'
import type { StoredExample } from './gallery.ts'
import { conditionOf } from './search-rates.ts'

export type ExplainedMatch = {
  readonly result: CompareResult
  readonly aligned: readonly [AlignedFace, AlignedFace]
  readonly calibration: Calibration
  /** The stored face as a photo of its own: the second photo of the comparison. */
  readonly stored: Photo
}

/**
 * Explains why a probe matched a stored face, as `compare` does for two photos: face A is the probe, face B the stored one. The score
 * is that of the search, which compares embeddings as they are: where one of both wears a mask, `compare` would score by the counterpart.
 * @param probe From `Xfmr.examine`, of the same pipeline.
 * @param options.calibrations Error rates of embeddings compared as they are; by default those of searches.
 * @param decode Reads a PNG file, as `readPhoto` does.
 * @throws XfmrError `E_USAGE` when the face was stored without its picture, `E_PIPELINE_MISMATCH` when it was embedded by
 * another pipeline than `xfmr`'s, `E_BAD_CALIBRATION`
 */
export const explainMatch = async (
  { xfmr, decode }: { xfmr: Xfmr; decode: (png: Uint8Array) => Promise<Photo> },
  { face: probe, name }: { face: EmbeddedFace; name: string },
  example: StoredExample,
  {
    calibrations = calibrationOfSearches(xfmr.pipeline),
    ...wanted
  }: DecideOptions & { calibrations?: CalibrationFile } = {},
): Promise<ExplainedMatch> => {
  const { face: found, photo: stored } = await storedFace(xfmr, example, decode)
  const comparison = {
    ...(await xfmr.compareFaces(probe, found, { counterparts: false })),
    condition: conditionOf(probe.mask?.worn ?? false, example.mask?.worn ?? false),
  }
  const calibration = fittingCalibration(calibrations, comparison.condition, xfmr.pipeline)
  const start = performance.now()
  const explanation = await xfmr.explain(comparison)
  const result = toCompareResult({
    version: packageJson.version,
    photos: [name, example.source ?? `${example.subject} (${example.id})`],
    comparison,
    decision: decide(comparison.cosine, calibratorOf(calibration), wanted),
    models: modelFacts(xfmr.models),
    explanation,
    explainTime: performance.now() - start,
  })
  // What was found out about a mask when the face was enrolled, by the photo itself.
  const faces: CompareResult['faces'] = [result.faces[0], { ...result.faces[1], mask: example.mask }]
  return { result: { ...result, faces }, aligned: [probe.aligned, found.aligned], calibration, stored }
}

/** A stored face, embedded anew from its picture. @throws XfmrError as {@link explainMatch} does */
export const storedFace = async (
  xfmr: Pick<Xfmr, 'pipeline' | 'embed'>,
  {
    png,
    landmarks,
    pipeline,
    unmasked,
    id,
  }: Pick<StoredExample, 'png' | 'landmarks' | 'pipeline' | 'unmasked' | 'id'>,
  decode: (png: Uint8Array) => Promise<Photo>,
): Promise<{ face: EmbeddedFace; photo: Photo }> => {
  if (pipeline !== xfmr.pipeline) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `The stored face was embedded by "${pipeline}", not by "${xfmr.pipeline}".`,
    )
  }
  if (!png || !landmarks) {
    throw new XfmrError(
      'E_USAGE',
      `The face ${id} was stored without its picture, so there is nothing to explain it on. Enrol with --thumbnails.`,
    )
  }
  const photo = await decode(png)
  const aligned = { ...photo, transform: IDENTITY }
  const [embedding] = await xfmr.embed([aligned], { grid: true, unmask: unmasked ? 'always' : 'never' })
  return {
    photo,
    face: {
      face: { box: boxOf(landmarks), score: 1, landmarks },
      aligned,
      embedding: { ...embedding!, pipeline },
      mask: null,
      unmasked,
    },
  }
}

// --- internal ---

const calibrationOfSearches = (pipeline: string): CalibrationFile => {
  const found = searchCalibration(pipeline)
  if (found) return found
  throw new XfmrError(
    'E_BAD_CALIBRATION',
    `Nothing is known of the error rates of the pipeline "${pipeline}". Measure them with "xfmr evaluate DATASET --calibration FILE" and give that file with --calibration.`,
  )
}

const IDENTITY = [1, 0, 0, 0, 1, 0] as const

const boxOf = (points: readonly Point[]): [number, number, number, number] => {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [left, top] = [Math.min(...xs), Math.min(...ys)]
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top]
}
