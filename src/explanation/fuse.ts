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
    let top = 0
    for (let i = 0; i < map.data.length; i++) if (map.data[i]! > top) top = map.data[i]!
    if (top === 0) continue
    const scaled = new Float32Array(map.data.length)
    for (let i = 0; i < scaled.length; i++) {
      const value = map.data[i]!
      if (value > 0) scaled[i] = Math.tanh((GAMMA * value) / top)
    }
    const enlarged = resizeMap({ ...map, data: scaled }, width, height).data
    for (let i = 0; i < data.length; i++) if (enlarged[i]! > data[i]!) data[i] = enlarged[i]!
  }
  return { width, height, data }
}

// --- internal ---

const GAMMA = 2
