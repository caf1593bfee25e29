import { XfmrError } from '../errors.ts'
import type { Affine } from '../image/affine.ts'
import { letterbox } from '../image/letterbox.ts'
import type { Box, Photo } from '../image/photo.ts'
import type { Session } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import { tilesOf } from './tiles.ts'

/** A rectangle that may hold a face. */
export type Detection = {
  /** Pixels of the photo; it may reach a little outside. */
  readonly box: Box
  /** Confidence in [0, 1]. */
  readonly score: number
}

export type DetectOptions = {
  /** Lowest score of a face. Default 0.5. */
  threshold?: number
  /** Of two boxes that overlap more than this (intersection over union), the weaker one is dropped. Default 0.3. */
  iou?: number
}

export type Detector = (photo: Photo, options?: DetectOptions) => Promise<Detection[]>

/** A photo with a side shorter than this many pixels is refused. */
export const MIN_PHOTO_SIDE = 16

/**
 * Makes a face detector from a session of the detector model (`input` [1,3,240,320] -> `scores` [1,4420,2] and
 * `boxes` [1,4420,4], corners in [0,1]). Faces come sorted by falling score.
 *
 * The whole photo is looked at first, letterboxed into the frame: that finds 99 % of the faces that are 20 pixels high or
 * more in the frame (a twelfth of its height), half of those of 14 pixels, and none under 9.
 * When there is none, it is tried again at three quarters and at half of the size, which recovers faces that fill the photo
 * and many masked ones; then, where the photo has the detail, in overlapping pieces two and four times closer, which finds
 * people who stand far away. Closer views see more things that look like faces, so they must score higher:
 * 100 faces of 130 pixels in scenes of 3000x4000 were found 8, 69 and 100 times, with 1, 1 and 6 false ones among limbs and
 * furniture.
 *
 * @throws XfmrError `E_TOO_SMALL` for a photo under 16 pixels wide or high
 */
export const createDetector = (session: Session): Detector => {
  // A frame is almost a megabyte: kept for the next photo, unless two photos are under way at once.
  let spare: Float32Array | undefined

  const look = async (photo: Photo, zoom: number, threshold: number): Promise<Detection[]> => {
    const frame = spare ?? new Float32Array(3 * WIDTH * HEIGHT)
    spare = undefined
    const { data, transform } = letterbox(photo, WIDTH, HEIGHT, { zoom, out: frame })
    const { scores, boxes } = await session.run({ input: float32(data, [1, 3, HEIGHT, WIDTH]) })
    spare = frame
    return readBoxes(scores!.data as Float32Array, boxes!.data as Float32Array, transform, threshold)
  }

  return async (photo, { threshold = 0.5, iou = 0.3 } = {}) => {
    checkSize(photo)
    for (const zoom of ZOOMS) {
      const found = suppress(await look(photo, zoom, threshold), iou)
      if (found.length > 0) return found
    }
    for (const { level, score } of CLOSER) {
      const found: Detection[] = []
      for (const { photo: tile, toPhoto, cuts } of tilesOf(photo, WIDTH, HEIGHT, level)) {
        for (const face of await look(tile, 1, Math.max(threshold, score))) {
          if (!cuts(face.box)) found.push({ ...face, box: toPhoto(face.box) })
        }
      }
      if (found.length > 0) return suppress(found, iou)
    }
    return []
  }
}

/**
 * Greedy non-maximum suppression: keeps the best box, drops all that overlap it by more than `iou`, and so on.
 * The result is sorted by falling score.
 */
export const suppress = (detections: readonly Detection[], iou: number): Detection[] => {
  const kept: Detection[] = []
  for (const candidate of detections.toSorted((one, other) => other.score - one.score)) {
    if (kept.every(({ box }) => overlap(box, candidate.box) <= iou)) kept.push(candidate)
  }
  return kept
}

/** Intersection over union of two boxes, in [0, 1]. */
export const overlap = ([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): number => {
  const width = Math.min(ax + aw, bx + bw) - Math.max(ax, bx)
  const height = Math.min(ay + ah, by + bh) - Math.max(ay, by)
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (aw * ah + bw * bh - shared)
}

// --- internal ---

const WIDTH = 320
const HEIGHT = 240
const ZOOMS = [1, 0.75, 0.5]
/** Closer looks, and the score that a face must have there. */
const CLOSER = [
  { level: 2, score: 0.8 },
  { level: 4, score: 0.95 },
]

/** Boxes of the frame that score enough, in pixels of the photo. */
const readBoxes = (
  scores: Float32Array,
  corners: Float32Array,
  [scaleX, , left, , scaleY, top]: Affine,
  threshold: number,
): Detection[] => {
  // Corners are edges, not pixel centres: the edge of the first pixel is at 0, its centre at 0.5.
  const shiftX = left + 0.5 - 0.5 * scaleX
  const shiftY = top + 0.5 - 0.5 * scaleY
  const detections: Detection[] = []
  for (let i = 0; i < scores.length / 2; i++) {
    const score = scores[2 * i + 1]!
    if (!(score >= threshold)) continue
    const x = (corners[4 * i]! * WIDTH - shiftX) / scaleX
    const y = (corners[4 * i + 1]! * HEIGHT - shiftY) / scaleY
    const right = (corners[4 * i + 2]! * WIDTH - shiftX) / scaleX
    const bottom = (corners[4 * i + 3]! * HEIGHT - shiftY) / scaleY
    detections.push({ box: [x, y, right - x, bottom - y], score })
  }
  return detections
}

const checkSize = ({ width, height, name }: Photo): void => {
  if (width >= MIN_PHOTO_SIDE && height >= MIN_PHOTO_SIDE) return
  throw new XfmrError(
    'E_TOO_SMALL',
    `${name ?? 'The photo'} is ${width}x${height} pixels; no face can be found in less than ${MIN_PHOTO_SIDE}x${MIN_PHOTO_SIDE}. Use a larger photo.`,
  )
}
