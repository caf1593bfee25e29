import { XfmrError } from '../errors.ts'
import { fitSimilarity } from '../image/affine.ts'
import type { Photo, Point } from '../image/photo.ts'
import { warp } from '../image/warp.ts'
import type { AlignedFace, Face } from './face.ts'

/** Width and height of an aligned face in pixels. */
export const ALIGNED_SIZE = 112

/**
 * Where the eyes, the tip of the nose and the corners of the mouth lie in an aligned face (image-left before image-right).
 * The template that ArcFace models are trained with (Deng et al., CVPR 2019).
 */
export const ARC_TEMPLATE: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
]

/**
 * Which of the 68 landmarks are averaged into each point of the template: the lids rather than the corners of the eyes, the tip
 * of the nose, and both rims of the lips at the corners of the mouth.
 */
export const ARC_POINTS: readonly (readonly number[])[] = [
  [37, 38, 40, 41],
  [43, 44, 46, 47],
  [30],
  [48, 60],
  [54, 64],
]

/**
 * Brings a face onto the ArcFace template: the least-squares similarity of its five points, drawn by bilinear sampling,
 * black outside the photo.
 *
 * @param face a face, or its 68 landmarks
 * @returns 112x112 RGB with the transform that led there
 * @throws XfmrError `E_LANDMARKS` when the points coincide or are no numbers, so that no similarity exists
 */
export const alignFace = (photo: Photo, face: Face | readonly Point[]): AlignedFace => {
  const landmarks = 'landmarks' in face ? face.landmarks : face
  const transform = fitSimilarity(fivePoints(landmarks), ARC_TEMPLATE)
  if (!transform.every(Number.isFinite)) {
    const name = photo.name ? ` of ${photo.name}` : ''
    throw new XfmrError(
      'E_LANDMARKS',
      `The landmarks${name} fall on one point, so the face can't be aligned.`,
    )
  }
  const aligned = warp(photo, transform, ALIGNED_SIZE, ALIGNED_SIZE)
  return photo.name === undefined ? { ...aligned, transform } : { ...aligned, name: photo.name, transform }
}

/** Centres of the eyes, tip of the nose, corners of the mouth from the 68 points; image-left before image-right. */
export const fivePoints = (landmarks: readonly Point[]): Point[] =>
  ARC_POINTS.map(indices => {
    let x = 0
    let y = 0
    for (const index of indices) {
      x += landmarks[index]![0]
      y += landmarks[index]![1]
    }
    return [x / indices.length, y / indices.length]
  })
