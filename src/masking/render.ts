import type { Face } from '../face/face.ts'
import type { Photo, Point } from '../image/photo.ts'
import { blur } from './blur.ts'
import { checkLandmarks } from './check.ts'
import { fillPolygons } from './fill.ts'
import { drawFlat } from './flat.ts'
import { fitHead, type Pose } from './head.ts'
import { type Layer, soften } from './layer.ts'
import { type Light, readLight } from './light.ts'
import { buildMesh, headToPhoto, type Mesh } from './mesh.ts'
import { grainAt } from './noise.ts'
import { patternTile } from './patterns.ts'
import { type Quality, readQuality } from './quality.ts'
import { createRandom } from './random.ts'
import { rasteriseMesh, type Samples, type Window } from './raster.ts'
import { isFlat, type MaskRecipe } from './recipe.ts'
import { drawStraps } from './straps.ts'
import { SURFACES } from './surfaces.ts'
import { rasteriseSvg } from './svg.ts'
import { TEMPLATES, type Template } from './templates.ts'
import { levelFor, sample, TEXEL, type Texture, textureOf, textureOfPhoto } from './texture.ts'

/** A photo with a mask on, and where the mask is. */
export type MaskedPhoto = {
  readonly photo: Photo
  /** The mask's opacity at every pixel of the photo, 0 to 255, row by row. Straps and shadows do not count. */
  readonly region: Uint8Array
  /** What was drawn, for the manifest: the recipe and what was read off the photo. */
  readonly parameters: MaskParameters
}

export type MaskParameters = MaskRecipe & {
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
  readonly blur?: number
  readonly noise?: number
}

export type RenderOptions = {
  /** The user's picture, laid on the fabric where the recipe's pattern is `image`. */
  image?: Photo | undefined
}

/**
 * Puts a synthetic mask on a face. Pure: the same photo, face and recipe give the same bytes in Node and in any browser.
 * @param photo RGB8, upright.
 * @param face Only its 68 landmarks are used (iBUG order, pixels of the photo).
 * @throws XfmrError `E_LANDMARKS` (not 68, not finite, outside the photo), `E_TOO_SMALL` (eyes closer than 6 pixels), `E_PROFILE` (see {@link MAX_YAW}).
 */
export const renderMask = (
  photo: Photo,
  face: Pick<Face, 'landmarks'>,
  recipe: MaskRecipe,
  options: RenderOptions = {},
): MaskedPhoto => {
  const { landmarks } = face
  const pose = fitHead(landmarks)
  checkLandmarks(photo, landmarks, pose)
  const turned = { yaw: pose.yaw, pitch: pose.pitch, roll: pose.roll }
  const { width, height, name } = photo
  const named = name === undefined ? {} : { name }
  if (isFlat(recipe.type)) {
    const { data, region } = drawFlat(photo, recipe.type, channels(recipe.colour), landmarks)
    return {
      photo: { width, height, data, ...named },
      region: region.data.length ? toBytes(region.data) : new Uint8Array(),
      parameters: { ...recipe, ...turned },
    }
  }
  const template = TEMPLATES[recipe.type]
  const surface = SURFACES[template.surface]
  const toPhoto = headToPhoto(pose, landmarks, recipe.fit.looseness)
  const mesh = buildMesh(surface, recipe, pose, toPhoto, template.folds)
  const light = readLight(photo, pose, toPhoto, landmarks)
  const window = windowOf(photo, mesh, pose)
  const quality = readQuality(photo, faceWindow(pose))
  const fabric = channels(recipe.colour)
  const mask = drawMask(mesh, light, recipe, template, pose, window, options.image)
  const strapColour = lit(template.strap === 'white' ? [242, 242, 240] : fabric, light, 1)
  const straps = drawStraps(surface, recipe, pose, toPhoto, light, strapColour, window)
  soften(mask, quality.blur)
  soften(straps, quality.blur)
  const data = photo.data.slice()
  const region = new Uint8Array(width * height)
  castShadow(data, photo, mask, straps, window, landmarks, pose)
  lay(data, undefined, straps, photo, window, quality, recipe.seed)
  lay(data, region, mask, photo, window, quality, recipe.seed)
  const rounded = { blur: Math.round(quality.blur * 100) / 100, noise: Math.round(quality.noise * 100) / 100 }
  return {
    photo: { width, height, data, ...named },
    region,
    parameters: { ...recipe, ...turned, ...rounded },
  }
}

// --- internal ---

const channels = (hex: string): readonly [number, number, number] => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
]

const toBytes = (coverage: Float32Array): Uint8Array =>
  Uint8Array.from(coverage, value => Math.round(value * 255))

/** A fabric colour (0 to 255) under the photo's light at a brightness: white point, colour cast, black level. */
const lit = (colour: readonly number[], light: Light, brightness: number): number[] => {
  const grey = 0.3 * colour[0]! + 0.59 * colour[1]! + 0.11 * colour[2]!
  return colour.map((value, k) => {
    const tinted = (grey + (value - grey) * light.saturation) / 255
    const linear = tinted * tinted * light.white * light.cast[k as 0 | 1 | 2] * brightness
    return Math.sqrt(light.black * 0.6 + linear * (1 - light.black * 0.6)) * 255
  })
}

const windowOf = ({ width, height }: Photo, mesh: Mesh, pose: Pose): Window => {
  // Room for straps and shadow round the mask.
  const room = Math.ceil(0.45 * pose.scale) + 2
  let [minX, minY, maxX, maxY] = [1e9, 1e9, -1e9, -1e9]
  for (let i = 0; i < mesh.x.length; i++) {
    minX = Math.min(minX, mesh.x[i]!)
    minY = Math.min(minY, mesh.y[i]!)
    maxX = Math.max(maxX, mesh.x[i]!)
    maxY = Math.max(maxY, mesh.y[i]!)
  }
  const left = Math.max(0, Math.floor(minX) - room)
  const top = Math.max(0, Math.floor(minY) - room)
  const right = Math.min(width, Math.ceil(maxX) + room)
  const bottom = Math.min(height, Math.ceil(maxY) + room)
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }
}

const faceWindow = ({ origin, scale }: Pose): Window => ({
  left: Math.floor(origin[0] - scale),
  top: Math.floor(origin[1] - 0.5 * scale),
  width: Math.ceil(2 * scale),
  height: Math.ceil(2.2 * scale),
})

const textures = new Map<string, Texture>()

/** The template's drawing; large faces get a finer one. */
const templateTexture = (type: string, { svg }: Template, fine: boolean): Texture => {
  const key = `${type}${fine ? ' fine' : ''}`
  const kept = textures.get(key)
  if (kept) return kept
  const texture = fine ? textureOf(rasteriseSvg(svg, 1000, 750)) : textureOf(rasteriseSvg(svg, 400, 300))
  textures.set(key, texture)
  return texture
}

const photoTextures = new WeakMap<Photo, Texture>()
const patternTexture = (recipe: MaskRecipe, image: Photo | undefined): Texture | undefined => {
  if (recipe.pattern === null) return undefined
  if (recipe.pattern !== 'image') {
    const key = `pattern ${recipe.pattern}`
    const kept = textures.get(key) ?? textureOf(patternTile(recipe.pattern))
    textures.set(key, kept)
    return kept
  }
  if (!image) return undefined
  const kept = photoTextures.get(image) ?? textureOfPhoto(image)
  photoTextures.set(image, kept)
  return kept
}

const drawMask = (
  mesh: Mesh,
  light: Light,
  recipe: MaskRecipe,
  template: Template,
  pose: Pose,
  window: Window,
  image: Photo | undefined,
): Layer => {
  const count = mesh.x.length
  const shades = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const nz = mesh.normals[i * 3 + 2]!
    shades[i] = light.shade(
      mesh.normals[i * 3]!,
      mesh.normals[i * 3 + 1]!,
      nz,
      mesh.headX[i]!,
      mesh.headY[i]!,
    )
  }
  const density = pose.scale < 160 ? 2 : 1
  const samples = rasteriseMesh(mesh, shades, window, density)
  const maskWidth = 2.4 * pose.scale * density
  const fine = maskWidth > 700
  const texture = templateTexture(recipe.type as string, template, fine)
  const pattern = patternTexture(recipe, image)
  return colourSamples(samples, window, density, {
    texture: levelFor(texture, (fine ? 1000 : 400) / maskWidth),
    pattern:
      pattern && levelFor(pattern, pattern.levels[0]!.width / (recipe.patternSize * pose.scale * density)),
    repeats: recipe.patternSize > 0 ? 1 / recipe.patternSize : 1,
    colour: channels(recipe.colour),
    light,
  })
}

type Paint = {
  texture: Texture['levels'][number]
  pattern: Texture['levels'][number] | undefined
  repeats: number
  colour: readonly number[]
  light: Light
}

const colourSamples = (samples: Samples, window: Window, density: number, paint: Paint): Layer => {
  const layer: Layer = {
    width: window.width,
    height: window.height,
    data: new Float32Array(window.width * window.height * 4),
  }
  const texel = new Float32Array(TEXEL)
  const weave = new Float32Array(TEXEL)
  const share = 1 / (density * density)
  const { light, texture, pattern, repeats } = paint
  const base = [paint.colour[0]! / 255, paint.colour[1]! / 255, paint.colour[2]! / 255]
  const floor = light.black * 0.6
  const scale = [0, 1, 2].map(k => light.white * light.cast[k as 0 | 1 | 2] * (1 - floor))
  for (let y = 0, i = 0; y < samples.height; y++) {
    const row = Math.floor(y / density) * window.width
    for (let x = 0; x < samples.width; x++, i++) {
      const u = samples.u[i]!
      if (u < 0) continue
      const v = samples.v[i]!
      sample(texture, u, v, false, texel)
      const alpha = texel[4]!
      if (alpha < 0.004) continue
      let r = base[0]!
      let g = base[1]!
      let b = base[2]!
      if (pattern) {
        // The surface is about 2.9 head units wide (over the cheeks) and 2.4 high.
        sample(pattern, u * 2.9 * repeats, v * 2.4 * repeats, true, weave)
        r = weave[0]! + weave[3]! * r
        g = weave[1]! + weave[3]! * g
        b = weave[2]! + weave[3]! * b
      }
      const fabric = texel[3]!
      r = (texel[0]! + fabric * r) / alpha
      g = (texel[1]! + fabric * g) / alpha
      b = (texel[2]! + fabric * b) / alpha
      const grey = 0.3 * r + 0.59 * g + 0.11 * b
      r = grey + (r - grey) * light.saturation
      g = grey + (g - grey) * light.saturation
      b = grey + (b - grey) * light.saturation
      const shade = samples.shade[i]!
      const weight = alpha * share
      const o = (row + Math.floor(x / density)) * 4
      layer.data[o]! += weight * 255 * Math.sqrt(floor + r * r * scale[0]! * shade)
      layer.data[o + 1]! += weight * 255 * Math.sqrt(floor + g * g * scale[1]! * shade)
      layer.data[o + 2]! += weight * 255 * Math.sqrt(floor + b * b * scale[2]! * shade)
      layer.data[o + 3]! += weight
    }
  }
  return layer
}

/** Darkens the skin next to the mask: where it stands off, light does not reach. Only on head and neck, not on what is behind. */
const castShadow = (
  data: Uint8Array,
  photo: Photo,
  mask: Layer,
  straps: Layer,
  window: Window,
  landmarks: readonly Point[],
  pose: Pose,
): void => {
  const { width, height } = window
  const shadow = new Float32Array(width * height)
  for (let i = 0; i < shadow.length; i++)
    shadow[i] = Math.min(1, mask.data[i * 4 + 3]! + 0.5 * straps.data[i * 4 + 3]!)
  blur(shadow, width, height, 0.055 * pose.scale)
  const local = (i: number): Point => [landmarks[i]![0] - window.left, landmarks[i]![1] - window.top]
  const face = [...Array.from({ length: 17 }, (_, i) => local(i)), ...[26, 24, 19, 17].map(local)]
  const [dx, dy] = [pose.down[0] * 0, pose.down[1] * 0.7 * pose.scale]
  const neck: Point[] = [
    local(4),
    local(8),
    local(12),
    [local(11)[0] + dx, local(11)[1] + dy],
    [local(5)[0] + dx, local(5)[1] + dy],
  ]
  const skin = fillPolygons([face, neck.reverse()], width, height)
  blur(skin.data, width, height, 0.04 * pose.scale)
  for (let y = 0, i = 0; y < height; y++) {
    let o = ((y + window.top) * photo.width + window.left) * 3
    for (let x = 0; x < width; x++, i++, o += 3) {
      const strength = 0.42 * shadow[i]! * skin.data[i]! * (1 - mask.data[i * 4 + 3]!)
      if (strength < 0.004) continue
      for (let k = 0; k < 3; k++) data[o + k] = Math.round(data[o + k]! * (1 - strength))
    }
  }
}

/** Lays a layer over the photo with the photo's own noise; writes its opacity into `region`. */
const lay = (
  data: Uint8Array,
  region: Uint8Array | undefined,
  layer: Layer,
  photo: Photo,
  window: Window,
  quality: Quality,
  seed: string,
): void => {
  const word = createRandom(seed, 'noise').index(0x7fffffff)
  for (let y = 0, i = 0; y < window.height; y++) {
    let o = (y + window.top) * photo.width + window.left
    for (let x = 0; x < window.width; x++, i += 4, o++) {
      const alpha = layer.data[i + 3]!
      if (alpha < 0.002) continue
      // Noise of a camera is partly shared by the channels (demosaicing, JPEG): one draw, and a weaker one each.
      const shared = quality.noise * alpha * grainAt(word, x, y)
      for (let k = 0; k < 3; k++) {
        const value = data[o * 3 + k]! * (1 - alpha) + layer.data[i + k]! + shared
        data[o * 3 + k] = value < 0 ? 0 : value > 255 ? 255 : Math.round(value)
      }
      if (region) region[o] = Math.min(255, Math.round(alpha * 255))
    }
  }
}
