import { describe, expect, test } from 'vitest'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runOnce } from '../../test/run.ts'
import { float, int, ints, string } from './attributes.ts'
import type { Attributes, Graph } from './graph.ts'
import { inferShapes } from './shapes.ts'
import { float32, int64, type Tensor } from './tensor.ts'
import { upgrade } from './upgrade.ts'

type Old = {
  opset: number
  shape?: number[]
  outputs?: number[][]
  /** Shapes of the per-channel weights that follow the first input. */
  weights?: Tensor[]
  attributes?: Attributes
}

const graphOf = (
  op: string,
  { opset, shape = [2, 3, 4], outputs = [[]], weights = [], attributes = {} }: Old,
): Graph => ({
  name: 'old',
  opset,
  inputs: [{ name: 'x', type: 'float32', shape }],
  outputs: outputs.map((dims, i) => ({ name: `y${i}`, type: 'float32', shape: dims })),
  nodes: [
    {
      op,
      name: 'node',
      inputs: ['x', ...weights.map((_, i) => `w${i}`)],
      outputs: outputs.map((_, i) => `y${i}`),
      attributes,
    },
  ],
  initializers: new Map(weights.map((weight, i) => [`w${i}`, weight])),
})

const channels = [0.5, 2, -1].map(scale => float32([scale, 1, 1.5], [3]))
const variance = float32([0.5, 1, 2], [3])

describe('gives the same results as before', () => {
  test.each<[string, string, Old]>([
    [
      'Slice',
      'starts, ends, axes',
      {
        opset: 7,
        outputs: [[2, 2, 2]],
        attributes: { starts: ints([1, -2]), ends: ints([3, 2 ** 31 - 1]), axes: ints([1, 2]) },
      },
    ],
    [
      'Slice',
      'without axes',
      { opset: 9, outputs: [[1, 2, 4]], attributes: { starts: ints([0, 1]), ends: ints([1, 2 ** 63]) } },
    ],
    [
      'Clip',
      'both limits',
      { opset: 7, outputs: [[2, 3, 4]], attributes: { min: float(-0.5), max: float(0.25) } },
    ],
    ['Clip', 'one limit', { opset: 10, outputs: [[2, 3, 4]], attributes: { max: float(0.25) } }],
    ['Clip', 'no limit', { opset: 9, outputs: [[2, 3, 4]] }],
    [
      'Pad',
      'with a value',
      { opset: 9, outputs: [[2, 6, 5]], attributes: { pads: ints([0, 1, 0, 0, 2, 1]), value: float(7) } },
    ],
    [
      'Pad',
      'by reflection',
      {
        opset: 10,
        outputs: [[2, 5, 4]],
        attributes: { pads: ints([0, 1, 0, 0, 1, 0]), mode: string('reflect') },
      },
    ],
    ['Squeeze', 'axes', { opset: 11, shape: [1, 3, 1], outputs: [[1, 3]], attributes: { axes: ints([2]) } }],
    ['Squeeze', 'all', { opset: 7, shape: [1, 3, 1], outputs: [[3]] }],
    ['Unsqueeze', 'axes', { opset: 12, outputs: [[1, 2, 1, 3, 4]], attributes: { axes: ints([0, 2]) } }],
    [
      'ReduceSum',
      'axes',
      { opset: 11, outputs: [[2, 4]], attributes: { axes: ints([1]), keepdims: int(0) } },
    ],
    ['ReduceSum', 'all', { opset: 7, outputs: [[1, 1, 1]] }],
    [
      'Split',
      'lengths',
      {
        opset: 11,
        outputs: [
          [2, 3, 1],
          [2, 3, 3],
        ],
        attributes: { axis: int(2), split: ints([1, 3]) },
      },
    ],
    [
      'Split',
      'equal parts',
      {
        opset: 7,
        outputs: [
          [1, 3, 4],
          [1, 3, 4],
        ],
      },
    ],
    ['Softmax', 'from the second axis on', { opset: 7, outputs: [[2, 3, 4]] }],
    ['Softmax', 'over everything', { opset: 11, outputs: [[2, 3, 4]], attributes: { axis: int(0) } }],
    ['Softmax', 'from the end', { opset: 12, outputs: [[2, 3, 4]], attributes: { axis: int(-2) } }],
    ['Softmax', 'the last axis', { opset: 11, outputs: [[2, 3, 4]], attributes: { axis: int(-1) } }],
    [
      'LogSoftmax',
      'from the second axis on',
      { opset: 9, outputs: [[2, 3, 4]], attributes: { axis: int(1) } },
    ],
    ['Dropout', 'with its ratio', { opset: 7, outputs: [[2, 3, 4]], attributes: { ratio: float(0.9) } }],
    [
      'BatchNormalization',
      'per channel',
      {
        opset: 7,
        outputs: [[2, 3, 4]],
        weights: [...channels, variance],
        attributes: { epsilon: float(0.1), spatial: int(1) },
      },
    ],
    [
      'BatchNormalization',
      'without attributes',
      { opset: 9, outputs: [[2, 3, 4]], weights: [...channels, variance] },
    ],
  ])('%s: %s', async (op, _, old) => {
    const graph = graphOf(op, old)
    const x = uniform(randomOf(9), graph.inputs[0]!.shape as number[])
    const [before, newer] = [await runOnce(graph, { x }), upgrade(graph)]
    expect(newer.opset).toBe(17)
    const after = await runOnce(newer, { x })
    for (const { name, shape } of graph.outputs) {
      expect(before[name]!.dims).toEqual(shape)
      expect(after[name]).toEqual(before[name])
      expect(inferShapes(graph).get(name)!.shape).toEqual(shape)
    }
  })

  test('constants in every attribute, old and new', async () => {
    const constants: Attributes[] = [
      { value: { type: 'tensor', value: float32([1, 2], [2]) } },
      { value_float: float(0.5) },
      { value_floats: { type: 'floats', value: [3, 4] } },
    ]
    const integers: Attributes[] = [{ value_int: int(1) }, { value_ints: ints([2]) }]
    const node = (op: string, inputs: string[], output: string, attributes: Attributes = {}) => ({
      op,
      name: '',
      inputs,
      outputs: [output],
      attributes,
    })
    const graph: Graph = {
      name: 'constants',
      opset: 18,
      inputs: [{ name: 'x', type: 'float32', shape: [2] }],
      outputs: [
        { name: 'y', type: 'float32', shape: [2, 1] },
        { name: 'axis', type: 'int64', shape: [] },
      ],
      nodes: [
        ...constants.map((attributes, i) => node('Constant', [], `c${i}`, attributes)),
        ...integers.map((attributes, i) => node('Constant', [], `n${i}`, attributes)),
        node('Sum', ['x', 'c0', 'c1', 'c2'], 'sum'),
        node('Concat', ['n1', 'ones'], 'shape', { axis: int(0) }),
        node('Reshape', ['sum', 'shape'], 'y'),
        node('Identity', ['n0'], 'axis'),
      ],
      initializers: new Map([['ones', int64([1])]]),
    }
    const x = float32([10, 20], [2])
    const newer = upgrade(graph)
    expect(newer.nodes.map(({ op }) => op)).toEqual(['Sum', 'Concat', 'Reshape', 'Identity'])
    expect(newer.opset).toBe(18)
    expect(await runOnce(newer, { x })).toEqual(await runOnce(graph, { x }))
    expect([...newer.initializers.get('c1')!.data]).toEqual([0.5])
  })
})

test('a graph that is new enough stays the same object', () => {
  const graph = graphOf('Relu', { opset: 17, outputs: [[2, 3, 4]] })
  expect(upgrade(graph)).toBe(graph)
  const newer = upgrade(graphOf('Relu', { opset: 9, outputs: [[2, 3, 4]] }))
  expect(upgrade(newer)).toBe(newer)
})

test('names that are taken are not used again', async () => {
  const graph = graphOf('Slice', {
    opset: 9,
    outputs: [[1, 3, 4]],
    attributes: { starts: ints([0]), ends: ints([1]) },
  })
  const taken = new Map([['xfmr/bounds_1', float32([5], [1])]])
  const sum = { op: 'Add', name: '', inputs: ['y0', 'xfmr/bounds_1'], outputs: ['z'], attributes: {} }
  const both = {
    ...graph,
    nodes: [...graph.nodes, sum],
    initializers: taken,
    outputs: [{ ...graph.outputs[0]!, name: 'z' }],
  }
  const x = uniform(randomOf(1), [2, 3, 4])
  expect(await runOnce(upgrade(both), { x })).toEqual(await runOnce(both, { x }))
})

test.each<[string, Graph]>([
  ['operator sets before 7', graphOf('Relu', { opset: 6 })],
  ['batch normalisation in training', graphOf('BatchNormalization', { opset: 9, outputs: [[], [], []] })],
  [
    'batch normalisation per place',
    graphOf('BatchNormalization', { opset: 7, attributes: { spatial: int(0) } }),
  ],
])('refuses %s', (_, graph) => {
  expect(() => upgrade(graph)).toThrow(expect.objectContaining({ code: 'E_UNSUPPORTED_OP' }))
})
