import { float32, sizeOf, type Tensor } from '../src/onnx/tensor.ts'

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export const randomOf = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Random = ReturnType<typeof randomOf>

/** Values spread evenly over a range. */
export const uniform = (random: Random, dims: readonly number[], low = -1, high = 1): Tensor<Float32Array> =>
  float32(
    Array.from({ length: sizeOf(dims) }, () => low + (high - low) * random()),
    dims,
  )

/**
 * Values that are at least a quarter apart from each other and an eighth from zero, so that the steps of
 * {@link slopesOf} cross no kink of max, relu or the like.
 */
export const apart = (random: Random, dims: readonly number[]): Tensor<Float32Array> => {
  const size = sizeOf(dims)
  const values = Array.from({ length: size }, (_, i) => (i - Math.floor(size / 2)) / 4 + 1 / 8)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[values[i], values[j]] = [values[j]!, values[i]!]
  }
  return float32(values, dims)
}
