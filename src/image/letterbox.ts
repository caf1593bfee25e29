import { type Axis, resampledAxis } from './_axis.ts'
import type { Affine } from './affine.ts'
import type { Photo } from './photo.ts'
import { shrink } from './shrink.ts'

export type LetterboxOptions = {
  /** Share of the largest size that fits, in (0, 1]: 1 fills the frame, 0.5 half of its width. Default 1. */
  zoom?: number
  /** Write here (3 * width * height numbers, overwritten) instead of into a new array. */
  out?: Float32Array
}

export type Letterboxed = {
  /** Planar R, G, B, (x - 127) / 128: shape [3, height, width]. What lies beside the photo is 127, thus 0. */
  readonly data: Float32Array
  /** Maps a point of the photo to a point of the frame. */
  readonly transform: Affine
}

/**
 * Fits a photo into a frame without changing its proportions, centred, as network input.
 * Bilinear, edges repeated; where it shrinks by two or more, blocks of pixels are averaged first.
 */
export const letterbox = (
  photo: Photo,
  width: number,
  height: number,
  { zoom = 1, out }: LetterboxOptions = {},
): Letterboxed => {
  const scale = zoom * Math.min(width / photo.width, height / photo.height)
  const innerWidth = Math.max(1, Math.floor(photo.width * scale + 0.5))
  const innerHeight = Math.max(1, Math.floor(photo.height * scale + 0.5))
  const left = Math.floor((width - innerWidth) / 2)
  const top = Math.floor((height - innerHeight) / 2)

  const factorX = Math.max(1, Math.floor(photo.width / innerWidth))
  const factorY = Math.max(1, Math.floor(photo.height / innerHeight))
  const source = factorX > 1 || factorY > 1 ? shrink(photo, factorX, factorY).photo : photo
  const columns = resampledAxis(photo.width / factorX, source.width, innerWidth)
  const rows = resampledAxis(photo.height / factorY, source.height, innerHeight)

  const data = out ? out.fill(0) : new Float32Array(3 * width * height)
  const line = resampledLines(source, columns)
  const plane = width * height
  for (let y = 0; y < innerHeight; y++) {
    const upper = line(rows.first[y]!)
    const lower = line(rows.second[y]!)
    const weight = rows.weight[y]!
    const red = (top + y) * width + left
    const green = red + plane
    const blue = green + plane
    for (let x = 0, g = innerWidth, b = 2 * innerWidth; x < innerWidth; x++, g++, b++) {
      data[red + x] = upper[x]! + (lower[x]! - upper[x]!) * weight
      data[green + x] = upper[g]! + (lower[g]! - upper[g]!) * weight
      data[blue + x] = upper[b]! + (lower[b]! - upper[b]!) * weight
    }
  }
  const scaleX = innerWidth / photo.width
  const scaleY = innerHeight / photo.height
  return {
    data,
    transform: [scaleX, 0, left + 0.5 * scaleX - 0.5, 0, scaleY, top + 0.5 * scaleY - 0.5],
  }
}

// --- internal ---

/**
 * Rows of the photo resampled to the new width, planar and normalised. The two latest are kept, since neighbouring
 * rows of the result need the same ones: each row is then resampled once.
 */
const resampledLines = (photo: Photo, columns: Axis): ((y: number) => Float64Array) => {
  const lines = [0, 1].map(() => ({ y: -1, values: new Float64Array(columns.first.length * 3) }))
  return y => {
    const slot = lines[y & 1]!
    if (slot.y !== y) {
      resampleLine(photo, y, columns, slot.values)
      slot.y = y
    }
    return slot.values
  }
}

const resampleLine = ({ width, data }: Photo, y: number, columns: Axis, out: Float64Array): void => {
  const { first, second, weight } = columns
  const size = first.length
  const start = y * width * 3
  for (let x = 0; x < size; x++) {
    const p = start + first[x]! * 3
    const q = start + second[x]! * 3
    const w = weight[x]!
    const r = data[p]!
    const g = data[p + 1]!
    const b = data[p + 2]!
    out[x] = (r + (data[q]! - r) * w - 127) * 0.0078125
    out[x + size] = (g + (data[q + 1]! - g) * w - 127) * 0.0078125
    out[x + 2 * size] = (b + (data[q + 2]! - b) * w - 127) * 0.0078125
  }
}
