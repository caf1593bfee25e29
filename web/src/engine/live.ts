import { chooseFace } from '../../../src/face/choose.ts'
import type { Photo } from '../../../src/image/photo.ts'
import { decide } from '../../../src/recognition/decide.ts'
import { defaultCalibration } from '../../../src/recognition/default-calibration.ts'
import { calibratorOf, fittingCalibration } from '../../../src/report/compare-photos.ts'
import type { Xfmr } from '../../../src/xfmr.ts'
import { toBitmap } from './bitmaps.ts'
import type { PhotoShelf } from './photos.ts'
import type { FaceRef, LiveFinding } from './protocol.ts'

/** Looks at one picture of a camera: its largest face, the mask on it, and how alike it is to the reference. */
export const look = async (
  { xfmr, photos }: { xfmr: Xfmr; photos: PhotoShelf },
  photo: Photo,
  reference: FaceRef | null,
): Promise<LiveFinding> => {
  const start = performance.now()
  const { width, height } = photo
  const faces = await xfmr.findFaces(photo)
  const common = { width, height, faces: faces.length }
  if (faces.length === 0) return { ...common, ...NOTHING, time: performance.now() - start }
  const face = chooseFace(faces, 'largest', photo)
  const seen = await xfmr.examine(photo, face)
  const compared =
    reference && (await xfmr.compareFaces(seen, (await photos.examine(reference, 'auto')).result))
  const threshold = compared && thresholdFor(xfmr, compared)
  return {
    ...common,
    face: { box: face.box, score: face.score },
    aligned: await toBitmap(seen.aligned),
    mask: seen.mask && { state: seen.mask.state, probability: seen.mask.probability },
    score: compared?.cosine ?? null,
    threshold,
    unmasked: seen.unmasked,
    time: performance.now() - start,
  }
}

// --- internal ---

const NOTHING = { face: null, aligned: null, mask: null, score: null, threshold: null, unmasked: false }

const thresholdFor = (
  xfmr: Xfmr,
  { condition, cosine }: Awaited<ReturnType<Xfmr['compareFaces']>>,
): number => {
  const scoreId = xfmr.scoreId('cosine')
  const calibration = fittingCalibration(defaultCalibration(scoreId), condition, scoreId)
  return decide(cosine, calibratorOf(calibration)).threshold.value
}
