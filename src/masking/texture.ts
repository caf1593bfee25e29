import { XfmrError } from '../errors.ts'
import type { Photo } from '../image/photo.ts'
import { type PatternName, patternTile } from './patterns.ts'
import type { RealType } from './recipe.ts'
import { type Drawing, rasteriseSvg } from './svg.ts'
import { TEMPLATES } from './templates.ts'

/** Values of one texel: fixed red, green, blue (premultiplied), weight of the fabric colour, opacity; all 0 to 1. */
export const TEXEL = 5

/** A raster of texels. */
export type Level = { readonly width: number; readonly height: number; readonly data: Float32Array }

/** A drawing at full size, half size, quarter size, and so on, so that small faces don't show moire. */
export type Texture = { readonly levels: readonly Level[] }

export const textureOf = ({ width, height, red, green, blue, current, alpha }: Drawing): Texture => {
  const data = new Float32Array(width * height * TEXEL)
  for (let i = 0; i < width * height; i++) {
    data[i * TEXEL] = red[i]!
    data[i * TEXEL + 1] = green[i]!
    data[i * TEXEL + 2] = blue[i]!
    data[i * TEXEL + 3] = current[i]!
    data[i * TEXEL + 4] = alpha[i]!
  }
  const levels: Level[] = [{ width, height, data }]
  while (levels.at(-1)!.width > 8 && levels.at(-1)!.height > 8) levels.push(halve(levels.at(-1)!))
  return { levels }
}

/** A picture as a pattern tile, brought to 128 x 128. */
export const textureOfPhoto = (photo: Photo): Texture => {
  const size = 128
  const planes = [0, 1, 2].map(channel => {
    const plane = new Float32Array(size * size)
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++)
        plane[y * size + x] = areaMean(photo, channel, x / size, y / size, 1 / size)
    }
    return plane
  })
  const full = new Float32Array(size * size).fill(1)
  const [red, green, blue] = planes as [Float32Array, Float32Array, Float32Array]
  return textureOf({
    width: size,
    height: size,
    red,
    green,
    blue,
    current: new Float32Array(size * size),
    alpha: full,
  })
}

/** The level at which one texel is about one step long; `texels` is the step's length at full size. */
export const levelFor = (texture: Texture, texels: number): Level => {
  let level = 0
  for (let length = texels; length > 1.5 && level < texture.levels.length - 1; length /= 2) level++
  return texture.levels[level]!
}

/** A template's drawing, rasterised once per process. `resolution`: pixels per head unit; large faces get a finer one. */
export const templateTexture = (type: RealType, resolution: number): Texture => {
  const [width, height] = resolution > 200 ? [1000, 750] : [400, 300]
  return keep(`template ${type} ${width}`, () => textureOf(rasteriseSvg(TEMPLATES[type].svg, width, height)))
}

/** The texture of a named pattern or of the user's picture; nothing for plain fabric. */
export const patternTexture = (
  pattern: PatternName | 'image' | null,
  image: Photo | undefined,
): Texture | undefined => {
  if (pattern === null) return undefined
  if (pattern !== 'image') return keep(`pattern ${pattern}`, () => textureOf(patternTile(pattern)))
  if (!image)
    throw new XfmrError('E_USAGE', 'The recipe asks for a pattern from a picture, but no picture was given.')
  const kept = pictures.get(image) ?? textureOfPhoto(image)
  pictures.set(image, kept)
  return kept
}

// --- internal ---

const textures = new Map<string, Texture>()
const pictures = new WeakMap<Photo, Texture>()

const keep = (key: string, make: () => Texture): Texture => {
  const texture = textures.get(key) ?? make()
  textures.set(key, texture)
  return texture
}

const halve = ({ width, height, data }: Level): Level => {
  const halfWidth = width >> 1
  const halfHeight = height >> 1
  const out = new Float32Array(halfWidth * halfHeight * TEXEL)
  for (let y = 0; y < halfHeight; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const a = (2 * y * width + 2 * x) * TEXEL
      const below = a + width * TEXEL
      for (let k = 0; k < TEXEL; k++) {
        out[(y * halfWidth + x) * TEXEL + k] =
          (data[a + k]! + data[a + TEXEL + k]! + data[below + k]! + data[below + TEXEL + k]!) / 4
      }
    }
  }
  return { width: halfWidth, height: halfHeight, data: out }
}

/** Mean of a channel over a square part of the photo, given in fractions of its size. */
const areaMean = (
  { width, height, data }: Photo,
  channel: number,
  left: number,
  top: number,
  size: number,
): number => {
  const x0 = Math.min(width - 1, Math.floor(left * width))
  const y0 = Math.min(height - 1, Math.floor(top * height))
  const x1 = Math.max(x0 + 1, Math.min(width, Math.floor((left + size) * width)))
  const y1 = Math.max(y0 + 1, Math.min(height, Math.floor((top + size) * height)))
  let sum = 0
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += data[(y * width + x) * 3 + channel]!
  return sum / ((x1 - x0) * (y1 - y0) * 255)
}
