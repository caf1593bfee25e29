import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { apart, uniform } from '../../../test/random-tensors.ts'
import { float } from '../attributes.ts'
import { scalar } from '../tensor.ts'
import * as activation from './activation.ts'

const shape = dims({ min: 1, max: 4 })
/** Limits of Clip between the values of `apart`. */
const limit = fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined })

testRules(activation, {
  Relu: cases({ shape }, ({ shape }, random) => ({ inputs: [apart(random, shape)], batched: [0] })),
  LeakyRelu: cases(
    { shape, alpha: fc.option(fc.constantFrom(0, 0.1, 0.25, 2), { nil: undefined }) },
    ({ shape, alpha }, random) => ({
      inputs: [apart(random, shape)],
      attributes: { alpha: alpha === undefined ? undefined : float(alpha) },
      batched: [0],
    }),
  ),
  PRelu: cases(
    {
      shape: dims({ min: 2, max: 4 }),
      slopes: fc.constantFrom('channel', 'one', 'all', 'scalar'),
      largest: fc.constantFrom(0.9, 3),
    },
    ({ shape, slopes, largest }, random) => {
      const slope = {
        channel: shape.slice(1).map((length, axis) => (axis === 0 ? length : 1)),
        one: [1],
        all: shape.slice(1),
        scalar: [],
      }[slopes]!
      return { inputs: [apart(random, shape), uniform(random, slope, -largest, largest)], batched: [0] }
    },
  ),
  Clip: cases({ shape, low: limit, high: limit }, ({ shape, low, high }, random) => ({
    inputs: [
      apart(random, shape),
      low === undefined ? undefined : scalar(low),
      high === undefined ? undefined : scalar(high),
    ],
    wrt: [0],
    batched: [0],
  })),
})
