import type { FloatMap } from '../image/map.ts'
import { resizeMap } from '../image/resize.ts'

/**
 * Joins the maps of several layers into one: each is brought to [0, 1) by tanh(gamma * M / max M) with gamma = 2, enlarged
 * bilinearly, and the largest value at every place wins (Jiang et al., LayerCAM, IEEE TIP 2021, eq. 9). Negative evidence
 * does not take part; a map without positive values adds nothing.
 * @returns a map of `width` x `height` with values in [0, tanh 2]
 */
export const fuseMaps = (maps: readonly FloatMap[], width: number, height: number): FloatMap => {
  const data = new Float32Array(width * height)
  for (const map of maps) {
    const top = map.data.reduce((most, value) => Math.max(most, value), 0)
    if (top === 0) continue
    const scaled = map.data.map(value => Math.tanh((GAMMA * Math.max(value, 0)) / top))
    const enlarged = resizeMap({ ...map, data: scaled }, width, height)
    for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i]!, enlarged.data[i]!)
  }
  return { width, height, data }
}

// --- internal ---

const GAMMA = 2
