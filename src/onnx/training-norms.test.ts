import { expect, test } from 'vitest'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runOnce } from '../../test/run.ts'
import { float, int } from './attributes.ts'
import { buildOn, emptyGraph } from './builder.ts'
import { differentiate } from './differentiate.ts'
import type { Graph } from './graph.ts'
import { withoutTrainingNorms } from './training-norms.ts'

const graphOf = (shape: readonly (number | string)[]): Graph => {
  const build = buildOn(emptyGraph('norm', 17))
  build.input('x', { type: 'float32', shape })
  for (const name of ['scale', 'bias', 'mean', 'variance']) build.input(name, { type: 'float32', shape: [3] })
  const outputs = build.ops('BatchNormalization', ['x', 'scale', 'bias', 'mean', 'variance'], 3, {
    training_mode: int(1),
    momentum: float(0.7),
    epsilon: float(1e-3),
  })
  return build.finish(outputs)
}

test.each([[[8, 3]], [[4, 3, 5, 2]], [['N', 3]], [['N', 3, 5, 2]]])(
  'gives what ONNX Runtime computes for %o',
  async shape => {
    const random = randomOf(9)
    const dims = shape.map(length => (typeof length === 'number' ? length : 6))
    const feeds = {
      x: uniform(random, dims, -2, 4),
      scale: uniform(random, [3]),
      bias: uniform(random, [3]),
      mean: uniform(random, [3]),
      variance: uniform(random, [3], 0.5, 2),
    }
    const plain = graphOf(shape)
    const of = plain.outputs[0]!.name
    const whole = differentiate(plain, {
      of,
      wrt: ['x', 'scale', 'bias'],
      seed: 'seed',
      keep: plain.outputs.map(({ name }) => name),
    })
    const rewritten = withoutTrainingNorms(whole)
    expect(rewritten.nodes.filter(({ op }) => op === 'BatchNormalization')).toEqual([])
    const seed = uniform(random, dims)
    const [expected, found] = [
      await runOnce(whole, { ...feeds, seed }),
      await runOnce(rewritten, { ...feeds, seed }),
    ]
    expect(Object.keys(found)).toEqual(Object.keys(expected))
    for (const [name, { data }] of Object.entries(expected))
      expect([...found[name]!.data]).toEqual([...data].map(value => expect.closeTo(Number(value), 5)))
  },
)

test('a graph without any stays the same object', () => {
  const build = buildOn(emptyGraph('none', 17))
  build.input('x', { type: 'float32', shape: [2] })
  const graph = build.finish([build.op('Neg', ['x'])])
  expect(withoutTrainingNorms(graph)).toBe(graph)
})
