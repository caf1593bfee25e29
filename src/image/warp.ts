import { type Affine, apply, compose, invert } from './affine.ts'
import type { Photo, Point } from './photo.ts'
import { type Region, shrink } from './shrink.ts'

export type WarpOptions = {
  /** Value in [0, 255] of everything outside the photo, in all three channels. Default 0. */
  fill?: number
}

/**
 * Draws a photo through an affine map.
 *
 * Sampling is bilinear; pixels beyond the edge have the fill value. Where the map shrinks by two or more, blocks of
 * pixels are averaged first, so that nothing aliases. Only additions, products, quotients and `Math.floor` of doubles
 * are used and 8-bit results are rounded half up, so Node and browsers give the same bytes.
 *
 * @param transform maps a point of `photo` to a point of the result
 * @returns `width` x `height` RGB
 */
export const warp = (
  photo: Photo,
  transform: Affine,
  width: number,
  height: number,
  { fill = 0 }: WarpOptions = {},
): Photo => {
  const data = new Uint8Array(width * height * 3)
  let o = 0
  sampleRows(photo, transform, width, height, fill, row => {
    for (let i = 0; i < row.length; i++) data[o++] = Math.floor(row[i]! + 0.5)
  })
  return { width, height, data }
}

/**
 * As {@link warp}, but returns luma (0.299 R + 0.587 G + 0.114 B, ITU-R BT.601) in [0, 255], row by row and not rounded.
 */
export const warpGrey = (
  photo: Photo,
  transform: Affine,
  width: number,
  height: number,
  { fill = 0 }: WarpOptions = {},
): Float32Array => {
  const grey = new Float32Array(width * height)
  let o = 0
  sampleRows(photo, transform, width, height, fill, row => {
    for (let i = 0; i < row.length; i += 3)
      grey[o++] = 0.299 * row[i]! + 0.587 * row[i + 1]! + 0.114 * row[i + 2]!
  })
  return grey
}

// --- internal ---

/** Samples the result row by row and hands each row (RGB, doubles, the same array every time) to `emit`. */
const sampleRows = (
  original: Photo,
  transform: Affine,
  width: number,
  height: number,
  fill: number,
  emit: (row: Float64Array) => void,
): void => {
  const inverse = invert(transform)
  const { photo, back } = prefilter(original, inverse, width, height)
  const [a, b, tx, c, d, ty] = back
  const row = new Float64Array(width * 3)
  // Between these source coordinates all four neighbours exist.
  const limitX = photo.width - 1
  const limitY = photo.height - 1
  const inside = (x: number, rowX: number, rowY: number): boolean => {
    const sx = a * x + rowX
    const sy = c * x + rowY
    return sx >= 0 && sx < limitX && sy >= 0 && sy < limitY
  }
  for (let y = 0; y < height; y++) {
    const rowX = b * y + tx
    const rowY = d * y + ty
    // The inside of a photo is convex, so the inside of a row is one run. A quick estimate, then exact ends.
    let from = Math.max(entry(a, rowX, limitX), entry(c, rowY, limitY), 0)
    let to = Math.min(exit(a, rowX, limitX), exit(c, rowY, limitY), width)
    while (from < to && !inside(from, rowX, rowY)) from++
    while (to > from && !inside(to - 1, rowX, rowY)) to--
    if (from >= to) {
      from = width
      to = width
    }
    sampleEdge(photo, back, rowX, rowY, 0, from, fill, row)
    sampleInside(photo, back, rowX, rowY, from, to, row)
    sampleEdge(photo, back, rowX, rowY, to, width, fill, row)
    emit(row)
  }
}

/** Averages blocks first where the map shrinks; returns the photo to sample and the map back to it. */
const prefilter = (
  photo: Photo,
  inverse: Affine,
  width: number,
  height: number,
): { photo: Photo; back: Affine } => {
  const [a, b, , c, d] = inverse
  const step = Math.min(a * a + c * c, b * b + d * d)
  let factor = 1
  while ((factor + 1) * (factor + 1) <= step) factor++
  if (factor === 1 || !Number.isFinite(step)) return { photo, back: inverse }
  const corners: Point[] = [
    [-1, -1],
    [width, -1],
    [-1, height],
    [width, height],
  ]
  const xs = corners.map(corner => apply(inverse, corner)[0])
  const ys = corners.map(corner => apply(inverse, corner)[1])
  const region: Region = [
    Math.min(...xs) - factor,
    Math.min(...ys) - factor,
    Math.max(...xs) + 2 * factor,
    Math.max(...ys) + 2 * factor,
  ]
  const shrunk = shrink(photo, factor, factor, region)
  return { photo: shrunk.photo, back: compose(inverse, shrunk.transform) }
}

/** First whole x that may have 0 <= slope * x + offset < limit. */
const entry = (slope: number, offset: number, limit: number): number => {
  if (slope > 0) return Math.floor(-offset / slope) - 1
  if (slope < 0) return Math.floor((limit - offset) / slope) - 1
  return 0
}

/** One past the last such x. */
const exit = (slope: number, offset: number, limit: number): number => {
  if (slope > 0) return Math.floor((limit - offset) / slope) + 2
  if (slope < 0) return Math.floor(-offset / slope) + 2
  return Number.MAX_SAFE_INTEGER
}

/** Bilinear samples whose four neighbours all lie in the photo. Written out by channel: this is the hot loop. */
const sampleInside = (
  { width, data }: Photo,
  [a, , , c]: Affine,
  rowX: number,
  rowY: number,
  from: number,
  to: number,
  row: Float64Array,
): void => {
  const stride = width * 3
  for (let x = from, o = from * 3; x < to; x++, o += 3) {
    const sx = a * x + rowX
    const sy = c * x + rowY
    // Coordinates are not negative here, so cutting off is rounding down.
    const x0 = sx | 0
    const y0 = sy | 0
    const fx = sx - x0
    const fy = sy - y0
    const p = y0 * stride + x0 * 3
    const q = p + stride
    const upperRed = data[p]! + (data[p + 3]! - data[p]!) * fx
    const lowerRed = data[q]! + (data[q + 3]! - data[q]!) * fx
    row[o] = upperRed + (lowerRed - upperRed) * fy
    const upperGreen = data[p + 1]! + (data[p + 4]! - data[p + 1]!) * fx
    const lowerGreen = data[q + 1]! + (data[q + 4]! - data[q + 1]!) * fx
    row[o + 1] = upperGreen + (lowerGreen - upperGreen) * fy
    const upperBlue = data[p + 2]! + (data[p + 5]! - data[p + 2]!) * fx
    const lowerBlue = data[q + 2]! + (data[q + 5]! - data[q + 2]!) * fx
    row[o + 2] = upperBlue + (lowerBlue - upperBlue) * fy
  }
}

/** The same with bounds tests: a neighbour outside the photo has the fill value. */
const sampleEdge = (
  { width, height, data }: Photo,
  [a, , , c]: Affine,
  rowX: number,
  rowY: number,
  from: number,
  to: number,
  fill: number,
  row: Float64Array,
): void => {
  let o = from * 3
  for (let x = from; x < to; x++) {
    const sx = a * x + rowX
    const sy = c * x + rowY
    const x0 = Math.floor(sx)
    const y0 = Math.floor(sy)
    if (!(x0 >= -1 && x0 < width && y0 >= -1 && y0 < height)) {
      row[o++] = fill
      row[o++] = fill
      row[o++] = fill
      continue
    }
    const fx = sx - x0
    const fy = sy - y0
    const leftIn = x0 >= 0
    const rightIn = x0 + 1 < width
    const topIn = y0 >= 0
    const bottomIn = y0 + 1 < height
    const p = (y0 * width + x0) * 3
    const q = p + width * 3
    for (let channel = 0; channel < 3; channel++) {
      const topLeft = topIn && leftIn ? data[p + channel]! : fill
      const topRight = topIn && rightIn ? data[p + channel + 3]! : fill
      const bottomLeft = bottomIn && leftIn ? data[q + channel]! : fill
      const bottomRight = bottomIn && rightIn ? data[q + channel + 3]! : fill
      const top = topLeft + (topRight - topLeft) * fx
      const bottom = bottomLeft + (bottomRight - bottomLeft) * fx
      row[o++] = top + (bottom - top) * fy
    }
  }
}
