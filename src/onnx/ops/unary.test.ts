import { expect, test } from 'vitest'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { apart, type Random, uniform } from '../../../test/random-tensors.ts'
import { buildOn, emptyGraph } from '../builder.ts'
import type { Tensor } from '../tensor.ts'
import * as unary from './unary.ts'

const over = (values: (random: Random, dims: number[]) => Tensor) =>
  cases({ shape: dims({ min: 0, max: 4 }, 3) }, ({ shape }, random) => ({
    inputs: [values(random, shape)],
    batched: shape.length > 0 ? [0] : undefined,
  }))
const between = (low: number, high: number) => over((random, shape) => uniform(random, shape, low, high))

testRules(unary, {
  Neg: between(-1, 1),
  Abs: over(apart),
  Exp: between(-2, 1),
  Log: between(0.4, 2),
  Sqrt: between(0.4, 2),
  Reciprocal: between(0.5, 2),
  Sigmoid: between(-3, 3),
  Tanh: between(-2, 2),
  Erf: between(-2, 2),
  Dropout: between(-1, 1),
  Sign: over(apart),
  Floor: over(apart),
  Ceil: over(apart),
  Round: over(apart),
})

test('dropout in training mode is refused', () => {
  const build = buildOn(emptyGraph('dropout', 17))
  build.input('x', { type: 'float32', shape: [2] })
  const training = build.constant({ type: 'bool', dims: [], data: Uint8Array.of(1) })
  const dropout = () => build.op('Dropout', ['x', build.number(0.5), training])
  expect(dropout).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED_OP' }))
})
