import fc from 'fast-check'
import { type Case, cases, dims, testRules } from '../../../test/operators.ts'
import { apart, type Random, uniform } from '../../../test/random-tensors.ts'
import { int, ints } from '../attributes.ts'
import { int64, type Tensor } from '../tensor.ts'
import * as reduce from './reduce.ts'

const settings = {
  shape: dims({ min: 1, max: 4 }, 3),
  /** Which axes go; `undefined` leaves them out, which means all. */
  axes: fc.option(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { nil: undefined }),
  back: fc.boolean(),
  keepdims: fc.constantFrom(undefined, 0, 1),
  noop: fc.constantFrom(undefined, 0, 1),
}

type Settings = {
  shape: number[]
  axes: boolean[] | undefined
  back: boolean
  keepdims: 0 | 1 | undefined
  noop: 0 | 1 | undefined
}

const flags = ({ keepdims, noop }: Settings) => ({
  keepdims: keepdims === undefined ? undefined : int(keepdims),
  noop_with_empty_axes: noop === undefined ? undefined : int(noop),
})

const axesOf = ({ shape, axes, back }: Settings): number[] | undefined => {
  const rank = shape.length
  return axes && shape.flatMap((_, axis) => (axes[axis] ? [back ? axis - rank : axis] : []))
}

/** Axes as an input: ReduceSum since operator set 13, the others since 18. */
const byInput =
  (opset: number, values: (random: Random, dims: number[]) => Tensor) =>
  (given: Settings, random: Random): Case => {
    const axes = axesOf(given)
    return {
      inputs: [values(random, given.shape), axes && int64(axes)],
      attributes: flags(given),
      batched: [0],
      opset,
    }
  }

/** Either form of the operators whose axes were an attribute until operator set 17. */
const both = (values: (random: Random, dims: number[]) => Tensor = uniform) =>
  cases({ ...settings, old: fc.boolean() }, ({ old, ...given }, random) => {
    if (!old) return byInput(18, values)(given, random)
    const axes = axesOf(given)
    return {
      inputs: [values(random, given.shape)],
      attributes: { keepdims: flags(given).keepdims, axes: axes && axes.length > 0 ? ints(axes) : undefined },
      batched: [0],
    }
  })

testRules(reduce, {
  ReduceSum: cases(settings, byInput(17, uniform)),
  ReduceMean: both(),
  ReduceL2: both((random, shape) => uniform(random, shape, 0.2, 1)),
  ReduceSumSquare: both(),
  ReduceMax: both(apart),
  ReduceMin: both(apart),
  ReduceProd: both(),
})
