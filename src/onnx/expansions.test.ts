import { expect, test } from 'vitest'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runOnce } from '../../test/run.ts'
import { int } from './attributes.ts'
import { buildOn, emptyGraph } from './builder.ts'
import { differentiate } from './differentiate.ts'
import { withoutExpansions } from './expansions.ts'

test('gradients of sums need no repeated value', async () => {
  const build = buildOn(emptyGraph('dots', 17))
  for (const name of ['a', 'b']) build.input(name, { type: 'float32', shape: ['N', 3] })
  const dots = build.op('ReduceSum', [build.op('Mul', ['a', 'b']), build.integers([1])], { keepdims: int(0) })
  const graph = differentiate(build.finish([dots]), { of: dots, wrt: ['a', 'b'], seed: 'seed' })
  const lean = withoutExpansions(graph)
  const expands = (of: typeof graph) => of.nodes.filter(({ op }) => op === 'Expand').length
  expect([expands(graph), expands(lean)]).toEqual([1, 0])
  const random = randomOf(2)
  const feeds = { a: uniform(random, [4, 3]), b: uniform(random, [4, 3]), seed: uniform(random, [4]) }
  expect(await runOnce(lean, feeds)).toEqual(await runOnce(graph, feeds))
})

test('a repeated value stays where nothing else has its shape', async () => {
  const build = buildOn(emptyGraph('both', 17))
  const x = build.input('x', { type: 'float32', shape: [1, 3] })
  const wide = build.op('Expand', [x, build.integers([2, 3])])
  const graph = build.finish([build.op('Mul', [wide, wide]), build.op('Mul', [wide, x])])
  const lean = withoutExpansions(graph)
  const feeds = { x: uniform(randomOf(3), [1, 3]) }
  expect(await runOnce(lean, feeds)).toEqual(await runOnce(graph, feeds))
  const none = buildOn(emptyGraph('none', 17))
  const plain = none.finish([none.op('Neg', [none.input('x', { type: 'float32', shape: [2] })])])
  expect(withoutExpansions(plain)).toBe(plain)
})
