import { describe, expect, it } from 'vitest'
import { differentiate, gradientName } from '../../onnx/differentiate.ts'
import type { Graph, Node } from '../../onnx/graph.ts'
import { nodeRuntime } from '../../onnx/node.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import { relevanceRules } from './_lrp-rules.ts'

const node = (op: string, inputs: string[], output: string): Node => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes: {},
})

/** Relevance of values when the output's is 1. */
const relevance = async (
  nodes: readonly Node[],
  shape: readonly number[],
  x: readonly number[],
  weights: Readonly<Record<string, Tensor>>,
  wrt: readonly string[],
  gamma: number,
): Promise<number[][]> => {
  const graph: Graph = {
    name: 'tiny',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 1, 1, 1] }],
    nodes,
    initializers: new Map(Object.entries(weights)),
  }
  const session = await nodeRuntime().load(
    differentiate(graph, { of: 'y', wrt, rules: relevanceRules(gamma) }),
  )
  const result = await session.run({ x: float32(x, shape) })
  await session.release()
  return wrt.map(name => [...(result[gradientName(name)]!.data as Float32Array)])
}

describe('relevance, worked by hand', () => {
  const weights = { w: float32([3, 1], [1, 2, 1, 1]), b: float32([0.5], [1]) }
  const conv = [node('Conv', ['x', 'w', 'b'], 'y')]

  it('without gamma every input gets its share of the sum', async () => {
    // x w = 3 and -2, b = 0.5, y = 1.5
    const [x, b] = await relevance(conv, [1, 2, 1, 1], [1, -2], weights, ['x', 'b'], 0)
    expect(x![0]).toBeCloseTo(2, 5)
    expect(x![1]).toBeCloseTo(-4 / 3, 5)
    expect(b![0]).toBeCloseTo(1 / 3, 5)
  })

  it('with gamma shares of the sign of the sum count more', async () => {
    // Above zero: (3 + 0.75), -2 and (0.5 + 0.125) of 1.5 + 0.25 * 3.5 = 2.375.
    const [x, b] = await relevance(conv, [1, 2, 1, 1], [1, -2], weights, ['x', 'b'], 0.25)
    expect(x![0]).toBeCloseTo(3.75 / 2.375, 5)
    expect(x![1]).toBeCloseTo(-2 / 2.375, 5)
    expect(b![0]).toBeCloseTo(0.625 / 2.375, 5)
    expect(x![0]! + x![1]! + b![0]!).toBeCloseTo(1, 5)
  })

  it('and of a sum below zero those below zero', async () => {
    // x w = -3 and 1, b = 0.5, y = -1.5: (-3 - 0.75), 1 and 0.5 of -1.5 - 0.75 = -2.25.
    const [x, b] = await relevance(conv, [1, 2, 1, 1], [-1, 1], weights, ['x', 'b'], 0.25)
    expect(x![0]).toBeCloseTo(3.75 / 2.25, 5)
    expect(x![1]).toBeCloseTo(-1 / 2.25, 5)
    expect(b![0]).toBeCloseTo(-0.5 / 2.25, 5)
  })

  it('a shortcut takes its share, and rectifiers hand on what they get', async () => {
    // c = 2 x = 4, PReLU leaves it, y = 4 + 2: both ways lead to x.
    const nodes = [
      node('Conv', ['x', 'w'], 'c'),
      node('PRelu', ['c', 's'], 'p'),
      node('Add', ['p', 'x'], 'y'),
    ]
    const constants = { w: float32([2], [1, 1, 1, 1]), s: float32([0.1], [1, 1, 1]) }
    const [p, x] = await relevance(nodes, [1, 1, 1, 1], [2], constants, ['p', 'x'], 0.25)
    expect(p![0]).toBeCloseTo(4 / 6, 5)
    expect(x![0]).toBeCloseTo(1, 5)
  })

  it('a product of two changing values has no shares', async () => {
    const nodes = [node('PRelu', ['x', 's'], 'p'), node('Mul', ['p', 'x'], 'y')]
    const constants = { s: float32([0.1], [1, 1, 1]) }
    await expect(relevance(nodes, [1, 1, 1, 1], [2], constants, ['x'], 0)).rejects.toMatchObject({
      code: 'E_UNSUPPORTED_OP',
      message: expect.stringContaining('Mul'),
    })
  })
})
