import { type Affine, apply, invert } from '../image/affine.ts'
import type { Box, Photo, Point } from '../image/photo.ts'
import { warpGrey } from '../image/warp.ts'

/** Width and height of what the landmark model sees, in pixels. */
export const CROP_SIZE = 64

/**
 * Least height of a masked face's box in widths, see {@link firstPlace}: detectors often end it at the mask. Half of bare
 * faces' boxes lie between 1.33 and 1.50; with this value the fewest eyes are far off (CelebA).
 */
export const MASKED_BOX = 1.2

/** A square piece of a photo, possibly turned. */
export type CropPlace = {
  /** Centre in pixels of the photo. */
  readonly centre: Point
  /** Pixels of the photo. */
  readonly side: number
  /** Unit vector in the photo that becomes horizontal in the crop. */
  readonly level: Point
}

/**
 * The first crop: a square a tenth larger than the detector's box is high, moved down a little, so that the chin is in it.
 * @param lowest Least height of a box in widths: a lower one counts as reaching further down
 */
export const firstPlace = ([x, y, width, boxHeight]: Box, lowest = 0): CropPlace => {
  const height = Math.max(boxHeight, lowest * width)
  const side = CROP * height
  return { centre: [x + width / 2 - 0.5, y + height / 2 - 0.5 + DROP * side], side, level: UPRIGHT }
}

/** The second crop: around the landmarks' own extent, level with the eyes of a head tilted by more than 25 degrees. */
export const secondPlace = (landmarks: readonly Point[]): CropPlace => {
  const eyes = eyeLine(landmarks)
  const [cosine, sine] = eyes[0] < MIN_LEVEL ? eyes : UPRIGHT
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (const [x, y] of landmarks) {
    const along = cosine * x + sine * y
    const down = cosine * y - sine * x
    left = Math.min(left, along)
    right = Math.max(right, along)
    top = Math.min(top, down)
    bottom = Math.max(bottom, down)
  }
  const along = (left + right) / 2
  const down = (top + bottom) / 2
  const centre: Point = [cosine * along - sine * down, sine * along + cosine * down]
  return { centre, side: SECOND_CROP * (bottom - top), level: [cosine, sine] }
}

/** Maps the photo to the crop; the direction `level` becomes horizontal. */
export const cropTransform = ({ centre: [x, y], side, level: [cosine, sine] }: CropPlace): Affine => {
  const cos = (CROP_SIZE / side) * cosine
  const sin = (CROP_SIZE / side) * sine
  const middle = CROP_SIZE / 2 - 0.5
  return [cos, sin, middle - cos * x - sin * y, -sin, cos, middle + sin * x - cos * y]
}

/** The crop in shades of grey, in [0, 1): the model's input. */
export const greyCrop = (photo: Photo, toCrop: Affine): Float32Array => {
  const crop = warpGrey(photo, toCrop, CROP_SIZE, CROP_SIZE)
  for (let i = 0; i < crop.length; i++) crop[i] = crop[i]! / 256
  return crop
}

/** Turns shares of a crop, whose edges are 0 and 1, x and y in turn, into points of the photo. */
export const pointsOf = (shares: Float32Array, toCrop: Affine): Point[] => {
  const fromCrop = invert(toCrop)
  return Array.from({ length: shares.length / 2 }, (_, i) =>
    apply(fromCrop, [shares[2 * i]! * CROP_SIZE - 0.5, shares[2 * i + 1]! * CROP_SIZE - 0.5]),
  )
}

/** The inverse of {@link pointsOf}. */
export const sharesOf = (points: readonly Point[], toCrop: Affine): Float32Array => {
  const shares = new Float32Array(2 * points.length)
  points.forEach((point, i) => {
    const [x, y] = apply(toCrop, point)
    shares[2 * i] = (x + 0.5) / CROP_SIZE
    shares[2 * i + 1] = (y + 0.5) / CROP_SIZE
  })
  return shares
}

/**
 * Direction from the image-left eye to the other, as a unit vector; (1, 0) when the head is upright.
 * A vector instead of an angle, because sine and cosine differ in the last bits between engines.
 */
export const eyeLine = (landmarks: readonly Point[]): Point => {
  let dx = 0
  let dy = 0
  for (let i = 36; i < 42; i++) {
    dx += landmarks[i + 6]![0] - landmarks[i]![0]
    dy += landmarks[i + 6]![1] - landmarks[i]![1]
  }
  const length = Math.sqrt(dx * dx + dy * dy)
  return length > 0 ? [dx / length, dy / length] : UPRIGHT
}

// --- internal ---

/** Side of the first crop in box heights, and how far down its centre is moved, in sides. */
const CROP = 1.1
const DROP = 0.08
/** Side of the second crop in heights of the landmarks. */
const SECOND_CROP = 1.32
const UPRIGHT: Point = [1, 0]
/** Cosine of the tilt from which turning the crop pays off, 25 degrees. */
const MIN_LEVEL = 0.9063077870366499
