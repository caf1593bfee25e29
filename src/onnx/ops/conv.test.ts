import fc from 'fast-check'
import { cases, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { int, ints, string } from '../attributes.ts'
import * as conv from './conv.ts'

const axis = fc.record({
  kernel: fc.integer({ min: 1, max: 3 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  before: fc.integer({ min: 0, max: 2 }),
  after: fc.integer({ min: 0, max: 2 }),
  /** How much larger than the smallest possible the image is. */
  room: fc.integer({ min: 0, max: 4 }),
})

const layout = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  group: fc.integer({ min: 1, max: 3 }),
  /** Input and output channels of each group: both one for a depthwise convolution. */
  inner: fc.integer({ min: 1, max: 2 }),
  outer: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
})

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never

const spatial = (plain: Partial<Record<keyof Axis, number>>) =>
  fc.array(
    axis.map(value => ({ ...value, ...plain })),
    { minLength: 1, maxLength: 2 },
  )

testRules(
  conv,
  {
    Conv: cases(
      {
        layout,
        axes: fc.oneof(
          spatial({}),
          spatial({ stride: 1 }),
          // A kernel over the whole image, without pads and with.
          spatial({ dilation: 1, before: 0, after: 0, room: 0 }),
          spatial({ kernel: 3, stride: 3, dilation: 1, before: 1, after: 0, room: 1 }),
        ),
        auto: fc.constantFrom(undefined, undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
      },
      ({ layout: { batch, group, inner, outer, bias }, axes: drawn, auto }, random) => {
        const axes = auto?.startsWith('SAME') ? drawn.map(axis => ({ ...axis, dilation: 1 })) : drawn
        const size = ({ kernel, dilation, before, after, room }: Axis): number => {
          const extent = (kernel - 1) * dilation + 1
          return (auto ? extent : Math.max(1, extent - before - after)) + room
        }
        return {
          inputs: [
            uniform(random, [batch, group * inner, ...axes.map(size)]),
            uniform(random, [group * outer, inner, ...axes.map(({ kernel }) => kernel)]),
            bias ? uniform(random, [group * outer]) : undefined,
          ],
          attributes: {
            group: int(group),
            strides: ints(axes.map(({ stride }) => stride)),
            dilations: ints(axes.map(({ dilation }) => dilation)),
            pads: auto
              ? undefined
              : ints([...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]),
            auto_pad: auto ? string(auto) : undefined,
          },
          batched: [0],
        }
      },
    ),
  },
  48,
)
