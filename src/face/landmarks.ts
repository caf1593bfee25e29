import { mirrorRows } from '../image/mirror.ts'
import type { Box, Photo, Point } from '../image/photo.ts'
import type { Session } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import { CROP_SIZE, cropTransform, firstPlace, greyCrop, pointsOf, secondPlace } from './crop.ts'
import { MIRROR } from './mirror.ts'

export { eyeLine } from './crop.ts'

/** Finds the 68 points of the face in a detector's box. */
export type Landmarker = (photo: Photo, box: Box) => Promise<Point[]>

/**
 * Makes a landmark finder from a session of the landmark model (`input` [1,1,64,64] grey / 256 -> `output` [1,136],
 * x and y in turn, as shares of the crop).
 *
 * What is found in the first crop, which follows the detector's box, centres a second, tighter crop: detector boxes are
 * less steady than landmarks. The second crop is read twice, once mirrored, and the two answers are averaged; doing the
 * same with the first one changes the result by less than 0.01 pixel of the aligned face.
 * @param options.lowestBox Least height of a box in widths, see `MASKED_BOX`
 */
export const createLandmarker = (
  session: Session,
  { lowestBox = 0 }: { lowestBox?: number } = {},
): Landmarker => {
  const read = async (crop: Float32Array): Promise<Float32Array> => {
    const { output } = await session.run({ input: float32(crop, [1, 1, CROP_SIZE, CROP_SIZE]) })
    return output!.data as Float32Array
  }

  return async (photo, box) => {
    const toFirst = cropTransform(firstPlace(box, lowestBox))
    const rough = pointsOf(await read(greyCrop(photo, toFirst)), toFirst)
    const toSecond = cropTransform(secondPlace(rough))
    const crop = greyCrop(photo, toSecond)
    const plain = await read(crop)
    const mirrored = await read(mirrorRows(crop, CROP_SIZE))
    return pointsOf(meanOfMirrored(plain, mirrored), toSecond)
  }
}

// --- internal ---

const meanOfMirrored = (plain: Float32Array, mirrored: Float32Array): Float32Array => {
  const mean = new Float32Array(plain.length)
  MIRROR.forEach((twin, i) => {
    mean[2 * i] = (plain[2 * i]! + 1 - mirrored[2 * twin]!) / 2
    mean[2 * i + 1] = (plain[2 * i + 1]! + mirrored[2 * twin + 1]!) / 2
  })
  return mean
}
