import { XfmrError } from '../errors.ts'
import type { Photo, Point } from '../image/photo.ts'
import type { Pose } from './head.ts'

/** Faces turned further than this (degrees) get no mask: their far half is hidden and the landmarks there are guesses. */
export const MAX_YAW = 55

/** Eyes closer than this (pixels) leave nothing of a mask to see. */
export const MIN_EYE_DISTANCE = 6

/**
 * Says whether a mask can be fitted to these landmarks.
 * @throws XfmrError `E_LANDMARKS`, `E_TOO_SMALL`, `E_PROFILE`
 */
export const checkLandmarks = (
  { width, height, name }: Photo,
  landmarks: readonly Point[],
  pose: Pose,
): void => {
  const label = name ?? 'the photo'
  if (landmarks.length !== 68 || !landmarks.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y)))
    throw new XfmrError('E_LANDMARKS', `The landmarks of ${label} are not 68 points with finite coordinates.`)
  // A face at the border may lose part of its jaw, but no point may lie further out than half a face.
  const slack = 0.25 * Math.max(width, height)
  const outside = landmarks.findIndex(
    ([x, y]) => x < -slack || y < -slack || x > width + slack || y > height + slack,
  )
  const inside = landmarks.filter(([x, y]) => x >= 0 && y >= 0 && x < width && y < height).length
  if (outside !== -1 || inside < 48)
    throw new XfmrError(
      'E_LANDMARKS',
      `The landmarks lie outside ${label} (${width}x${height}): only ${inside} of 68 are inside it. Are they for another photo or size?`,
    )
  if (!(pose.scale >= MIN_EYE_DISTANCE))
    throw new XfmrError(
      'E_TOO_SMALL',
      `The face in ${label} is too small: its eyes are ${pose.scale.toFixed(1)} pixels apart, ${MIN_EYE_DISTANCE} are needed.`,
    )
  if (Math.abs(pose.yaw) > MAX_YAW)
    throw new XfmrError(
      'E_PROFILE',
      `The face in ${label} is turned by ${Math.abs(pose.yaw)} degrees; masks are put on up to ${MAX_YAW}.`,
      { details: { yaw: pose.yaw } },
    )
}
