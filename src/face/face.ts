import type { Affine } from '../image/affine.ts'
import type { Box, Photo, Point } from '../image/photo.ts'

/** A face found in a photo. All coordinates are pixels of that photo. */
export type Face = {
  readonly box: Box
  /** Detector confidence in [0, 1]. */
  readonly score: number
  /** The 68 points of the iBUG 300-W scheme: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67. */
  readonly landmarks: readonly Point[]
}

/** A face brought onto the ArcFace template: 112x112 RGB, eyes level. */
export type AlignedFace = Photo & {
  /** Maps a point of the original photo to a point of the aligned face. */
  readonly transform: Affine
}
