import type { Affine } from './affine.ts'
import type { Photo } from './photo.ts'

/** A part of a photo, reduced by whole factors. */
export type Shrunk = {
  readonly photo: Photo
  /** Maps a point of the original photo to a point of the reduced one. */
  readonly transform: Affine
}

/** A range of whole pixels: left and top inclusive, right and bottom exclusive. */
export type Region = readonly [left: number, top: number, right: number, bottom: number]

/**
 * Averages blocks of `factorX` by `factorY` pixels. Bilinear sampling reads four neighbours only, so it skips pixels
 * (and aliases) when it shrinks by two or more; averaging first means that every pixel counts.
 *
 * Blocks are counted from the photo's top-left corner whatever the region, so that two overlapping regions agree
 * bit for bit where they overlap. Blocks cut off by the photo's right or bottom edge average the pixels they have.
 *
 * @param region only blocks that touch it are computed; it is clipped to the photo. Default: all of it.
 */
export const shrink = (
  { width, height, data }: Photo,
  factorX: number,
  factorY: number,
  region: Region = [0, 0, width, height],
): Shrunk => {
  const left = Math.floor(clamp(region[0], 0, width - 1) / factorX)
  const top = Math.floor(clamp(region[1], 0, height - 1) / factorY)
  const right = Math.ceil(clamp(region[2], left * factorX + 1, width) / factorX)
  const bottom = Math.ceil(clamp(region[3], top * factorY + 1, height) / factorY)
  const columns = right - left
  const out = new Uint8Array(columns * (bottom - top) * 3)
  const sums = new Float64Array(columns * 3)
  for (let blockY = top; blockY < bottom; blockY++) {
    const y0 = blockY * factorY
    const y1 = Math.min(y0 + factorY, height)
    if (factorX === 2 && factorY === 2 && y1 - y0 === 2) {
      halve(data, y0 * width, width, left, columns, out, (blockY - top) * columns * 3)
      continue
    }
    sums.fill(0)
    for (let y = y0; y < y1; y++) addRow(data, y * width, width, left, columns, factorX, sums)
    let o = (blockY - top) * columns * 3
    for (let i = 0; i < columns; i++) {
      const x0 = (left + i) * factorX
      const count = (Math.min(x0 + factorX, width) - x0) * (y1 - y0)
      for (let c = 0; c < 3; c++) out[o++] = Math.floor(sums[i * 3 + c]! / count + 0.5)
    }
  }
  return {
    photo: { width: columns, height: bottom - top, data: out },
    transform: [1 / factorX, 0, 0.5 / factorX - 0.5 - left, 0, 1 / factorY, 0.5 / factorY - 0.5 - top],
  }
}

// --- internal ---

const clamp = (value: number, low: number, high: number): number =>
  Math.min(Math.max(Math.floor(value), low), high)

/**
 * One row of two-by-two blocks, by far the most frequent case, in whole numbers: (sum + 2) >> 2 is the rounded average.
 * With an odd width the last block has one column.
 */
const halve = (
  data: Uint8Array,
  rowStart: number,
  width: number,
  left: number,
  columns: number,
  out: Uint8Array,
  at: number,
): void => {
  const whole = Math.min(columns, (width >> 1) - left)
  const stride = width * 3
  let o = at
  let p = (rowStart + left * 2) * 3
  for (let i = 0; i < whole; i++, p += 6, o += 3) {
    const q = p + stride
    out[o] = (data[p]! + data[p + 3]! + data[q]! + data[q + 3]! + 2) >> 2
    out[o + 1] = (data[p + 1]! + data[p + 4]! + data[q + 1]! + data[q + 4]! + 2) >> 2
    out[o + 2] = (data[p + 2]! + data[p + 5]! + data[q + 2]! + data[q + 5]! + 2) >> 2
  }
  if (whole < columns) {
    for (let c = 0; c < 3; c++) out[o + c] = (data[p + c]! + data[p + stride + c]! + 1) >> 1
  }
}

/** Adds one row of pixels to the sums of the blocks it runs through. */
const addRow = (
  data: Uint8Array,
  rowStart: number,
  width: number,
  left: number,
  columns: number,
  factor: number,
  sums: Float64Array,
): void => {
  let p = (rowStart + left * factor) * 3
  const end = (rowStart + width) * 3
  for (let i = 0; i < columns; i++) {
    const blockEnd = Math.min(p + factor * 3, end)
    let r = 0
    let g = 0
    let b = 0
    for (; p < blockEnd; p += 3) {
      r += data[p]!
      g += data[p + 1]!
      b += data[p + 2]!
    }
    const s = i * 3
    sums[s] = sums[s]! + r
    sums[s + 1] = sums[s + 1]! + g
    sums[s + 2] = sums[s + 2]! + b
  }
}
