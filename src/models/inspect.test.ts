import { expect, test } from 'vitest'
import { node, noise, smallRecogniser } from '../../test/graphs.ts'
import { withInputShape } from '../onnx/edit.ts'
import { readModel, writeModel } from '../onnx/proto.ts'
import { inspectRecogniser } from './inspect.ts'

test('reads shape, names and grid from a graph that went through a file', () => {
  const { contract, origins } = inspectRecogniser(readModel(writeModel(smallRecogniser())))
  expect(contract).toEqual({ input: 'x', output: 'embedding', grid: 'grid', size: 112, dimensions: 32 })
  expect(origins).toEqual({
    input: 'detected',
    output: 'detected',
    grid: 'detected',
    size: 'detected',
    dimensions: 'detected',
  })
})

test('an open image size is taken as 112 and said so, or given', () => {
  const graph = readModel(writeModel(smallRecogniser({ input: ['N', 3, 'H', 'W'] })))
  const assumed = inspectRecogniser(graph)
  expect([assumed.contract.size, assumed.origins.size, assumed.contract.grid]).toEqual([
    112,
    'assumed',
    'grid',
  ])
  expect(assumed.notes[0]).toContain('assumed')
  expect(inspectRecogniser(graph, { size: 112 }).origins.size).toBe('given')
})

test('exporters that write -1 for an open length are understood', () => {
  expect(inspectRecogniser(smallRecogniser({ input: ['N', 3, -1, -1] })).contract.size).toBe(112)
})

test('given facts win and are kept as given', () => {
  const { contract, origins } = inspectRecogniser(smallRecogniser(), {
    channels: 'bgr',
    scale: 1 / 128,
    mean: 127.5,
    grid: 'conv',
  })
  expect(contract).toMatchObject({ channels: 'bgr', mean: 127.5, scale: 1 / 128, grid: 'conv' })
  expect(origins).toMatchObject({ channels: 'given', mean: 'given', scale: 'given', grid: 'given' })
})

test('a side branch is never taken for the grid', () => {
  // conv feeds both the embedding and a gate whose map comes last but carries only part of the image.
  const base = smallRecogniser()
  const graph = {
    ...base,
    nodes: [
      ...base.nodes.slice(0, 3),
      node('Gemm', ['features', 'fc'], 'plain'),
      node('Sigmoid', ['conv'], 'gate'),
      node('Reshape', ['gate', 'flat'], 'gateFlat'),
      node('Gemm', ['gateFlat', 'fc'], 'gated'),
      node('Add', ['plain', 'gated'], 'embedding'),
    ],
  }
  expect(inspectRecogniser(graph).contract.grid).toBe('conv')
})

test('the embedding is found among other outputs, and asked for where several fit', () => {
  const base = smallRecogniser()
  const map = { name: 'grid', type: 'float32', shape: ['N', 4, 7, 7] } as const
  expect(inspectRecogniser({ ...base, outputs: [map, ...base.outputs] }).contract.output).toBe('embedding')
  const twins = {
    ...base,
    nodes: [...base.nodes, node('Gemm', ['features', 'fc'], 'second')],
    outputs: [...base.outputs, { name: 'second', type: 'float32', shape: ['N', 32] } as const],
  }
  expect(() => inspectRecogniser(twins)).toThrow(/--output/)
  expect(inspectRecogniser(twins, { output: 'second' }).contract.output).toBe('second')
})

test.each([
  ['one plane', smallRecogniser({ input: ['N', 1, 112, 112] }), /"x" float32 \[N, 1, 112, 112\]/],
  ['not square', smallRecogniser({ input: ['N', 3, 112, 96] }), /square/],
  ['planes last', smallRecogniser({ input: ['N', 112, 112, 3] }), /NHWC/],
  ['too short an output', smallRecogniser({ dimensions: 2 }), /"embedding" float32 \[N, 2\]/],
  [
    'a map as output',
    { ...smallRecogniser(), outputs: [{ name: 'grid', type: 'float32' as const, shape: ['N', 4, 7, 7] }] },
    /None of its outputs/,
  ],
  [
    'no map before the embedding',
    {
      ...smallRecogniser(),
      nodes: [node('Reshape', ['x', 'flat'], 'features'), node('Gemm', ['features', 'all'], 'embedding')],
      initializers: new Map([...smallRecogniser().initializers, ['all', noise([3 * 112 * 112, 32], 1)]]),
    },
    /no feature grid/,
  ],
])('refuses %s with what was found', (_, graph, message) => {
  let error: unknown
  try {
    inspectRecogniser(graph)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'E_MODEL_SHAPE', message: expect.stringMatching(message) })
})

test.each([
  [{ size: 96 }, /--size/],
  [{ input: 'y' }, /no input "y"/],
  [{ grid: 'nowhere' }, /"nowhere"/],
  [{ grid: 'features' }, /no square map/],
  [{ dimensions: 128 }, /32 numbers, not 128/],
])('refuses a given fact that the graph contradicts: %o', (given, message) => {
  expect(() => inspectRecogniser(smallRecogniser(), given)).toThrow(message)
})

test('the shape of one input can be set', () => {
  const graph = withInputShape(smallRecogniser({ input: ['N', 3, 'H', 'W'] }), 'x', ['N', 3, 112, 112])
  expect(graph.inputs[0]!.shape).toEqual(['N', 3, 112, 112])
})
