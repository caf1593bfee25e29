import { describe, expect, it } from 'vitest'
import { copyFrom, eumCorrection, linearCorrection } from '../../test/corrections.ts'
import { noise, smallRecogniser } from '../../test/graphs.ts'
import { modelBytes } from '../../test/models.ts'
import { runtime } from '../../test/run.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { inspectRecogniser } from '../models/inspect.ts'
import type { Graph } from '../onnx/graph.ts'
import { readModel } from '../onnx/proto.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { networkOf } from './recogniser.ts'
import { withCorrection } from './unmask.ts'

const graph = smallRecogniser()
const contract: RecogniserContract = {
  ...inspectRecogniser(graph).contract,
  channels: 'rgb',
  mean: 127.5,
  scale: 1 / 127.5,
}
const TAG = 'small:12345678'
const face = noise([1, 3, 112, 112], 9)

const outputsOf = async (network: Graph, names: readonly string[], x: Tensor = face) => {
  const session = await runtime.load(network)
  const results = await session.run({ [network.inputs[0]!.name]: x }, names)
  await session.release()
  return names.map(name => results[name]!.data as Float32Array)
}

describe('withCorrection', () => {
  it('a copy of the rest of the recogniser changes nothing, wherever it starts', async () => {
    const [embedding, grid] = await outputsOf(networkOf(graph, contract), ['embedding', 'grid'])
    for (const [start, expected] of [
      ['x', 'unmask/grid'],
      ['conv', 'unmask/grid'],
      ['grid', 'grid'],
      ['features', 'grid'],
    ]) {
      const corrected = withCorrection(graph, contract, copyFrom(graph, contract, start!, TAG))
      expect(corrected.contract).toEqual({ ...contract, output: 'unmask/unmasked', grid: expected })
      const [vector, map] = await outputsOf(corrected.graph, ['unmask/unmasked', expected!])
      expect(vector).toEqual(embedding)
      expect(map).toEqual(grid)
    }
  })

  it('keeps nothing that nobody needs', () => {
    const corrected = withCorrection(graph, contract, copyFrom(graph, contract, 'x', TAG))
    expect(corrected.graph.nodes.map(({ outputs }) => outputs[0])).toEqual([
      'unmask/conv',
      'unmask/grid',
      'unmask/features',
      'unmask/unmasked',
    ])
    expect([...corrected.graph.initializers.keys()].every(name => name.startsWith('unmask/'))).toBe(true)
  })

  it('works behind the embedding: y = W z + b as by hand', async () => {
    const correction = linearCorrection(contract, TAG, { turn: 0.5, bias: 2 })
    const corrected = withCorrection(graph, contract, correction)
    expect(corrected.contract.grid).toBe('grid')
    const [z] = await outputsOf(networkOf(graph, contract), ['embedding'])
    const [y] = await outputsOf(corrected.graph, ['unmask/unmasked'])
    const [weights, bias] = [...correction.initializers.values()].map(({ data }) => data as Float32Array)
    y!.forEach((value, column) => {
      let sum = bias![column]!
      z!.forEach((input, row) => {
        sum += input * weights![row * contract.dimensions + column]!
      })
      expect(value).toBeCloseTo(sum, 4)
    })
  })

  it('finds the grid of a correction that has another one', () => {
    const { nodes, ...part } = copyFrom(graph, contract, 'conv', TAG)
    const other = (name: string): string => (name === 'grid' ? 'other' : name)
    const renamed = nodes.map(node => ({
      ...node,
      inputs: node.inputs.map(other),
      outputs: node.outputs.map(other),
    }))
    const corrected = withCorrection(graph, contract, { ...part, nodes: renamed })
    expect(corrected.contract.grid).toBe('unmask/other')
  })

  it('has the right places in the default recogniser', async () => {
    const network = readModel(await modelBytes('mobilefacenet'))
    const found = inspectRecogniser(network).contract
    const facts = { ...found, channels: 'bgr', mean: 127.5, scale: 1 / 127.5 } as const
    for (const [start, grid] of [
      ['input', 'unmask/507'],
      ['471', 'unmask/507'],
      ['503', 'unmask/507'],
      ['507', '507'],
      ['662', '507'],
    ]) {
      const corrected = withCorrection(network, facts, copyFrom(network, facts, start!, TAG))
      expect(corrected.contract.grid).toBe(grid)
    }
    expect(withCorrection(network, facts, eumCorrection(facts, TAG)).contract.grid).toBe('507')
  })

  it.each<[string, (correction: Graph) => Graph, RegExp]>([
    [
      'another start',
      correction => ({ ...correction, inputs: [{ ...correction.inputs[0]!, name: 'z' }] }),
      /"z", which the recogniser does not have/,
    ],
    [
      'another shape',
      correction => ({ ...correction, inputs: [{ ...correction.inputs[0]!, shape: ['N', 4, 14, 14] }] }),
      /"grid" as \[N, 4, 14, 14\], which is \[N, 4, 7, 7\]/,
    ],
    [
      'another name of the output',
      ({ outputs, ...correction }) => ({ ...correction, outputs: [{ ...outputs[0]!, name: 'y' }] }),
      /no output "unmasked" \[N, 32\]/,
    ],
    [
      'another length',
      ({ outputs, ...correction }) => ({ ...correction, outputs: [{ ...outputs[0]!, shape: ['N', 31] }] }),
      /no output "unmasked" \[N, 32\]/,
    ],
    [
      'two inputs',
      correction => ({
        ...correction,
        inputs: [...correction.inputs, { ...correction.inputs[0]!, name: 'x' }],
      }),
      /2 inputs instead of one/,
    ],
  ])('refuses a correction with %s', (_, change, message) => {
    const correction = change(copyFrom(graph, contract, 'grid', TAG))
    expect(() => withCorrection(graph, contract, correction)).toThrow(
      expect.objectContaining({ code: 'E_MODEL_SHAPE', message: expect.stringMatching(message) }),
    )
  })
})
