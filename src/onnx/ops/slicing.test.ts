import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases, dims, testRules } from '../../../test/operators.ts'
import { uniform } from '../../../test/random-tensors.ts'
import { runOnce } from '../../../test/run.ts'
import { int, string } from '../attributes.ts'
import { buildOn, emptyGraph } from '../builder.ts'
import { differentiate } from '../differentiate.ts'
import { float32, int64, scalar } from '../tensor.ts'
import * as slicing from './slicing.ts'

const shape = dims({ min: 1, max: 3 }, 5)
const INT64_MAX = 2 ** 63
const bound = fc.oneof(fc.integer({ min: -6, max: 6 }), fc.constantFrom(INT64_MAX, -INT64_MAX, 2 ** 31 - 1))
const pad = fc.integer({ min: -2, max: 3 })

testRules(slicing, {
  Concat: cases(
    {
      shape,
      lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      axis: fc.nat(),
      back: fc.boolean(),
    },
    ({ shape, lengths, axis, back }, random) => {
      const position = axis % shape.length
      return {
        inputs: lengths.map(length => uniform(random, shape.with(position, length))),
        attributes: { axis: int(back ? position - shape.length : position) },
        batched: position > 0 ? lengths.map((_, index) => index) : undefined,
      }
    },
  ),
  Slice: cases(
    {
      shape,
      cuts: fc.array(fc.record({ start: bound, end: bound, step: fc.constantFrom(1, 1, 1, 2, 3, -1, -2) }), {
        minLength: 1,
        maxLength: 3,
      }),
      back: fc.boolean(),
      form: fc.constantFrom('short', 'axes', 'full'),
    },
    ({ shape, cuts, back, form }, random) => {
      const used = cuts.slice(0, shape.length)
      // The last axes, unless they are left out: then the first.
      const axes = used.map((_, i) => (form === 'short' ? i : shape.length - 1 - i))
      const steps = used.map(({ step }) => (form === 'full' ? step : 1))
      return {
        inputs: [
          uniform(random, shape),
          int64(used.map(({ start }) => start)),
          int64(used.map(({ end }) => end)),
          form === 'short' ? undefined : int64(axes.map(axis => (back ? axis - shape.length : axis))),
          form === 'full' ? int64(steps) : undefined,
        ],
        batched: axes.includes(0) ? undefined : [0],
      }
    },
  ),
  Pad: cases(
    {
      shape: fc.array(fc.integer({ min: 5, max: 6 }), { minLength: 1, maxLength: 2 }),
      pads: fc.array(fc.tuple(pad, pad), { minLength: 2, maxLength: 2 }),
      form: fc.constantFrom('plain', 'value', 'axes'),
    },
    ({ shape, pads, form }, random) => {
      const axes = form === 'axes' ? [shape.length - 1] : shape.map((_, axis) => axis)
      const [before, after] = [0, 1].map(side => axes.map(axis => pads[axis]![side]!)) as [number[], number[]]
      return {
        inputs: [
          uniform(random, shape),
          int64([...before, ...after]),
          form === 'value' ? scalar(3) : undefined,
          form === 'axes' ? int64(axes.map(axis => axis - shape.length)) : undefined,
        ],
        wrt: [0],
        batched: axes.includes(0) ? undefined : [0],
        opset: 18,
      }
    },
  ),
  Gather: cases(
    { shape, indices: dims({ min: 0, max: 2 }, 2), axis: fc.nat(), back: fc.boolean() },
    ({ shape, indices, axis, back }, random) => {
      const position = axis % shape.length
      const count = indices.reduce((a, b) => a * b, 1)
      const picks = Array.from({ length: count }, () => Math.floor((random() * 2 - 1) * shape[position]!))
      return {
        inputs: [uniform(random, shape), int64(picks, indices)],
        attributes: { axis: int(back ? position - shape.length : position) },
        batched: position > 0 ? [0] : undefined,
      }
    },
  ),
  Split: cases(
    {
      shape,
      lengths: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      axis: fc.nat(),
      form: fc.constantFrom('lengths', 'equal', 'count'),
    },
    ({ shape, lengths, axis, form }, random) => {
      const position = axis % shape.length
      const count = lengths.length
      const total = lengths.reduce((a, b) => a + b)
      const length = { lengths: total, equal: 2 * count, count: Math.max(1, 2 * count - 1) }[form]
      return {
        inputs: [
          uniform(random, shape.with(position, length)),
          form === 'lengths' ? int64(lengths) : undefined,
        ],
        attributes: { axis: int(position), num_outputs: form === 'count' ? int(count) : undefined },
        outputs: count,
        batched: position > 0 ? [0] : undefined,
        opset: form === 'count' ? 18 : 17,
      }
    },
  ),
  ScatterElements: cases({ shape }, ({ shape }, random) => ({
    inputs: [
      uniform(random, shape),
      int64(new Array(shape[0]).fill(0), [shape[0]!, ...shape.slice(1).map(() => 1)]),
      uniform(random, [shape[0]!, ...shape.slice(1).map(() => 1)]),
    ],
    attributes: { axis: int(0), reduction: string('add') },
  })),
})

test('padding by reflection has no gradient rule', () => {
  const build = buildOn(emptyGraph('pad', 17))
  build.input('x', { type: 'float32', shape: [4] })
  const y = build.op('Pad', ['x', build.integers([1, 1])], { mode: string('reflect') })
  const graph = build.finish([y])
  expect(() => differentiate(graph, { of: y, wrt: ['x'] })).toThrow(
    expect.objectContaining({ code: 'E_UNSUPPORTED_OP', message: expect.stringContaining('reflect') }),
  )
})

test('a part of a split that nothing uses gets zeros', async () => {
  const build = buildOn(emptyGraph('split', 17))
  build.input('x', { type: 'float32', shape: [6] })
  const [, second, third] = build.ops('Split', ['x', build.integers([1, 2, 3])], 3, { axis: int(0) })
  const sum = build.op('Concat', [third!, second!, third!], { axis: int(0) })
  const gradient = differentiate(build.finish([sum]), { of: sum, wrt: ['x'], seed: 'seed' })
  const seed = float32([1, 2, 3, 4, 5, 6, 7, 8], [8])
  const results = await runOnce(gradient, { x: float32(new Float32Array(6), [6]), seed })
  expect([...(results['d(x)']!.data as Float32Array)]).toEqual([0, 4, 5, 7, 9, 11])
})
