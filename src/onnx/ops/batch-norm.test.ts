import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { float } from '../attributes.ts'
import * as batchNorm from './batch-norm.ts'

testRules(batchNorm, {
  BatchNormalization: cases(
    { shape: dims({ min: 2, max: 5 }, 3), epsilon: fc.constantFrom(undefined, 1e-3, 2e-1) },
    ({ shape, epsilon }, random) => {
      const channels = [shape[1]!]
      const [scale, bias, mean] = [1, 2, 3].map(() => uniform(random, channels))
      return {
        inputs: [uniform(random, shape), scale, bias, mean, uniform(random, channels, 0.3, 2)],
        attributes: { epsilon: epsilon === undefined ? undefined : float(epsilon) },
        wrt: [0, 1, 2],
        batched: [0],
      }
    },
  ),
})
