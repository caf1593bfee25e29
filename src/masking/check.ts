import { XfmrError } from '../errors.ts'
import type { Photo, Point } from '../image/photo.ts'
import { fitHead, type Pose } from './head.ts'

/** Faces turned further than this (degrees) get no mask: their far half is hidden and the landmarks there are guesses. */
export const MAX_YAW = 55

/** Beyond this (degrees) a mask is put on, with a warning. */
export const WARN_YAW = 35

/** A face at the border may lose part of its jaw, but most of it must be there. */
export const MIN_INSIDE = 48

/** Eyes closer than this (pixels) leave nothing of a mask to see. */
export const MIN_EYE_DISTANCE = 6

/**
 * Says whether a mask can be fitted to these landmarks, and how the head stands.
 * @throws XfmrError `E_LANDMARKS`, `E_TOO_SMALL`, `E_PROFILE`
 */
export const checkLandmarks = ({ width, height, name }: Photo, landmarks: readonly Point[]): Pose => {
  const label = name ?? 'the photo'
  if (landmarks.length !== 68 || !landmarks.every(([x, y]) => Number.isFinite(x) && Number.isFinite(y)))
    throw new XfmrError('E_LANDMARKS', `The landmarks of ${label} are not 68 points with finite coordinates.`)
  const inside = landmarks.filter(([x, y]) => x >= -0.5 && y >= -0.5 && x < width && y < height).length
  if (inside < MIN_INSIDE)
    throw new XfmrError(
      'E_LANDMARKS',
      `Only ${inside} of the 68 landmarks lie inside ${label} (${width}x${height}). Are they meant for another photo or size?`,
    )
  const pose = fitHead(landmarks)
  const { scale, yaw } = pose
  // Points on one spot or one line give no pose at all.
  if (!(scale < 1e6) || ![...pose.right, ...pose.down, ...pose.origin].every(Number.isFinite))
    throw new XfmrError('E_LANDMARKS', `The landmarks of ${label} do not form a face.`)
  if (scale < MIN_EYE_DISTANCE)
    throw new XfmrError(
      'E_TOO_SMALL',
      `The face in ${label} is too small: its eyes are ${scale.toFixed(1)} pixels apart, ${MIN_EYE_DISTANCE} are needed.`,
    )
  if (Math.abs(yaw) > MAX_YAW)
    throw new XfmrError(
      'E_PROFILE',
      `The face in ${label} is turned by ${Math.abs(yaw)} degrees; masks are put on faces turned by up to ${MAX_YAW}.`,
      { details: { yaw } },
    )
  return pose
}
