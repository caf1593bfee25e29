import { blur } from '../../image/blur.ts'
import type { Photo } from '../../image/photo.ts'
import { resize } from '../../image/resize.ts'
import { grainAt } from '../../masking/noise.ts'
import { createRandom } from '../../random.ts'
import type { Degradation, Shadow } from './degradation.ts'

export { type Degradation, NO_DEGRADATION, randomDegradation } from './degradation.ts'

/** Encodes a photo as JPEG and reads it again. */
export type JpegRoundTrip = (photo: Photo, quality: number) => Promise<Photo>

/**
 * Degrades a photo as cameras and the web do, in the order in which it happens to light, sensor and file: side light, blur
 * of lens and motion, noise, exposure and tone, JPEG; all of it at the recipe's reduced size. The result has the photo's own
 * size, so that coordinates stay valid.
 *
 * @param jpeg recompression, which needs a codec (`training/photo/node.ts` has one). Left out, that step is skipped.
 * @returns a new photo; the given one is not changed
 */
export const degrade = async (photo: Photo, recipe: Degradation, jpeg?: JpegRoundTrip): Promise<Photo> => {
  const width = Math.max(1, Math.round(photo.width * recipe.scale))
  const height = Math.max(1, Math.round(photo.height * recipe.scale))
  const reduced = width < photo.width || height < photo.height
  const small = expose(reduced ? resize(photo, width, height) : photo, recipe)
  const coded = jpeg && recipe.quality !== null ? await jpeg(small, recipe.quality) : small
  const { data } = reduced ? resize(coded, photo.width, photo.height) : coded
  return { ...photo, data }
}

// --- internal ---

/** Everything that happens between the scene and the file. */
const expose = (photo: Photo, recipe: Degradation): Photo => {
  const { width, height } = photo
  const pixels = width * height
  const planes = planesOf(photo)
  if (recipe.shadow) shade(planes, width, height, recipe.shadow)
  const [motionX, motionY] = recipe.motion
  for (let channel = 0; channel < 3; channel++) {
    const plane = planes.subarray(channel * pixels, (channel + 1) * pixels)
    blur(plane, width, height, recipe.blur)
    if (motionX !== 0 || motionY !== 0) smear(plane, width, height, motionX, motionY)
  }
  return { ...photo, data: develop(planes, width, height, recipe) }
}

const planesOf = ({ width, height, data }: Photo): Float32Array => {
  const pixels = width * height
  const planes = new Float32Array(3 * pixels)
  for (let i = 0, p = 0; i < pixels; i++, p += 3) {
    planes[i] = data[p]!
    planes[pixels + i] = data[p + 1]!
    planes[2 * pixels + i] = data[p + 2]!
  }
  return planes
}

/** Darkens one side; the transition is a straight ramp with rounded ends. */
const shade = (
  planes: Float32Array,
  width: number,
  height: number,
  { direction: [dx, dy], depth, at, edge }: Shadow,
): void => {
  const pixels = width * height
  const half = Math.sqrt(width * width + height * height) / 2
  for (let y = 0, i = 0; y < height; y++) {
    const down = (y + 0.5 - height / 2) * dy
    for (let x = 0; x < width; x++, i++) {
      const along = ((x + 0.5 - width / 2) * dx + down) / half
      const t = Math.min(1, Math.max(0, (along - at) / (2 * edge) + 0.5))
      const light = 1 - depth * t * t * (3 - 2 * t)
      planes[i]! *= light
      planes[pixels + i]! *= light
      planes[2 * pixels + i]! *= light
    }
  }
}

/** Averages along a straight path of the given length, centred on each pixel; the edge goes on beyond the border. */
const smear = (
  plane: Float32Array,
  width: number,
  height: number,
  lengthX: number,
  lengthY: number,
): void => {
  const still = plane.slice()
  const steps = Math.max(2, Math.ceil(Math.sqrt(lengthX * lengthX + lengthY * lengthY)) + 1)
  plane.fill(0)
  for (let step = 0; step < steps; step++) {
    const share = step / (steps - 1) - 0.5
    addShifted(still, plane, width, height, share * lengthX, share * lengthY, 1 / steps)
  }
}

/** Adds `weight` times a plane that is moved by a fraction of a pixel (bilinear). */
const addShifted = (
  from: Float32Array,
  to: Float32Array,
  width: number,
  height: number,
  shiftX: number,
  shiftY: number,
  weight: number,
): void => {
  const wholeX = Math.floor(shiftX)
  const wholeY = Math.floor(shiftY)
  const fx = shiftX - wholeX
  const fy = shiftY - wholeY
  for (let y = 0, i = 0; y < height; y++) {
    const upper = Math.min(height - 1, Math.max(0, y + wholeY)) * width
    const lower = Math.min(height - 1, Math.max(0, y + wholeY + 1)) * width
    for (let x = 0; x < width; x++, i++) {
      const left = Math.min(width - 1, Math.max(0, x + wholeX))
      const right = Math.min(width - 1, Math.max(0, x + wholeX + 1))
      const above = from[upper + left]! + (from[upper + right]! - from[upper + left]!) * fx
      const below = from[lower + left]! + (from[lower + right]! - from[lower + left]!) * fx
      to[i]! += weight * (above + (below - above) * fy)
    }
  }
}

/** Noise, then exposure, saturation, gamma and contrast, then eight bits. */
const develop = (planes: Float32Array, width: number, height: number, recipe: Degradation): Uint8Array => {
  const pixels = width * height
  const data = new Uint8Array(3 * pixels)
  const tone = toneTable(recipe)
  const { gains, saturation } = recipe
  const word = createRandom(recipe.seed, 'sensor').index(0x7fffffff)
  // Demosaicing leaves most of the noise in the brightness and some in the colour.
  const shared = 0.85 * recipe.noise
  const own = 0.53 * recipe.noise
  for (let y = 0, i = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++, p += 3) {
      let red = planes[i]!
      let green = planes[pixels + i]!
      let blue = planes[2 * pixels + i]!
      if (recipe.noise > 0) {
        const grain = shared * grainAt(word, x, y)
        red += grain + own * grainAt(word + 1, x, y)
        green += grain + own * grainAt(word + 2, x, y)
        blue += grain + own * grainAt(word + 3, x, y)
      }
      red *= gains[0]
      green *= gains[1]
      blue *= gains[2]
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue
      data[p] = tone[indexOf(luma + (red - luma) * saturation)]!
      data[p + 1] = tone[indexOf(luma + (green - luma) * saturation)]!
      data[p + 2] = tone[indexOf(luma + (blue - luma) * saturation)]!
    }
  }
  return data
}

/** Entries of the tone table for each 8-bit level. */
const TONE_STEPS = 8

const indexOf = (value: number): number =>
  value <= 0 ? 0 : value >= 255 ? 255 * TONE_STEPS : Math.floor(value * TONE_STEPS + 0.5)

/** Gamma and contrast of every brightness, rounded to eight bits. */
const toneTable = ({ gamma, contrast }: Degradation): Uint8Array => {
  const table = new Uint8Array(255 * TONE_STEPS + 1)
  for (let i = 0; i < table.length; i++) {
    const bent = 255 * (i / (table.length - 1)) ** gamma
    const value = 127.5 + contrast * (bent - 127.5)
    table[i] = Math.min(255, Math.max(0, Math.floor(value + 0.5)))
  }
  return table
}
