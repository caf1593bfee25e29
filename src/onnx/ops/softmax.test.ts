import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { int } from '../attributes.ts'
import * as softmax from './softmax.ts'

const normalised = cases(
  { shape: dims({ min: 1, max: 4 }, 3), axis: fc.option(fc.nat(), { nil: undefined }), back: fc.boolean() },
  ({ shape, axis, back }, random) => {
    const rank = shape.length
    const position = axis === undefined ? undefined : (axis % rank) - (back ? rank : 0)
    return {
      inputs: [uniform(random, shape, -2, 2)],
      attributes: { axis: position === undefined ? undefined : int(position) },
      batched: [0],
    }
  },
)

testRules(softmax, { Softmax: normalised, LogSoftmax: normalised })
