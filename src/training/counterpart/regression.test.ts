import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { createRegression } from './regression.ts'

const random = createRandom('regression')
const vector = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.normal())

describe('createRegression', () => {
  it('finds the matrix that made the pairs', () => {
    const size = 5
    const made = vector(size * size)
    const regression = createRegression(size)
    for (let n = 0; n < 40; n++) {
      const from = vector(size)
      const to = from.map((_, j) => from.reduce((sum, x, i) => sum + x * made[i * size + j]!, 0))
      regression.add(from, to)
    }
    expect(regression.pairs).toBe(40)
    regression.matrix(0).forEach((value, at) => void expect(value).toBeCloseTo(made[at]!, 4))
  })

  it('shrinks by the ridge: one number on one number, by hand', () => {
    const regression = createRegression(1)
    regression.add(Float32Array.of(1), Float32Array.of(2))
    regression.add(Float32Array.of(3), Float32Array.of(4))
    // (1 * 2 + 3 * 4) / (1 + 9 + 0.5 * 2)
    expect(regression.matrix(0.5)[0]).toBeCloseTo(14 / 11, 6)
  })
})
