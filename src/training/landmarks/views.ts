import { errorToJson } from '../../errors.ts'
import { firstPlace, MASKED_BOX, secondPlace } from '../../face/crop.ts'
import { type Detector, overlap } from '../../face/detect.ts'
import type { Face } from '../../face/face.ts'
import type { Photo } from '../../image/photo.ts'
import { type RecipeWishes, randomRecipe } from '../../masking/recipe.ts'
import { renderMask } from '../../masking/render.ts'
import { createRandom } from '../../random.ts'
import { degrade, type JpegRoundTrip, randomDegradation } from '../photo/degrade.ts'
import { type Jitter, jittered, type LandmarkSample, sampleAt } from './sample.ts'

/** A photo as a camera might have taken it, with or without a mask. The face has not moved. */
export type View = { readonly photo: Photo; readonly masked: boolean }

export type ViewWishes = {
  /** The mask to draw; `null` for none. */
  mask: RecipeWishes | null
  /** How much is damaged, see `randomDegradation`. */
  strength: number
}

/** Draws what a training view looks like: 65 % masked, one in eight of those flat; 80 % degraded. */
export const randomView = (seed: string, name: string): ViewWishes => {
  const masks = createRandom(seed, name, 'view mask')
  const damage = createRandom(seed, name, 'view damage')
  return {
    mask: masks.chance(0.65) ? { type: masks.chance(1 / 8) ? 'random-flat' : 'random' } : null,
    strength: damage.chance(0.8) ? damage.uniform(0.3, 1.5) : 0,
  }
}

/**
 * Makes a view of a photo. A face that can't be masked (turned too far, too small) stays bare.
 * @param face found on the bare photo
 */
export const viewOf = async (
  photo: Photo,
  face: Face,
  { mask, strength }: ViewWishes,
  { seed, name, jpeg }: { seed: string; name: string; jpeg: JpegRoundTrip },
): Promise<View> => {
  const masked = mask && maskedPhoto(photo, face, randomRecipe(seed, name, mask))
  const faceWidth = face.box[2]
  const recipe = randomDegradation(seed, name, { strength, faceWidth })
  return {
    photo: await degrade(masked ?? photo, recipe, jpeg),
    masked: masked !== null && masked !== undefined,
  }
}

/**
 * The crops of one view that the student learns from. The first is the one that use will bring, from the detector's box on the
 * view; then a moved one of that kind, and moved ones of the kind that is centred on landmarks.
 * @param face found on the bare photo: its landmarks are the truth
 */
export const samplesOf = async (
  { photo, masked }: View,
  { box, landmarks }: Face,
  detector: Detector,
  { seed, name }: { seed: string; name: string },
): Promise<LandmarkSample[]> => {
  const random = createRandom(seed, name, 'crops')
  const found = (await detector(photo)).find(face => overlap(face.box, box) > SAME_FACE)
  const first = firstPlace(box, MASKED_BOX)
  const second = secondPlace(landmarks)
  const places = [
    found ? firstPlace(found.box, MASKED_BOX) : jittered(first, random, FIRST_JITTER),
    jittered(first, random, FIRST_JITTER),
    ...Array.from({ length: SECOND_CROPS }, () => jittered(second, random, SECOND_JITTER)),
  ]
  return places.map(place => sampleAt(photo, landmarks, place, masked))
}

/** A box on the view that overlaps the bare one by more than this (intersection over union) is the same face. */
export const SAME_FACE = 0.3

// --- internal ---

const FIRST_JITTER: Jitter = { shift: 0.05, scale: 0.08, turn: 8 }
const SECOND_JITTER: Jitter = { shift: 0.035, scale: 0.08, turn: 10 }
const SECOND_CROPS = 3

const maskedPhoto = (photo: Photo, face: Face, recipe: Parameters<typeof renderMask>[2]): Photo | null => {
  try {
    return renderMask(photo, face, recipe).photo
  } catch (error) {
    if (['E_LANDMARKS', 'E_TOO_SMALL', 'E_PROFILE'].includes(errorToJson(error).code)) return null
    throw error
  }
}
