import type { Photo } from '../image/photo.ts'
import type { DetectOptions, Detector } from './detect.ts'
import type { Face } from './face.ts'
import type { Landmarker } from './landmarks.ts'

/** Finds all faces of a photo with their landmarks, by falling score; an empty list when there are none. */
export type FaceFinder = (photo: Photo, options?: DetectOptions) => Promise<Face[]>

export const createFaceFinder =
  ({ detector, landmarker }: { detector: Detector; landmarker: Landmarker }): FaceFinder =>
  async (photo, options) => {
    const faces: Face[] = []
    for (const { box, score } of await detector(photo, options)) {
      faces.push({ box, score, landmarks: await landmarker(photo, box) })
    }
    return faces
  }
