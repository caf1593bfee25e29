import { numbers } from '../../../test/photos.ts'
import { normalise } from '../../recognition/embedding.ts'
import type { Subject } from '../subject.ts'

/** A linear network z = W x on photos of `size` x `size`, in plain loops: what methods find can be worked out by hand. */
export const toySubjects = (
  size: number,
  dimensions: number,
  /** W, [dimensions, 3 size size]; random where it is missing. */
  weights = noiseOf(dimensions * 3 * size * size, 3),
  /** What the network makes of the other face; random where it is missing. */
  target = noiseOf(dimensions, 5),
  photo = noiseOf(3 * size * size, 7),
) => {
  const length = 3 * size * size
  const outputOf = (x: Float32Array): Float32Array =>
    Float32Array.from({ length: dimensions }, (_, d) => {
      let sum = 0
      for (let i = 0; i < length; i++) sum += weights[d * length + i]! * x[i]!
      return sum
    })
  const other = normalise(target)
  const faceOf = (z: Float32Array) => ({ embedding: { ...normalise(z), pipeline: 'toy' } })
  const scoreOf = (x: Float32Array): number => {
    const output = outputOf(x)
    if (output.every(value => value === 0)) return 0
    const { vector } = normalise(output)
    return vector.reduce((sum, value, i) => sum + value * other.vector[i]!, 0)
  }
  let runs = 0
  const self = {
    face: faceOf(outputOf(photo)),
    network: { contract: { size, dimensions } },
    photo,
    pixel: () => 0,
    scores: async (photos: Float32Array) => {
      runs += photos.length / length
      return Float32Array.from({ length: photos.length / length }, (_, k) =>
        scoreOf(photos.subarray(k * length, (k + 1) * length)),
      )
    },
    gradientsAlong: async (photos: Float32Array, directions: Float32Array) => {
      const out = new Float32Array(photos.length)
      for (let row = 0; row < photos.length / length; row++)
        for (let d = 0; d < dimensions; d++)
          for (let i = 0; i < length; i++)
            out[row * length + i]! += directions[row * dimensions + d]! * weights[d * length + i]!
      return out
    },
  } as unknown as Subject
  const otherSubject = { face: faceOf(Float32Array.from(target)) } as unknown as Subject
  return { self, other: otherSubject, weights, scoreOf, runs: () => runs }
}

/** Repeatable numbers in [-1, 1). */
export const noiseOf = (length: number, seed: number): Float32Array => {
  const next = numbers(seed)
  return Float32Array.from({ length }, () => 2 * next() - 1)
}
