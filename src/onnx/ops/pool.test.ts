import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { apart, uniform } from '../../../test/random-tensors.ts'
import { int, ints, string } from '../attributes.ts'
import * as pool from './pool.ts'

const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    before: fc.nat(2),
    after: fc.nat(2),
    room: fc.nat(4),
  })
  // ONNX Runtime wants pads smaller than the kernel.
  .map(({ before, after, ...rest }) => ({
    ...rest,
    before: Math.min(before, rest.kernel - 1),
    after: Math.min(after, rest.kernel - 1),
  }))

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never

const settings = {
  shape: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
  auto: fc.constantFrom(undefined, undefined, undefined, 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
  ceil: fc.constantFrom(undefined, 0, 1),
}

/** ONNX Runtime's automatic padding neither knows dilations nor strides beyond the kernel. */
const suited = ({ axes, auto }: Pick<Settings, 'axes' | 'auto'>): Axis[] =>
  auto ? axes.map(axis => ({ ...axis, dilation: 1, stride: Math.min(axis.stride, axis.kernel) })) : axes

type Settings = { axes: Axis[]; auto: string | undefined; ceil: number | undefined }

const sizes = ({ axes, auto }: Settings): number[] =>
  suited({ axes, auto }).map(({ kernel, dilation, before, after, room }) => {
    const extent = (kernel - 1) * dilation + 1
    // A dilated window could fall between the pixels of a smaller image.
    return (auto || dilation > 1 ? extent : Math.max(1, extent - before - after)) + room
  })

const attributes = ({ auto, ceil, ...rest }: Settings) => {
  const axes = suited({ auto, ...rest })
  return {
    kernel_shape: ints(axes.map(({ kernel }) => kernel)),
    strides: ints(axes.map(({ stride }) => stride)),
    dilations: ints(axes.map(({ dilation }) => dilation)),
    pads: auto ? undefined : ints([...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]),
    auto_pad: auto ? string(auto) : undefined,
    ceil_mode: ceil === undefined ? undefined : int(ceil),
  }
}

const image = dims({ min: 3, max: 4 }, 4)

testRules(pool, {
  MaxPool: cases(settings, (given, random) => ({
    inputs: [apart(random, [...given.shape, ...sizes(given)])],
    attributes: attributes(given),
    batched: [0],
  })),
  AveragePool: cases({ ...settings, padded: fc.constantFrom(undefined, 0, 1) }, (given, random) => ({
    inputs: [uniform(random, [...given.shape, ...sizes(given)])],
    attributes: {
      ...attributes(given),
      count_include_pad: given.padded === undefined ? undefined : int(given.padded),
    },
    batched: [0],
    opset: 19,
  })),
  GlobalAveragePool: cases({ image }, ({ image }, random) => ({
    inputs: [uniform(random, image)],
    batched: [0],
  })),
  GlobalMaxPool: cases({ image }, ({ image }, random) => ({ inputs: [apart(random, image)], batched: [0] })),
})
