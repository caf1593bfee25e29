import { resampledAxis } from './_axis.ts'
import type { FloatMap } from './map.ts'

/**
 * Enlarges or reduces a map bilinearly. Cell centres are aligned (the convention `align_corners = false`): a value
 * belongs to the middle of its cell, and beyond the outermost centres the edge value goes on.
 */
export const resizeMap = (map: FloatMap, width: number, height: number): FloatMap => {
  const data = new Float32Array(width * height)
  const columns = resampledAxis(map.width, map.width, width)
  const rows = resampledAxis(map.height, map.height, height)
  for (let y = 0; y < height; y++) {
    const top = rows.first[y]! * map.width
    const bottom = rows.second[y]! * map.width
    const down = rows.weight[y]!
    for (let x = 0; x < width; x++) {
      const left = columns.first[x]!
      const right = columns.second[x]!
      const across = columns.weight[x]!
      const above = map.data[top + left]! * (1 - across) + map.data[top + right]! * across
      const below = map.data[bottom + left]! * (1 - across) + map.data[bottom + right]! * across
      data[y * width + x] = above * (1 - down) + below * down
    }
  }
  return { width, height, data }
}
