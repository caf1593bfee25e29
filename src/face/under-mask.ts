import type { Photo } from '../image/photo.ts'
import type { Runtime, Session } from '../onnx/runtime.ts'
import { MASKED_BOX } from './crop.ts'
import type { Face } from './face.ts'
import { createLandmarker } from './landmarks.ts'

/** Finds the landmarks of a face again, as the model for masks sees them. */
export type UnderMaskFinder = {
  /** The face itself without such a model. */
  find(photo: Photo, face: Face): Promise<Face>
  release(): Promise<void>
}

/** @param model The landmark model for masks; loaded with the first face that needs it. */
export const underMaskFinder = (runtime: Runtime, model: Uint8Array | undefined): UnderMaskFinder => {
  let loaded: Promise<Session> | undefined
  return {
    find: async (photo, face) => {
      if (!model) return face
      loaded ??= runtime.load(model)
      const landmarker = createLandmarker(await loaded, { lowestBox: MASKED_BOX })
      return { ...face, landmarks: await landmarker(photo, face.box) }
    },
    release: async () => (await loaded)?.release(),
  }
}
