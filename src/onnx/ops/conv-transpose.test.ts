import fc from 'fast-check'
import { cases, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { int, ints } from '../attributes.ts'
import * as convTranspose from './conv-transpose.ts'

const axis = fc
  .record({
    size: fc.integer({ min: 1, max: 4 }),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.integer({ min: 0, max: 1 }),
    after: fc.integer({ min: 0, max: 1 }),
    more: fc.integer({ min: 0, max: 2 }),
  })
  // ONNX Runtime wants less output padding than the stride.
  .map(({ more, ...rest }) => ({ ...rest, more: more % rest.stride }))
  .filter(
    ({ size, kernel, stride, dilation, before, after, more }) =>
      (size - 1) * stride + (kernel - 1) * dilation + 1 + more > before + after,
  )

testRules(convTranspose, {
  ConvTranspose: cases(
    {
      batch: fc.integer({ min: 1, max: 2 }),
      group: fc.integer({ min: 1, max: 2 }),
      inner: fc.integer({ min: 1, max: 2 }),
      outer: fc.integer({ min: 1, max: 2 }),
      bias: fc.boolean(),
      axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
    },
    ({ batch, group, inner, outer, bias, axes }, random) => ({
      inputs: [
        uniform(random, [batch, group * inner, ...axes.map(({ size }) => size)]),
        uniform(random, [group * inner, outer, ...axes.map(({ kernel }) => kernel)]),
        bias ? uniform(random, [group * outer]) : undefined,
      ],
      attributes: {
        group: int(group),
        strides: ints(axes.map(({ stride }) => stride)),
        dilations: ints(axes.map(({ dilation }) => dilation)),
        pads: ints([...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]),
        output_padding: ints(axes.map(({ more }) => more)),
      },
      batched: [0],
    }),
  ),
})
