import { expect, test } from 'vitest'
import { runOnce } from '../../test/run.ts'
import { buildOn, emptyGraph } from './builder.ts'
import { withoutOutputCopies } from './output-copies.ts'
import { float32 } from './tensor.ts'

test('renames what an output is a copy of, and leaves the copies that are needed', async () => {
  const build = buildOn(emptyGraph('copies', 17))
  const x = build.input('x', { type: 'float32', shape: [2] })
  const twice = build.op('Add', [x, x])
  const other = build.op('Neg', [twice])
  build.alias(twice, 'first')
  build.alias(twice, 'second')
  build.alias(x, 'same')
  build.alias('first', 'third')
  const graph = build.finish(['first', 'second', 'same', 'third', other])
  const lean = withoutOutputCopies(graph)
  // An input, an output and a value that already has an output's name need their copies.
  expect(lean.nodes.map(({ op }) => op)).toEqual(['Add', 'Neg', 'Identity', 'Identity', 'Identity'])
  const feeds = { x: float32([1, -3], [2]) }
  expect(await runOnce(lean, feeds)).toEqual(await runOnce(graph, feeds))
})

test('a graph without copies stays the same object', () => {
  const build = buildOn(emptyGraph('none', 17))
  const graph = build.finish([build.op('Neg', [build.input('x', { type: 'float32', shape: [2] })])])
  expect(withoutOutputCopies(graph)).toBe(graph)
})
