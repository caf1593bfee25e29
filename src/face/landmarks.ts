import { type Affine, apply, invert } from '../image/affine.ts'
import { mirrorRows } from '../image/mirror.ts'
import type { Box, Photo, Point } from '../image/photo.ts'
import { warpGrey } from '../image/warp.ts'
import type { Session } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import { MIRROR } from './mirror.ts'

/** Finds the 68 points of the face in a detector's box. */
export type Landmarker = (photo: Photo, box: Box) => Promise<Point[]>

/**
 * Makes a landmark finder from a session of the landmark model (`input` [1,1,64,64] grey / 256 -> `output` [1,136],
 * x and y in turn, as shares of the crop).
 *
 * The crop is a square a tenth larger than the box is high, moved down a little, so that the chin is in it. It is read twice,
 * once mirrored, and the two answers are averaged. A head tilted by more than 25 degrees is read again from a crop
 * turned upright.
 */
export const createLandmarker = (session: Session): Landmarker => {
  const read = async (crop: Float32Array): Promise<Float32Array> => {
    const { output } = await session.run({ input: float32(crop, [1, 1, SIZE, SIZE]) })
    return output!.data as Float32Array
  }

  const find = async (photo: Photo, toCrop: Affine): Promise<Point[]> => {
    const crop = warpGrey(photo, toCrop, SIZE, SIZE)
    for (let i = 0; i < crop.length; i++) crop[i] = crop[i]! / 256
    const plain = await read(crop)
    const mirrored = await read(mirrorRows(crop, SIZE))
    const fromCrop = invert(toCrop)
    return MIRROR.map((twin, i) => {
      const x = (plain[2 * i]! + 1 - mirrored[2 * twin]!) / 2
      const y = (plain[2 * i + 1]! + mirrored[2 * twin + 1]!) / 2
      return apply(fromCrop, [x * SIZE - 0.5, y * SIZE - 0.5])
    })
  }

  return async (photo, box) => {
    const landmarks = await find(photo, cropTransform(box, LEVEL))
    const eyes = eyeLine(landmarks)
    return eyes[0] < MIN_LEVEL ? find(photo, cropTransform(box, eyes)) : landmarks
  }
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
  return length > 0 ? [dx / length, dy / length] : LEVEL
}

// --- internal ---

const SIZE = 64
/** Side of the crop, and how far down its centre is moved. */
const CROP = 1.1
const DROP = 0.08
const LEVEL: Point = [1, 0]
/** Cosine of the tilt from which a second look pays off, 25 degrees. */
const MIN_LEVEL = 0.9063077870366499

/** Maps the photo to the crop around a box; the eye line becomes horizontal. */
const cropTransform = ([x, y, width, height]: Box, [cosine, sine]: Point): Affine => {
  const side = CROP * height
  // The drop follows the head.
  const centreX = x + width / 2 - 0.5 - sine * DROP * side
  const centreY = y + height / 2 - 0.5 + cosine * DROP * side
  const cos = (SIZE / side) * cosine
  const sin = (SIZE / side) * sine
  const middle = SIZE / 2 - 0.5
  return [cos, sin, middle - cos * centreX - sin * centreY, -sin, cos, middle + sin * centreX - cos * centreY]
}
