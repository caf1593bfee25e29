import { resampledAxis } from './_axis.ts'
import type { FloatMap } from './map.ts'
import type { Photo } from './photo.ts'
import { shrink } from './shrink.ts'

/**
 * Resizes a photo: bilinear, pixel centres at half positions, edges repeated. Where it shrinks by two or more, blocks of
 * pixels are averaged first. The same bytes in Node and browsers.
 */
export const resize = (photo: Photo, width: number, height: number): Photo => {
  const factorX = Math.max(1, Math.floor(photo.width / width))
  const factorY = Math.max(1, Math.floor(photo.height / height))
  const source = factorX > 1 || factorY > 1 ? shrink(photo, factorX, factorY).photo : photo
  const columns = resampledAxis(photo.width / factorX, source.width, width)
  const rows = resampledAxis(photo.height / factorY, source.height, height)
  const { data } = source
  const out = new Uint8Array(width * height * 3)
  let o = 0
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y]! * source.width
    const lower = rows.second[y]! * source.width
    const down = rows.weight[y]!
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!
      const right = columns.second[x]!
      const across = columns.weight[x]!
      for (let c = 0; c < 3; c++) {
        const a = data[(upper + left) * 3 + c]!
        const b = data[(lower + left) * 3 + c]!
        const above = a + (data[(upper + right) * 3 + c]! - a) * across
        const below = b + (data[(lower + right) * 3 + c]! - b) * across
        out[o++] = Math.floor(above + (below - above) * down + 0.5)
      }
    }
  }
  return { ...photo, width, height, data: out }
}

/**
 * Enlarges or reduces a map. Cell centres are aligned (the convention `align_corners = false`): a value belongs to the
 * middle of its cell, and beyond the outermost centres the edge value goes on. Nothing is averaged when it shrinks.
 * @param interpolation `nearest` keeps cells visible as blocks; default `bilinear`
 */
export const resizeMap = (
  map: FloatMap,
  width: number,
  height: number,
  interpolation: 'bilinear' | 'nearest' = 'bilinear',
): FloatMap => {
  const columns = resampledAxis(map.width, map.width, width)
  const rows = resampledAxis(map.height, map.height, height)
  const share = interpolation === 'nearest' ? nearest : linear
  const { data } = map
  const out = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const upper = rows.first[y]! * map.width
    const lower = rows.second[y]! * map.width
    const down = share(rows.weight[y]!)
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!
      const right = columns.second[x]!
      const across = share(columns.weight[x]!)
      const above = data[upper + left]! * (1 - across) + data[upper + right]! * across
      const below = data[lower + left]! * (1 - across) + data[lower + right]! * across
      out[y * width + x] = above * (1 - down) + below * down
    }
  }
  return { width, height, data: out }
}

// --- internal ---

const linear = (weight: number): number => weight
const nearest = (weight: number): number => (weight < 0.5 ? 0 : 1)
