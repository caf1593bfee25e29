import type { Feeds } from '../src/onnx/runtime.ts'
import { float32, type Tensor } from '../src/onnx/tensor.ts'
import type { Random } from './random-tensors.ts'

export type Direction = { readonly input: string; readonly along: Float64Array }

/**
 * Derivatives of sum(seed * output) along directions of one input each, from values alone. The five-point formula has
 * an error of h^4, so that steps can be large enough (h = 1/32) for the rounding of float32 not to matter; sums are
 * taken in double precision.
 */
export const slopesOf = async (
  run: (feeds: Feeds) => Promise<Tensor>,
  feeds: Feeds,
  seed: Tensor,
  directions: readonly Direction[],
  step = 1 / 32,
): Promise<number[]> => {
  const slopes: number[] = []
  for (const { input, along } of directions) {
    const start = feeds[input]!
    const at = async (t: number): Promise<number> => {
      const moved = float32(
        Float32Array.from(start.data as Float32Array, (value, i) => value + t * along[i]!),
        start.dims,
      )
      return weighted(seed.data, (await run({ ...feeds, [input]: moved })).data)
    }
    const near = (await at(step)) - (await at(-step))
    const far = (await at(2 * step)) - (await at(-2 * step))
    slopes.push((8 * near - far) / (12 * step))
  }
  return slopes
}

/** Sum of products in double precision. */
export const weighted = (weights: ArrayLike<unknown>, values: ArrayLike<unknown>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Number(weights[i]) * Number(values[i])
  return sum
}

/**
 * Directions to test a tensor along: every element of a small one; of a large one some elements, and some directions
 * that move all at once.
 */
export const directionsOf = (input: string, size: number, random: Random): Direction[] => {
  const single = (index: number): Direction => ({
    input,
    along: new Float64Array(size).map((_, i) => +(i === index)),
  })
  if (size <= 20) return Array.from({ length: size }, (_, i) => single(i))
  const some = Array.from({ length: 8 }, () => single(Math.floor(random() * size)))
  const dense = Array.from({ length: 6 }, () => ({
    input,
    along: new Float64Array(size).map(() => (random() < 0.5 ? -1 : 1)),
  }))
  return [...some, ...dense]
}
