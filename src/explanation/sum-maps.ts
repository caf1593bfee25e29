import type { FloatMap } from '../image/map.ts'

/** Adds up maps of the same size. A single one is returned as it is. */
export const sumMaps = (maps: readonly FloatMap[]): FloatMap => {
  const [first, ...rest] = maps as [FloatMap, ...FloatMap[]]
  if (rest.length === 0) return first
  return {
    ...first,
    data: first.data.map((value, i) => rest.reduce((sum, map) => sum + map.data[i]!, value)),
  }
}
