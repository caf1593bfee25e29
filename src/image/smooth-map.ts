import type { FloatMap } from './map.ts'

/**
 * Softens a map by a Gaussian of `sigma` pixels that is cut off after `radius` of them (default three sigma). Values beyond
 * the border repeat it.
 */
export const smoothMap = (map: FloatMap, sigma: number, radius = Math.ceil(3 * sigma)): FloatMap => {
  const { width, height } = map
  const bell = Float64Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  )
  const total = bell.reduce((sum, weight) => sum + weight, 0)
  const weights = bell.map(weight => weight / total)
  const across = pass(map.data, { count: height, length: width, stride: width, step: 1 }, weights)
  const data = pass(across, { count: width, length: height, stride: 1, step: width }, weights)
  return { width, height, data }
}

// --- internal ---

type Lines = {
  readonly count: number
  readonly length: number
  /** From one line to the next, and from one value of a line to the next. */
  readonly stride: number
  readonly step: number
}

const pass = (
  data: Float32Array,
  { count, length, stride, step }: Lines,
  weights: Float64Array,
): Float32Array => {
  const radius = weights.length >> 1
  const out = new Float32Array(data.length)
  const line = new Float64Array(length + 2 * radius)
  for (let n = 0; n < count; n++) {
    const start = n * stride
    for (let at = 0; at < length; at++) line[at + radius] = data[start + at * step]!
    line.fill(line[radius]!, 0, radius)
    line.fill(line[radius + length - 1]!, radius + length)
    for (let at = 0; at < length; at++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * line[at + k]!
      out[start + at * step] = sum
    }
  }
  return out
}
