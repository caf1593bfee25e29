import type { Photo } from '../image/photo.ts'
import { chooseFace, type FaceChoice } from './choose.ts'
import type { DetectOptions, Detector } from './detect.ts'
import type { Face } from './face.ts'
import type { Landmarker } from './landmarks.ts'

/** Finds all faces of a photo with their landmarks, by falling score; an empty list when there are none. */
export type FaceFinder = (photo: Photo, options?: DetectOptions) => Promise<Face[]>

/**
 * Finds the one face that is meant, see `chooseFace`. Only that one gets landmarks, so a crowd costs no more than a portrait.
 * @throws XfmrError `E_NO_FACE`, `E_SEVERAL_FACES`, `E_USAGE`
 */
export type FacePicker = (photo: Photo, choice?: FaceChoice, options?: DetectOptions) => Promise<Face>

type Parts = { detector: Detector; landmarker: Landmarker }

export const createFaceFinder =
  ({ detector, landmarker }: Parts): FaceFinder =>
  async (photo, options) => {
    const faces: Face[] = []
    for (const { box, score } of await detector(photo, options)) {
      faces.push({ box, score, landmarks: await landmarker(photo, box) })
    }
    return faces
  }

export const createFacePicker =
  ({ detector, landmarker }: Parts): FacePicker =>
  async (photo, choice, options) => {
    const { box, score } = chooseFace(await detector(photo, options), choice, photo)
    return { box, score, landmarks: await landmarker(photo, box) }
  }
