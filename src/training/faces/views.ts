import { errorToJson } from '../../errors.ts'
import type { AlignedFace } from '../../face/face.ts'
import type { Photo } from '../../image/photo.ts'
import { type MaskRecipe, randomRecipe } from '../../masking/recipe.ts'
import { renderMask } from '../../masking/render.ts'
import { createRandom } from '../../random.ts'
import type { Xfmr } from '../../xfmr.ts'
import { type JpegRoundTrip, NO_DEGRADATION, randomDegradation } from '../photo/degrade.ts'
import { worsen } from '../photo/worsen.ts'

export type ViewOptions = {
  readonly seed: string
  /** Masked views of every photo. */
  readonly masked: number
  /** Degraded views without a mask of every photo, beside the photo as it is. */
  readonly degraded: number
  /** See `randomDegradation`; two in three views are degraded. */
  readonly strength: number
}

/** One way in which a photo was changed before its face was found. */
export type FaceView = {
  /** The mask that was drawn; `null` when the face is bare. */
  readonly mask: Pick<MaskRecipe, 'type' | 'coverage'> | null
  readonly degraded: boolean
  /** The face as detector, landmarks and alignment found it in the changed photo. */
  readonly aligned: AlignedFace
}

export type FailedView = { readonly masked: boolean; readonly code: string }

export type PhotoViews = {
  /** The recogniser's embedding of the photo as it is, unit length: what every view should be embedded as. */
  readonly target: Float32Array
  /** The same for the photo's mirror image. */
  readonly mirrored: Float32Array
  /** The photo as it is first. */
  readonly views: readonly FaceView[]
  /** Views in which no face was found. */
  readonly failed: readonly FailedView[]
}

/**
 * Makes the views of one photo on which a recogniser can learn to see through masks. Masks are drawn on the photo, the
 * photo is then degraded and sometimes squeezed, as thumbnails are, and detection, landmarks and alignment work on the result, so
 * that training meets the errors that use will bring. What is drawn depends on seed and name only.
 * @throws XfmrError when no face is found in the photo as it is
 */
export const viewsOf = async (
  xfmr: Pick<Xfmr, 'findFace' | 'findUnderMask' | 'align' | 'embed'>,
  photo: Photo,
  name: string,
  { seed, masked, degraded, strength }: ViewOptions,
  jpeg?: JpegRoundTrip,
): Promise<PhotoViews> => {
  const face = await xfmr.findFace(photo, 'central')
  const bare = xfmr.align(photo, face)
  const [target, mirrored] = await xfmr.embed([bare, mirrorFace(bare)])
  const faceWidth = face.box[2]
  const views: FaceView[] = [{ mask: null, degraded: false, aligned: bare }]
  const failed: FailedView[] = []
  for (let i = 0; i < masked + degraded; i++) {
    const view = `${name}/view ${i}`
    const recipe = i < masked ? randomRecipe(seed, view) : undefined
    const damaged = recipe === undefined || createRandom(seed, view, 'degraded').chance(2 / 3)
    const damage = damaged ? randomDegradation(seed, view, { strength, faceWidth }) : NO_DEGRADATION
    try {
      const drawn = recipe ? renderMask(photo, face, recipe).photo : photo
      const changed = await worsen(drawn, damage, createRandom(seed, view, 'stretch'), jpeg)
      const found = await xfmr.findFace(changed, 'central')
      // Whatever goes through the correction was found by the landmark model for masks, bare faces by mistake.
      const aligned = xfmr.align(changed, await xfmr.findUnderMask(changed, found))
      const mask = recipe ? { type: recipe.type, coverage: recipe.coverage } : null
      views.push({ mask, degraded: damaged, aligned })
    } catch (error) {
      failed.push({ masked: recipe !== undefined, code: errorToJson(error).code })
    }
  }
  return { target: target!.vector, mirrored: mirrored!.vector, views, failed }
}

// --- internal ---

const mirrorFace = (face: AlignedFace): AlignedFace => {
  const { width, height, data } = face
  const mirrored = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + width - 1 - x) * 3
      const to = (y * width + x) * 3
      mirrored[to] = data[from]!
      mirrored[to + 1] = data[from + 1]!
      mirrored[to + 2] = data[from + 2]!
    }
  }
  return { ...face, data: mirrored }
}
