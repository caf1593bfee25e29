import fc from 'fast-check'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { apart, type Random, uniform } from '../../../test/random-tensors.ts'
import { int } from '../attributes.ts'
import { int64, sizeOf, type Tensor } from '../tensor.ts'
import * as values from './values.ts'

const shape = dims({ min: 1, max: 4 }, 3)

const booleans = (random: Random, shape: number[]): Tensor => ({
  type: 'bool',
  dims: shape,
  data: Uint8Array.from({ length: sizeOf(shape) }, () => Number(random() < 0.5)),
})

/** Two operands of which the second may be broadcast. */
const pair = (make: (random: Random, dims: number[]) => Tensor) =>
  cases({ shape, drop: fc.nat(2) }, ({ shape, drop }, random) => ({
    inputs: [make(random, shape), make(random, shape.slice(drop))],
    batched: drop === 0 ? [0, 1] : [0],
  }))
const compared = pair(uniform)
const joined = pair(booleans)

const argument = cases(
  { shape, axis: fc.nat(), back: fc.boolean(), keepdims: fc.constantFrom(undefined, 0, 1) },
  ({ shape, axis, back, keepdims }, random) => ({
    inputs: [apart(random, shape)],
    attributes: {
      axis: int((axis % shape.length) - (back ? shape.length : 0)),
      keepdims: keepdims === undefined ? undefined : int(keepdims),
    },
    batched: [0],
  }),
)

testRules(values, {
  Constant: cases({ shape: dims({ min: 0, max: 3 }) }, ({ shape }, random) => ({
    inputs: [],
    attributes: { value: { type: 'tensor', value: uniform(random, shape) } },
  })),
  Shape: cases(
    {
      shape,
      from: fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined }),
      to: fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined }),
    },
    ({ shape, from, to }, random) => ({
      inputs: [uniform(random, shape)],
      attributes: {
        start: from === undefined ? undefined : int(from),
        end: to === undefined ? undefined : int(to),
      },
      batched: [0],
    }),
  ),
  ConstantOfShape: cases({ shape, typed: fc.boolean() }, ({ shape, typed }) => ({
    inputs: [int64(shape)],
    attributes: { value: typed ? { type: 'tensor', value: int64([7]) } : undefined },
  })),
  Cast: cases({ shape, to: fc.constantFrom(1, 1, 1, 2, 3, 6, 7, 9, 11) }, ({ shape, to }, random) => ({
    inputs: [uniform(random, shape, 0, 9)],
    attributes: { to: int(to) },
    batched: [0],
  })),
  Where: cases({ shape, drops: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)) }, ({ shape, drops }, random) => {
    const [condition, a, b] = drops.map(drop => shape.slice(drop)) as [number[], number[], number[]]
    return {
      inputs: [booleans(random, condition), uniform(random, a), uniform(random, b)],
      batched: drops.some(drop => drop === 0)
        ? drops.flatMap((drop, i) => (drop === 0 ? [i] : []))
        : undefined,
    }
  }),
  Greater: compared,
  GreaterOrEqual: compared,
  Less: compared,
  LessOrEqual: compared,
  Equal: compared,
  And: joined,
  Or: joined,
  Not: cases({ shape }, ({ shape }, random) => ({ inputs: [booleans(random, shape)], batched: [0] })),
  ArgMax: argument,
  ArgMin: argument,
  Tile: cases(
    { shape, repeats: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }) },
    ({ shape, repeats }, random) => ({
      inputs: [uniform(random, shape), int64([1, ...repeats.slice(1, shape.length)])],
      batched: [0],
    }),
  ),
})
