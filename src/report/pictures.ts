import type { ImageCodec } from '../image/codec.ts'
import type { ColourMapName } from '../image/colour.ts'
import type { FloatMap, Range } from '../image/map.ts'
import { drawGrid, overlay } from '../image/overlay.ts'
import type { Photo } from '../image/photo.ts'
import { resizeMap } from '../image/resize.ts'
import { warp } from '../image/warp.ts'

/** Colours of everything that speaks for (orange) or against (purple) the same person. */
export const SIGNED: ColourMapName = 'purple-orange-tint'

/** Colours of activations, which are neither for nor against. */
export const ACTIVITY: ColourMapName = 'pink-green-tint'

/** Colours of a fused map, which knows no against. */
export const STRENGTH: ColourMapName = 'inferno'

/** Share of the colour at the strongest value of a map over a face. */
export const COLOUR_SHARE = 0.85

/**
 * Zero in the middle; full colour at the 99th percentile of the values' sizes. Maps of early layers have a few peaks that
 * would leave everything else without colour.
 */
export const strengthRange = (...maps: readonly FloatMap[]): Range => {
  const sizes = Float64Array.from(maps.flatMap(({ data }) => Array.from(data, Math.abs))).sort()
  const reach = sizes[Math.ceil(0.99 * sizes.length) - 1]!
  return { low: -reach, high: reach }
}

/** A map over a grey face, coloured more strongly where the map says more. */
export const mapOverFace = (
  face: Photo,
  map: FloatMap,
  options: { colours: ColourMapName; range: Range; interpolation?: 'bilinear' | 'nearest' },
): Photo => overlay(greyed(face), map, { ...options, opacity: COLOUR_SHARE, fade: true })

/** A grid of signed cells over an enlarged grey face, with its lines. */
export const gridOverFace = (face: Photo, map: FloatMap, range: Range, factor = 4): Photo =>
  drawGrid(
    mapOverFace(enlarged(face, factor), map, { colours: SIGNED, range, interpolation: 'nearest' }),
    map.width,
    map.height,
    { opacity: 0.35 },
  )

/** Pictures of the same height next to each other, with a gap of one brightness, by default white. */
export const sideBySide = (left: Photo, right: Photo, gap = 16, brightness = 255): Photo => {
  const width = left.width + gap + right.width
  const data = new Uint8Array(width * left.height * 3).fill(brightness)
  for (let y = 0; y < left.height; y++) {
    data.set(left.data.subarray(y * left.width * 3, (y + 1) * left.width * 3), y * width * 3)
    const right3 = right.width * 3
    data.set(right.data.subarray(y * right3, (y + 1) * right3), (y * width + left.width + gap) * 3)
  }
  return { width, height: left.height, data }
}

/** The photo with its longer side at `limit` pixels or less. */
export const reduced = (photo: Photo, limit: number): Photo => {
  const scale = limit / Math.max(photo.width, photo.height)
  if (scale >= 1) return photo
  const shift = (scale - 1) / 2
  const width = Math.max(1, Math.round(photo.width * scale))
  const height = Math.max(1, Math.round(photo.height * scale))
  return warp(photo, [scale, 0, shift, 0, scale, shift], width, height)
}

/** Luma in all three channels (ITU-R BT.601), so that the only colours are those of the map. */
export const greyed = (photo: Photo): Photo => {
  const data = new Uint8Array(photo.data.length)
  for (let p = 0; p < data.length; p += 3) {
    const luma = 0.299 * photo.data[p]! + 0.587 * photo.data[p + 1]! + 0.114 * photo.data[p + 2]!
    data.fill(Math.floor(luma + 0.5), p, p + 3)
  }
  return { ...photo, data }
}

/** The photo, bilinearly enlarged by a whole factor. */
export const enlarged = (photo: Photo, factor: number): Photo => {
  const width = photo.width * factor
  const height = photo.height * factor
  const data = new Uint8Array(width * height * 3)
  const plane = new Float32Array(photo.width * photo.height)
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < plane.length; i++) plane[i] = photo.data[i * 3 + channel]!
    const large = resizeMap({ ...photo, data: plane }, width, height).data
    for (let i = 0; i < large.length; i++) data[i * 3 + channel] = Math.floor(large[i]! + 0.5)
  }
  return { width, height, data }
}

/** A `data:` address of a lossless picture. */
export const pngAddress = async (photo: Photo, codec: ImageCodec): Promise<string> =>
  `data:image/png;base64,${base64(await codec.encodePng(photo))}`

/** A `data:` address of a photo-like picture. */
export const jpegAddress = async (photo: Photo, codec: ImageCodec, quality = 88): Promise<string> =>
  `data:image/jpeg;base64,${base64(await codec.encodeJpeg(photo, quality))}`

// --- internal ---

/** `btoa` takes a string; it is built in pieces, as a call with all bytes as arguments would overflow the stack. */
const base64 = (bytes: Uint8Array): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(text)
}
