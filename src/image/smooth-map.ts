import type { FloatMap } from './map.ts'

/**
 * Softens a map by a Gaussian of `sigma` pixels that is cut off after `radius` of them (default three sigma). Values beyond
 * the border repeat it.
 */
export const smoothMap = (map: FloatMap, sigma: number, radius = Math.ceil(3 * sigma)): FloatMap => {
  const { width, height } = map
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const pass = (data: Float32Array, count: number, length: number, stride: number, step: number) => {
    const out = new Float32Array(data.length)
    for (let line = 0; line < count; line++) {
      for (let at = 0; at < length; at++) {
        let sum = 0
        for (let k = -radius; k <= radius; k++) {
          const from = Math.max(0, Math.min(length - 1, at + k))
          sum += weights[k + radius]! * data[line * stride + from * step]!
        }
        out[line * stride + at * step] = sum / total
      }
    }
    return out
  }
  const across = pass(map.data, height, width, width, 1)
  return { width, height, data: pass(across, width, height, 1, width) }
}
