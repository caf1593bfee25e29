import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { apart, uniform } from '../../../test/random-tensors.ts'
import { runOnce } from '../../../test/run.ts'
import { float, int } from '../attributes.ts'
import { buildOn, emptyGraph } from '../builder.ts'
import { float32 } from '../tensor.ts'
import * as batchNorm from './batch-norm.ts'

const settings = {
  shape: dims({ min: 2, max: 5 }, 3),
  epsilon: fc.constantFrom(undefined, 1e-3, 2e-1),
}

const inference = cases(settings, ({ shape, epsilon }, random) => {
  const channels = [shape[1]!]
  const [scale, bias, mean] = [1, 2, 3].map(() => uniform(random, channels))
  return {
    inputs: [uniform(random, shape), scale, bias, mean, uniform(random, channels, 0.3, 2)],
    attributes: { epsilon: epsilon === undefined ? undefined : float(epsilon) },
    wrt: [0, 1, 2],
    batched: [0],
  }
})

const training = cases(
  { ...settings, momentum: fc.constantFrom(undefined, 0, 0.3) },
  ({ shape, epsilon, momentum }, random) => {
    const channels = [shape[1]!]
    const [scale, bias, mean] = [1, 2, 3].map(() => uniform(random, channels))
    // Far enough apart for the steps of central differences not to bend the deviation of two or three values.
    const x = apart(random, shape)
    return {
      inputs: [
        float32(
          x.data.map(value => 4 * value),
          shape,
        ),
        scale,
        bias,
        mean,
        uniform(random, channels, 0.3, 2),
      ],
      attributes: {
        epsilon: epsilon === undefined ? undefined : float(epsilon),
        momentum: momentum === undefined ? undefined : float(momentum),
        training_mode: int(1),
      },
      outputs: 3,
      batched: [0],
    }
  },
)

testRules(batchNorm, { BatchNormalization: fc.oneof(inference, training) }, 40)

test('the running statistics are those of ONNX: population variance, momentum on the old value', async () => {
  const build = buildOn(emptyGraph('training', 17))
  build.input('x', { type: 'float32', shape: ['N', 1] })
  const one = (value: number) => build.constant(float32([value], [1]))
  const outputs = build.ops('BatchNormalization', ['x', one(2), one(1), one(0.5), one(3)], 3, {
    training_mode: int(1),
    momentum: float(0.9),
  })
  const results = await runOnce(build.finish(outputs), { x: float32([0, 3, 6, 9], [4, 1]) })
  // Mean 4.5, population variance (4.5^2 + 1.5^2) / 2 = 11.25 (the unbiased one would be 15).
  const [y, mean, variance] = outputs.map(name => results[name]!.data[0] as number)
  expect(y).toBeCloseTo(1 - (2 * 4.5) / Math.sqrt(11.25), 4)
  expect(mean).toBeCloseTo(0.9 * 0.5 + 0.1 * 4.5, 6)
  expect(variance).toBeCloseTo(0.9 * 3 + 0.1 * 11.25, 5)
})
