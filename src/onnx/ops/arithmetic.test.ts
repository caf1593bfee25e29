import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Case, cases, dims, testRules } from '../../../test/operators.ts'
import { apart, type Random, uniform } from '../../../test/random-tensors.ts'
import { runOnce } from '../../../test/run.ts'
import { buildOn, emptyGraph } from '../builder.ts'
import { differentiate } from '../differentiate.ts'
import { float32, int64, sizeOf } from '../tensor.ts'
import * as arithmetic from './arithmetic.ts'

/** How an operand is made smaller than the common shape: leading axes left out, others of length one. */
type Part = { drop: number; ones: boolean[] }

const shape = dims({ min: 1, max: 4 }, 3)
const part: fc.Arbitrary<Part> = fc.record({
  drop: fc.constantFrom(0, 0, 0, 1, 2, 4),
  ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
})
const parts = fc.array(part, { minLength: 2, maxLength: 2 })

const operand = (shape: number[], { drop, ones }: Part): number[] =>
  shape.map((length, axis) => (ones[axis] ? 1 : length)).slice(drop)

/** The operands that have the batch as their first axis. */
const batchedOf = (parts: Part[]): number[] | undefined => {
  const batched = parts.flatMap(({ drop, ones }, index) => (drop === 0 && !ones[0] ? [index] : []))
  return batched.length > 0 ? batched : undefined
}

const binary = (right: (random: Random, dims: number[]) => Case['inputs'][number] = uniform) =>
  cases({ shape, parts }, ({ shape, parts }, random) => ({
    inputs: [uniform(random, operand(shape, parts[0]!)), right(random, operand(shape, parts[1]!))],
    batched: batchedOf(parts),
  }))

/** Numbers that one can divide by. */
const divisors = (random: Random, dims: number[]) => {
  const values = uniform(random, dims, 0.5, 1.5)
  return float32(
    values.data.map(value => (random() < 0.5 ? -value : value)),
    dims,
  )
}

const severalParts = fc.array(part, { minLength: 1, maxLength: 3 })

const extremum = cases({ shape, parts: severalParts }, ({ shape, parts }, random) => {
  const shapes = parts.map(part => operand(shape, part))
  const { data } = apart(random, [shapes.map(sizeOf).reduce((a, b) => a + b)])
  let end = 0
  const inputs = shapes.map(dims => {
    const start = end
    end += sizeOf(dims)
    return float32(data.slice(start, end), dims)
  })
  return { inputs, batched: batchedOf(parts) }
})

testRules(arithmetic, {
  Add: binary(),
  Sub: binary(),
  Mul: binary(),
  Div: binary(divisors),
  Pow: cases({ shape, parts, whole: fc.boolean() }, ({ shape, parts, whole }, random) => {
    const [base, exponent] = parts.map(part => operand(shape, part)) as [number[], number[]]
    const integers = Array.from({ length: sizeOf(exponent) }, () => Math.floor(random() * 5) - 1)
    return whole
      ? { inputs: [divisors(random, base), int64(integers, exponent)] }
      : {
          inputs: [uniform(random, base, 0.5, 1.5), uniform(random, exponent, -2, 2)],
          batched: batchedOf(parts),
        }
  }),
  Max: extremum,
  Min: extremum,
  Sum: cases({ shape, parts: severalParts }, ({ shape, parts }, random) => ({
    inputs: parts.map(part => uniform(random, operand(shape, part))),
    batched: batchedOf(parts),
  })),
})

test.each(['Max', 'Min'])('a tie in %s gives the gradient once, to the first', async op => {
  const build = buildOn(emptyGraph('tie', 17))
  for (const name of ['x', 'y', 'z']) build.input(name, { type: 'float32', shape: [1] })
  const best = build.op(op, ['x', 'y', 'z'])
  const gradient = differentiate(build.finish([best]), { of: best, wrt: ['x', 'y', 'z'] })
  const value = (x: number) => float32([x], [1])
  const winner = async (x: number, y: number, z: number): Promise<unknown[]> => {
    const results = await runOnce(gradient, { x: value(x), y: value(y), z: value(z) })
    return ['d(x)', 'd(y)', 'd(z)'].map(name => results[name]!.data[0])
  }
  const worse = op === 'Max' ? -1 : 1
  expect(await winner(0, 0, 0)).toEqual([1, 0, 0])
  expect(await winner(worse, 0, 0)).toEqual([0, 1, 0])
  expect(await winner(0, worse, 0)).toEqual([1, 0, 0])
})
