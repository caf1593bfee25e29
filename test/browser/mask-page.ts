import { drawnFace, landmarksOf, poseOf } from '../../src/masking/_test-face.ts'
import { type MaskType, randomRecipe, renderMask } from '../../src/masking/index.ts'

declare global {
  interface Window {
    maskDigest: (type: MaskType, seed: number) => Promise<string>
  }
}

/** The scene that `mask.test.ts` draws in Node: made from the same numbers in the page, so nothing is decoded. */
const scene = (type: MaskType, seed: number) => {
  const pose = poseOf(18, 5, -9, 46, [120, 95])
  // Rounded, because the sines that place these points may differ between engines.
  const landmarks = landmarksOf(pose).map(([x, y]) => [Math.round(x * 8) / 8, Math.round(y * 8) / 8] as const)
  return renderMask(drawnFace(250, 250, pose), { landmarks }, randomRecipe(seed, 'a.jpg', { type }))
}

/** SHA-256 of the masked photo and its region, in hexadecimal. */
export const digest = async (type: MaskType, seed: number): Promise<string> => {
  const { photo, region } = scene(type, seed)
  const bytes = new Uint8Array(photo.data.length + region.length)
  bytes.set(photo.data)
  bytes.set(region, photo.data.length)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

if (typeof window !== 'undefined') window.maskDigest = digest
