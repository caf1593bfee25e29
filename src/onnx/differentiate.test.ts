import { describe, expect, test } from 'vitest'
import { runOnce } from '../../test/run.ts'
import { int } from './attributes.ts'
import { type Builder, buildOn, emptyGraph } from './builder.ts'
import { type DifferentiateOptions, differentiate } from './differentiate.ts'
import type { Graph } from './graph.ts'
import type { Feeds } from './runtime.ts'
import { float32, type Tensor } from './tensor.ts'

const vector = (...values: number[]): Tensor => float32(values, [values.length])

/** A graph with the inputs x and y, both vectors of two, and the named values. */
const graphOf = (make: (build: Builder) => Record<string, string>): Graph => {
  const build = buildOn(emptyGraph('made', 17))
  build.input('x', { type: 'float32', shape: [2] })
  build.input('y', { type: 'float32', shape: [2] })
  const names = Object.entries(make(build)).map(([name, value]) => {
    build.alias(value, name)
    return name
  })
  return build.finish(names)
}

const gradient = async (graph: Graph, options: DifferentiateOptions, feeds: Feeds) => {
  const results = await runOnce(differentiate(graph, options), feeds)
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, [...data].map(Number)]))
}

const feeds = { x: vector(1, 2), y: vector(3, 5) }

describe('by hand', () => {
  test('a chain: d/dx of exp(x y) is y exp(x y)', async () => {
    const graph = graphOf(build => ({ z: build.op('Exp', [build.op('Mul', ['x', 'y'])]) }))
    const small = { x: vector(0.1, 0.2), y: vector(3, 5) }
    const { 'd(x)': found } = await gradient(graph, { of: 'z', wrt: ['x'] }, small)
    expect(found![0]).toBeCloseTo(3 * Math.exp(0.3), 4)
    expect(found![1]).toBeCloseTo(5 * Math.exp(1), 4)
  })

  test('a value that is used several times collects from all: x x + 3 x + x y', async () => {
    const graph = graphOf(build => {
      const square = build.op('Mul', ['x', 'x'])
      const triple = build.op('Mul', ['x', build.number(3)])
      return { z: build.op('Add', [build.op('Add', [square, triple]), build.op('Mul', ['x', 'y'])]) }
    })
    expect(await gradient(graph, { of: 'z', wrt: ['x', 'y'] }, feeds)).toEqual({
      'd(x)': [2 + 3 + 3, 4 + 3 + 5],
      'd(y)': [1, 2],
    })
  })

  test('the seed weighs the outputs, and without one each counts once', async () => {
    const graph = graphOf(build => ({ z: build.op('Mul', ['x', 'y']) }))
    const weighed = await gradient(
      graph,
      { of: 'z', wrt: ['x'], seed: 'seed' },
      { ...feeds, seed: vector(10, -1) },
    )
    expect(weighed).toEqual({ 'd(x)': [30, -5] })
    expect(await gradient(graph, { of: 'z', wrt: ['x'] }, feeds)).toEqual({ 'd(x)': [3, 5] })
  })

  test('a scalar objective', async () => {
    const graph = graphOf(build => ({
      z: build.op('ReduceSum', [build.op('Mul', ['x', 'y'])], { keepdims: int(0) }),
    }))
    expect(graph.outputs[0]!.shape).toEqual([])
    expect(await gradient(graph, { of: 'z', wrt: ['y'] }, feeds)).toEqual({ 'd(y)': [1, 2] })
  })

  test('an objective with an open batch, without a seed', async () => {
    const build = buildOn(emptyGraph('open', 17))
    build.input('x', { type: 'float32', shape: ['N', 2] })
    build.alias(build.op('Mul', ['x', 'x']), 'z')
    const x = float32([1, 2, 3, 4, 5, 6], [3, 2])
    expect(await gradient(build.finish(['z']), { of: 'z', wrt: ['x'] }, { x })).toEqual({
      'd(x)': [2, 4, 6, 8, 10, 12],
    })
  })

  test('values to keep come first, in their order, each once', async () => {
    const graph = graphOf(build => ({ z: build.op('Mul', ['x', 'y']) }))
    const options = { of: 'z', wrt: ['x', 'x', 'y'], keep: ['z', 'x', 'z'] }
    expect(differentiate(graph, options).outputs.map(({ name }) => name)).toEqual(['z', 'x', 'd(x)', 'd(y)'])
    expect(await gradient(graph, options, feeds)).toEqual({
      z: [3, 10],
      x: [1, 2],
      'd(x)': [3, 5],
      'd(y)': [1, 2],
    })
  })

  test('the objective itself: its gradient is the seed', async () => {
    const graph = graphOf(build => ({ z: build.op('Mul', ['x', 'y']) }))
    const seeded = await gradient(
      graph,
      { of: 'z', wrt: ['z'], seed: 'seed' },
      { ...feeds, seed: vector(7, 8) },
    )
    expect(seeded).toEqual({ 'd(z)': [7, 8] })
  })

  test('weights, also when they are constants', async () => {
    const graph = graphOf(build => ({ z: build.op('Mul', ['x', build.constant(vector(4, 6))]) }))
    const [weight] = graph.initializers.keys()
    expect(await gradient(graph, { of: 'z', wrt: [weight!] }, feeds)).toEqual({ [`d(${weight})`]: [1, 2] })
  })

  test('shapes that come from the input carry no gradient', async () => {
    const graph = graphOf(build => {
      const zeros = build.op('ConstantOfShape', [build.op('Shape', ['x'])])
      const spread = build.op('Expand', ['y', build.op('Shape', ['x'])])
      return { z: build.op('Add', [build.op('Mul', ['x', spread]), zeros]) }
    })
    expect(await gradient(graph, { of: 'z', wrt: ['x'] }, feeds)).toEqual({ 'd(x)': [3, 5] })
  })

  test('twice: the second derivative of x^3', async () => {
    const graph = graphOf(build => ({ z: build.op('Mul', ['x', build.op('Mul', ['x', 'x'])]) }))
    const first = differentiate(graph, { of: 'z', wrt: ['x'] })
    const { nodes } = first
    const renamed = {
      ...first,
      nodes: nodes.map(node => ({
        ...node,
        outputs: node.outputs.map(first => (first === 'd(x)' ? 'slope' : first)),
      })),
    }
    expect(await gradient(renamed, { of: 'slope', wrt: ['x'] }, feeds)).toEqual({ 'd(x)': [6, 12] })
    expect(() => differentiate(first, { of: 'd(x)', wrt: ['x'] })).toThrow(
      expect.objectContaining({ code: 'E_MODEL_INVALID', message: expect.stringContaining('"d(x)"') }),
    )
  })
})

describe('stops at the chosen values', () => {
  /** x, then ten times exp, named step0 to step9. */
  const chain = graphOf(build => {
    let value = 'x'
    for (let i = 0; i < 10; i++) {
      const next = build.op('Tanh', [value])
      build.alias(next, `step${i}`)
      value = `step${i}`
    }
    return { z: value }
  })
  const backward = (wrt: string[]) => differentiate(chain, { of: 'z', wrt }).nodes.length

  test('so that a late one costs little', () => {
    const forward = chain.nodes.length
    // Each tanh takes the same few nodes back; the rest is the gradient's name.
    const perStep = backward(['step7']) - backward(['step8'])
    expect(perStep).toBeGreaterThan(1)
    expect(backward(['step8'])).toBeLessThanOrEqual(forward + perStep + 1)
    expect(backward(['step0'])).toBe(backward(['step8']) + 8 * perStep)
  })

  test('several at once share the way', () => {
    expect(backward(['step8', 'step5'])).toBe(backward(['step5']) + 1)
  })
})

describe('refuses', () => {
  const graph = graphOf(build => {
    const picked = build.op('Gather', ['x', build.integers([1])])
    return {
      z: build.op('Mul', ['x', 'y']),
      other: build.op('Neg', ['y']),
      picked,
      count: build.op('Shape', ['x']),
      bounded: build.op('Clip', ['x', build.op('ReduceSum', ['y'], { keepdims: int(0) })]),
    }
  })
  const gather = graph.nodes.find(({ op }) => op === 'Gather')!

  test.each<[string, DifferentiateOptions, string, string]>([
    ['an unknown objective', { of: 'nope', wrt: ['x'] }, 'E_UNKNOWN_LAYER', '"nope"'],
    ['an unknown value', { of: 'z', wrt: ['nope'] }, 'E_UNKNOWN_LAYER', '"nope"'],
    ['an unknown value to keep', { of: 'z', wrt: ['x'], keep: ['nope'] }, 'E_UNKNOWN_LAYER', '"nope"'],
    [
      'a value without influence',
      { of: 'other', wrt: ['x'] },
      'E_UNKNOWN_LAYER',
      '"other" does not depend on "x"',
    ],
    ['a value that comes later', { of: 'x', wrt: ['z'] }, 'E_UNKNOWN_LAYER', '"x" does not depend on "z"'],
    ['integers', { of: 'count', wrt: ['x'] }, 'E_MODEL_INVALID', '"count" is int64'],
    ['a seed whose name is taken', { of: 'z', wrt: ['x'], seed: 'y' }, 'E_MODEL_INVALID', '"y"'],
    [
      'an operator without a rule',
      { of: 'picked', wrt: ['x'] },
      'E_UNSUPPORTED_OP',
      `Operator Gather (node "${gather.name}"): xfmr has no gradient rule for it`,
    ],
    [
      'an input without a rule',
      { of: 'bounded', wrt: ['y'] },
      'E_UNSUPPORTED_OP',
      'xfmr has no gradient rule for its input',
    ],
  ])('%s', (_, options, code, message) => {
    expect(() => differentiate(graph, options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })

  test('and names operator and node for programs, too', () => {
    expect(() => differentiate(graph, { of: 'picked', wrt: ['x'] })).toThrow(
      expect.objectContaining({ details: { op: 'Gather', node: gather.name } }),
    )
  })

  test('an operator of another set that only the other branch uses is no obstacle', () => {
    const nodes = graph.nodes.map(node => (node === gather ? { ...node, domain: 'acme' } : node))
    expect(() => differentiate({ ...graph, nodes }, { of: 'z', wrt: ['x'] })).not.toThrow()
    expect(() => differentiate({ ...graph, nodes }, { of: 'picked', wrt: ['x'] })).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED_OP', message: expect.stringContaining('acme.Gather') }),
    )
  })
})
