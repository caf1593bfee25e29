import type { Face } from '../face/face.ts'
import type { Photo } from '../image/photo.ts'
import { createRandom } from '../random.ts'
import { checkLandmarks } from './check.ts'
import { drawFlat } from './flat.ts'
import type { Pose } from './head.ts'
import { type Layer, soften } from './layer.ts'
import { type Light, readLight } from './light.ts'
import { buildMesh, headToPhoto, type Mesh } from './mesh.ts'
import { grainAt } from './noise.ts'
import { paintSamples, underLight } from './paint.ts'
import { readQuality } from './quality.ts'
import { rasteriseMesh, type Window } from './raster.ts'
import { isFlat, type MaskRecipe, type RealType } from './recipe.ts'
import { castShadow } from './shadow.ts'
import { drawStraps, type StrapLine, strapLines } from './straps.ts'
import { SURFACES } from './surfaces.ts'
import { TEMPLATES } from './templates.ts'
import { levelFor, patternTexture, templateTexture } from './texture.ts'

/** A photo with a mask on, and where the mask is. */
export type MaskedPhoto = {
  readonly photo: Photo
  /** The mask's opacity at every pixel of the photo, 0 to 255, row by row. Straps and shadows do not count. */
  readonly region: Uint8Array
  /** What was drawn, for the manifest: the recipe and what was read off the photo. */
  readonly parameters: MaskParameters
}

export type MaskParameters = MaskRecipe & {
  /** Degrees. */
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
  /** Blur (pixels) and noise (8-bit levels) that the mask was given to match the photo; flat shapes get none. */
  readonly blur?: number
  readonly noise?: number
}

export type RenderOptions = {
  /** The user's picture, laid on the fabric where the recipe's pattern is `image`. */
  image?: Photo | undefined
}

/**
 * Puts a synthetic mask on a face. Pure: the same photo, face and recipe give the same bytes in Node and in any browser.
 * @param photo RGB8, upright; not changed.
 * @param face Only its 68 landmarks are used (iBUG order, pixels of the photo).
 * @throws XfmrError `E_LANDMARKS` (not 68, not finite, outside the photo), `E_TOO_SMALL` (eyes too close together),
 * `E_PROFILE` (turned too far); see check.ts for the rules.
 */
export const renderMask = (
  photo: Photo,
  { landmarks }: Pick<Face, 'landmarks'>,
  recipe: MaskRecipe,
  { image }: RenderOptions = {},
): MaskedPhoto => {
  const pose = checkLandmarks(photo, landmarks)
  const { yaw, pitch, roll } = pose
  if (isFlat(recipe.type)) {
    const { data, region } = drawFlat(photo, recipe.type, channelsOf(recipe.colour), landmarks)
    return { photo: { ...photo, data }, region, parameters: { ...recipe, yaw, pitch, roll } }
  }
  const template = TEMPLATES[recipe.type]
  const surface = SURFACES[template.surface]
  const toPhoto = headToPhoto(pose, landmarks, recipe.fit.looseness)
  const mesh = buildMesh(surface, recipe, pose, toPhoto, template.folds)
  const light = readLight(photo, pose, toPhoto, landmarks)
  const straps = strapLines(surface, recipe, pose, toPhoto, light)
  const quality = readQuality(photo, faceWindow(pose))
  const window = windowOf(photo, mesh, straps, Math.ceil(3 * quality.blur) + 1)
  const layer = drawMask(mesh, light, recipe, recipe.type, pose, window, image)
  const opacity = opacityOf(layer)
  const strapColour = template.strap === 'white' ? WHITE_ELASTIC : channelsOf(recipe.colour)
  drawStraps(layer, straps, underLight(strapColour, light, 1), window)
  const missing = Math.sqrt(Math.max(0, quality.blur * quality.blur - OWN_VARIANCE))
  soften(layer, missing)
  soften(opacity, missing)
  // Not `slice`: of a Node Buffer, which decoders return, that is a view of the same memory.
  const data = new Uint8Array(photo.data)
  castShadow(data, photo, layer, window, landmarks, pose)
  lay(data, layer, photo, window, quality.noise, recipe.seed)
  const read = { yaw, pitch, roll, blur: hundredths(quality.blur), noise: hundredths(quality.noise) }
  return {
    photo: { ...photo, data },
    region: regionOf(photo, opacity, window),
    parameters: { ...recipe, ...read },
  }
}

// --- internal ---

/** Blur that sampling brings already: a pixel's square and the interpolation between texels. */
const OWN_VARIANCE = 0.25

const WHITE_ELASTIC = [242, 242, 240]

const hundredths = (value: number): number => Math.round(value * 100) / 100

const channelsOf = (hex: string): readonly [number, number, number] => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
]

/** The part of the photo that mask and straps can touch. */
const windowOf = (
  { width, height }: Photo,
  mesh: Mesh,
  straps: readonly StrapLine[],
  room: number,
): Window => {
  let [minX, minY, maxX, maxY] = [1e9, 1e9, -1e9, -1e9]
  const include = (x: number, y: number): void => {
    minX = Math.min(minX, x)
    minY = Math.min(minY, y)
    maxX = Math.max(maxX, x)
    maxY = Math.max(maxY, y)
  }
  for (let i = 0; i < mesh.x.length; i++) include(mesh.x[i]!, mesh.y[i]!)
  for (const { points } of straps) for (const [x, y] of points) include(x, y)
  const left = Math.max(0, Math.min(width - 1, Math.floor(minX) - room))
  const top = Math.max(0, Math.min(height - 1, Math.floor(minY) - room))
  const right = Math.min(width, Math.ceil(maxX) + room + 1)
  const bottom = Math.min(height, Math.ceil(maxY) + room + 1)
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
}

const faceWindow = ({ origin, scale }: Pose): Window => ({
  left: Math.floor(origin[0] - scale),
  top: Math.floor(origin[1] - 0.5 * scale),
  width: Math.ceil(2 * scale),
  height: Math.ceil(2.2 * scale),
})

const drawMask = (
  mesh: Mesh,
  light: Light,
  recipe: MaskRecipe,
  type: RealType,
  pose: Pose,
  window: Window,
  image: Photo | undefined,
): Layer => {
  const { normals, headX, headY } = mesh
  const shades = new Float64Array(headX.length)
  for (let i = 0; i < shades.length; i++) {
    shades[i] = light.shade(normals[i * 3]!, normals[i * 3 + 1]!, normals[i * 3 + 2]!, headX[i]!, headY[i]!)
  }
  // Large faces have samples enough; their edges are softened by the photo's own blur.
  const density = pose.scale < 160 ? 2 : 1
  const texture = templateTexture(type, pose.scale)
  const pattern = patternTexture(recipe.pattern, image)
  return paintSamples(rasteriseMesh(mesh, shades, window, density), density, {
    texture: levelFor(texture, texture.levels[0]!.width / (2.4 * pose.scale)),
    pattern: pattern && levelFor(pattern, pattern.levels[0]!.width / (recipe.patternSize * pose.scale)),
    patternSize: recipe.patternSize,
    colour: channelsOf(recipe.colour),
    light,
    grain: 0.04 * TEMPLATES[type].grain,
    grainSeed: createRandom(recipe.seed, 'grain').index(0x7fffffff),
  })
}

const opacityOf = ({ width, height, data }: Layer): Layer => {
  const out = new Float32Array(width * height)
  for (let i = 0; i < out.length; i++) out[i] = data[i * 4 + 3]!
  return { width, height, data: out }
}

const regionOf = (photo: Photo, opacity: Layer, window: Window): Uint8Array => {
  const region = new Uint8Array(photo.width * photo.height)
  for (let y = 0, i = 0; y < window.height; y++) {
    let o = (y + window.top) * photo.width + window.left
    for (let x = 0; x < window.width; x++) region[o++] = Math.min(255, Math.round(opacity.data[i++]! * 255))
  }
  return region
}

/** Lays a layer over the photo, with noise like the photo's own. */
const lay = (
  data: Uint8Array,
  layer: Layer,
  photo: Photo,
  window: Window,
  noise: number,
  seed: string,
): void => {
  const word = createRandom(seed, 'noise').index(0x7fffffff)
  for (let y = 0, i = 0; y < window.height; y++) {
    let o = ((y + window.top) * photo.width + window.left) * 3
    for (let x = 0; x < window.width; x++, i += 4, o += 3) {
      const alpha = layer.data[i + 3]!
      if (alpha < 0.002) continue
      // One draw for all three channels: demosaicing and JPEG leave mostly brightness noise.
      const shared = noise * alpha * grainAt(word, x, y)
      for (let k = 0; k < 3; k++) {
        const value = data[o + k]! * (1 - alpha) + layer.data[i + k]! + shared
        data[o + k] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value)
      }
    }
  }
}
