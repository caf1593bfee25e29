import { describe, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runtime } from '../../test/run.ts'
import { ints } from './attributes.ts'
import { forBlockedLayout } from './blocked.ts'
import { type Builder, buildOn, emptyGraph } from './builder.ts'
import { differentiate } from './differentiate.ts'
import { dynamicBatch } from './edit.ts'
import type { Graph } from './graph.ts'
import { readModel, writeModel } from './proto.ts'
import type { Feeds } from './runtime.ts'
import { float32, type Tensor } from './tensor.ts'

const image = [2, 5, 4, 3]
const random = randomOf(21)
const slopesUpTo = (largest: number): Tensor => uniform(random, [5, 1, 1], -largest, largest)

const graphOf = (make: (build: Builder) => string, dims = image): Graph => {
  const build = buildOn(emptyGraph('made', 17))
  build.input('x', { type: 'float32', shape: dims })
  build.alias(make(build), 'y')
  return build.finish(['y'])
}
const prelu = (slopes: Tensor, dims = image): Graph =>
  graphOf(build => build.op('PRelu', ['x', build.constant(slopes)]), dims)
const backward = (graph: Graph): Graph =>
  differentiate(graph, { of: 'y', wrt: ['x'], seed: 'seed', keep: ['y'] })

const operators = (graph: Graph): string[] => graph.nodes.map(({ op }) => op)

/** Runs the graph as it is: bytes are not rewritten. */
const run = async (graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> => {
  const session = await runtime.load(writeModel(graph))
  const results = await session.run(feeds)
  await session.release()
  return results
}

/** The largest difference between two results, relative to the largest value. */
const difference = (found: Tensor, expected: Tensor): number => {
  expect(found.dims).toEqual(expected.dims)
  const wanted = expected.data as Float32Array
  const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const worst = (found.data as Float32Array).reduce(
    (max, value, i) => Math.max(max, Math.abs(value - wanted[i]!)),
    0,
  )
  return worst / largest
}

const feeds = { x: uniform(random, image, -2, 2), seed: uniform(random, image) }

describe('writes rectifiers differently, with the same results', () => {
  test.each([0.9, 3.9])('PRelu with slopes up to %f, and its gradient', async largest => {
    const graph = backward(prelu(slopesUpTo(largest)))
    const blocked = forBlockedLayout(graph)
    for (const op of ['PRelu', 'Where', 'Greater']) {
      expect(operators(graph)).toContain(op)
      expect(operators(blocked)).not.toContain(op)
    }
    const [found, expected] = [await run(blocked, feeds), await run(graph, feeds)]
    expect(Object.keys(found)).toEqual(['y', 'd(x)'])
    for (const name of ['y', 'd(x)']) expect(difference(found[name]!, expected[name]!)).toBeLessThan(1e-6)
  })

  test('the gradient of Relu, to the bit', async () => {
    const graph = backward(graphOf(build => build.op('Relu', ['x'])))
    const blocked = forBlockedLayout(graph)
    expect(operators(blocked)).not.toContain('Where')
    expect(await run(blocked, feeds)).toEqual(await run(graph, feeds))
  })

  test('where an activation is zero the slope is that below it', async () => {
    const graph = backward(prelu(slopesUpTo(0.9)))
    const zeros = { ...feeds, x: float32(new Float32Array(120), image) }
    expect(await run(forBlockedLayout(graph), zeros)).toEqual(await run(graph, zeros))
  })

  test('the default recogniser, in batches', async () => {
    const graph = dynamicBatch(readModel(await modelBytes('mobilefacenet')))
    const blocked = forBlockedLayout(graph)
    expect(operators(blocked)).not.toContain('PRelu')
    expect(blocked.outputs).toEqual(graph.outputs)
    const photos = { input: uniform(randomOf(5), [2, 3, 112, 112]) }
    const [found, expected] = [await run(blocked, photos), await run(graph, photos)]
    expect(difference(found.output!, expected.output!)).toBeLessThan(2e-6)
  })
})

describe('leaves alone', () => {
  test.each<[string, Graph]>([
    ['graphs without rectifiers', backward(graphOf(build => build.op('Tanh', ['x'])))],
    [
      'graphs of unknown operators',
      {
        ...prelu(slopesUpTo(1)),
        nodes: prelu(slopesUpTo(1)).nodes.map(node => ({ ...node, domain: 'acme' })),
      },
    ],
    ['slopes for every place', prelu(uniform(random, [5, 4, 3]))],
    ['very steep slopes', prelu(uniform(random, [5, 1, 1], 50, 90))],
    [
      'slopes that are computed',
      graphOf(build => build.op('PRelu', ['x', build.op('ReduceMean', ['x'], { axes: ints([0, 2, 3]) })])),
    ],
  ])('%s: the same object', (_, graph) => {
    expect(forBlockedLayout(graph)).toBe(graph)
  })

  test('choices between values that may not be finite', () => {
    const guarded = graphOf(build => {
      const positive = build.op('Greater', ['x', build.number(0)])
      return build.op('Where', [positive, build.op('Log', ['x']), build.number(0)])
    })
    expect(operators(forBlockedLayout(guarded))).toContain('Where')
  })

  test('choices at another bound, and of matrices', () => {
    const choice = (bound: number, dims: number[]): Graph =>
      graphOf(build => {
        const above = build.op('Greater', ['x', build.number(bound)])
        return build.op('Where', [above, build.number(1), build.number(0)])
      }, dims)
    expect(operators(forBlockedLayout(choice(0.5, image)))).toContain('Where')
    expect(operators(forBlockedLayout(choice(0, [2, 5])))).toContain('Where')
    expect(operators(forBlockedLayout(choice(0, image)))).not.toContain('Where')
  })
})
