import { errorToJson } from '../../errors.ts'
import type { Face } from '../../face/face.ts'
import { readPhoto } from '../../image/node.ts'
import type { Photo } from '../../image/photo.ts'
import { randomRecipe } from '../../masking/recipe.ts'
import { renderMask } from '../../masking/render.ts'
import { createRandom } from '../../random.ts'
import { gridMean, MASK_STATES, type MaskState } from '../../recognition/mask-worn.ts'
import type { Xfmr } from '../../xfmr.ts'
import { NO_DEGRADATION, randomDegradation } from '../photo/degrade.ts'
import { jpegRoundTrip } from '../photo/node.ts'
import { worsen } from '../photo/worsen.ts'

/** A photo without a mask, and who it shows. */
export type TrainingPhoto = {
  readonly path: string
  /** Path below the data's folder: the draws depend on it, and so not on where the data lies. */
  readonly name: string
  readonly identity: string
}

/** Features of one face with its label. */
export type MaskExample = {
  readonly features: Float32Array
  readonly state: MaskState
  readonly identity: string
}

export type MaskExamples = {
  readonly examples: MaskExample[]
  /** Photos and masked photos that gave no example, with the reason. */
  readonly failures: { readonly path: string; readonly code: string }[]
}

/**
 * The examples of one photo: bare, as it is and worsened, with a mask worn right, and with one of the wrong ways to wear it. The
 * mask is drawn on the photo, which is then worsened too; detection, landmarks and alignment work on the result, as they will in use.
 */
export const maskExamples = async (
  xfmr: Xfmr,
  { path, name, identity }: TrainingPhoto,
  seed: string,
): Promise<MaskExamples> => {
  const examples: MaskExample[] = []
  const failures: { path: string; code: string }[] = []
  const attempt = async (state: MaskState, work: () => Promise<Float32Array>): Promise<void> => {
    try {
      examples.push({ features: await work(), state, identity })
    } catch (error) {
      failures.push({ path: `${path} (${state})`, code: errorToJson(error).code })
    }
  }
  let bare: { photo: Photo; face: Face } | undefined
  await attempt('none', async () => {
    const photo = await readPhoto(path)
    const face = await xfmr.findFace(photo, 'central')
    bare = { photo, face }
    return featuresOf(xfmr, photo, face)
  })
  if (!bare) return { examples, failures }
  const { photo, face } = bare
  await attempt('none', async () => worsenedFeatures(xfmr, photo, face, seed, `${name}/none`))
  const random = createRandom(seed, name, 'state')
  for (const state of ['worn', random.pick(['nose-out', 'chin'] as const)] as const) {
    await attempt(state, async () => {
      const coverage = createRandom(seed, name, state).pick(COVERAGES[state])
      const recipe = randomRecipe(seed, `${name}/${state}`, { coverage })
      const masked = renderMask(photo, face, recipe).photo
      return worsenedFeatures(xfmr, masked, face, seed, `${name}/${state}`)
    })
  }
  return { examples, failures }
}

/** Puts examples into one matrix, labelled by the position of their state in `MASK_STATES`. */
export const toMatrix = (examples: readonly MaskExample[]) => {
  const dimensions = examples[0]!.features.length
  const features = new Float32Array(examples.length * dimensions)
  examples.forEach((example, row) => void features.set(example.features, row * dimensions))
  const labels = Uint8Array.from(examples, ({ state }) => MASK_STATES.indexOf(state))
  return { features, labels, dimensions, classes: MASK_STATES.length }
}

// --- internal ---

const COVERAGES = {
  worn: ['high', 'medium'],
  'nose-out': ['low', 'nose-out'],
  chin: ['chin'],
} as const

/** Two in three are degraded as photos in use are; the face is then found in what is left. */
const worsenedFeatures = async (
  xfmr: Xfmr,
  photo: Photo,
  { box: [, , faceWidth] }: Face,
  seed: string,
  view: string,
): Promise<Float32Array> => {
  const damaged = createRandom(seed, view, 'degraded').chance(2 / 3)
  const damage = damaged ? randomDegradation(seed, view, { strength: 1, faceWidth }) : NO_DEGRADATION
  const changed = await worsen(photo, damage, createRandom(seed, view, 'stretch'), jpegRoundTrip)
  return featuresOf(xfmr, changed, await xfmr.findFace(changed, 'central'))
}

const featuresOf = async (xfmr: Xfmr, photo: Photo, face: Face): Promise<Float32Array> => {
  const [embedding] = await xfmr.embed([xfmr.align(photo, face)], { grid: true })
  return gridMean(embedding!.grid!)
}
