import type { FloatMap } from '../image/map.ts'

/** A signed map as two: what made the faces similar, and what made them dissimilar, both without sign. */
export const signParts = (map: FloatMap): { similar: FloatMap; dissimilar: FloatMap } => ({
  similar: { ...map, data: map.data.map(value => Math.max(0, value)) },
  dissimilar: { ...map, data: map.data.map(value => Math.max(0, -value)) },
})
