import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeRuntime } from '../onnx/node.ts'
import { softmaxRegression } from './softmax-regression.ts'

const runtime = nodeRuntime()

/** Logits of one row, written out. */
const logits = (row: readonly number[], weights: Float32Array, bias: Float32Array): number[] =>
  Array.from(bias, (start, k) =>
    row.reduce((sum, value, d) => sum + value * weights[d * bias.length + k]!, start),
  )

describe('softmaxRegression', () => {
  it('finds the log-odds of a two-valued feature, which has a closed form', async () => {
    // x = 1: 30 of class 0, 10 of class 1; x = 0: 10 and 30. Balanced classes, so the log-odds are ln 3 and -ln 3.
    const rows = [...Array(40).fill(1), ...Array(40).fill(0)]
    const labels = [...Array(30).fill(0), ...Array(10).fill(1), ...Array(10).fill(0), ...Array(30).fill(1)]
    const { weights, bias } = await softmaxRegression(
      runtime,
      { features: Float32Array.from(rows), labels: Uint8Array.from(labels), dimensions: 1, classes: 2 },
      { l2: 0, steps: 1500 },
    )
    const [one, zero] = [[1], [0]].map(row => logits(row, weights.data, bias.data))
    expect(one![0]! - one![1]!).toBeCloseTo(Math.log(3), 2)
    expect(zero![0]! - zero![1]!).toBeCloseTo(-Math.log(3), 2)
  })

  it('lets a rare class count as much as a frequent one', async () => {
    // All rows alike: the only thing to learn is the prior, and that is even.
    const labels = Uint8Array.from([0, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    const { bias } = await softmaxRegression(
      runtime,
      { features: new Float32Array(10), labels, dimensions: 1, classes: 2 },
      { l2: 0, steps: 300 },
    )
    expect(bias.data[0]! - bias.data[1]!).toBeCloseTo(0, 3)
  })

  it('separates what can be separated, whatever the scale of the features', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.integer({ min: 1, max: 99 }),
        async (scale, seed) => {
          const rows = Array.from({ length: 60 }, (_, i) => {
            const angle = (2 * Math.PI * (i % 3)) / 3 + 0.3 * Math.sin(i * seed)
            return [scale * Math.cos(angle) + 5, scale * Math.sin(angle) - 3]
          })
          const labels = Uint8Array.from(rows, (_, i) => i % 3)
          const { weights, bias } = await softmaxRegression(
            runtime,
            { features: Float32Array.from(rows.flat()), labels, dimensions: 2, classes: 3 },
            { l2: 1e-4, steps: 200 },
          )
          for (const [i, row] of rows.entries()) {
            const scores = logits(row, weights.data, bias.data)
            expect(scores.indexOf(Math.max(...scores))).toBe(i % 3)
          }
        },
      ),
      { numRuns: 5, seed: 1 },
    )
  })

  it('has no random part', async () => {
    const data = {
      features: Float32Array.of(1, 2, 3, 4, 6, 5),
      labels: Uint8Array.of(0, 1, 1),
      dimensions: 2,
      classes: 2,
    }
    const [one, two] = [
      await softmaxRegression(runtime, data, { l2: 0.01, steps: 50 }),
      await softmaxRegression(runtime, data, { l2: 0.01, steps: 50 }),
    ]
    expect(one).toEqual(two)
  })
})
