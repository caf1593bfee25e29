import { float } from '../src/onnx/attributes.ts'
import type { Attributes, Dim, Graph, Node } from '../src/onnx/graph.ts'
import { float32, int64, sizeOf, type Tensor } from '../src/onnx/tensor.ts'

type Options = {
  input?: readonly Dim[]
  /** Nodes between the input `x` and the first convolution, which reads the last one's output. */
  head?: readonly Node[]
  weights?: Readonly<Record<string, Tensor>>
  channels?: number
  dimensions?: number
}

/** Weights that look random and are the same every time. */
export const noise = (dims: readonly number[], seed: number): Tensor =>
  float32(
    Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) / 4),
    dims,
  )

export const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = {},
): Node => ({
  op,
  name: output,
  inputs,
  outputs: [output],
  attributes,
})

/** A small face recogniser: stride-16 convolution, PRelu (the grid), flatten, Gemm. Untrained. */
export const smallRecogniser = ({
  input = ['N', 3, 112, 112],
  head = [],
  weights = {},
  channels = 4,
  dimensions = 32,
}: Options = {}): Graph => {
  const planes = typeof input[1] === 'number' ? input[1] : 3
  const start = head.at(-1)?.outputs[0] ?? 'x'
  return {
    name: 'small',
    opset: 13,
    inputs: [{ name: 'x', type: 'float32', shape: input }],
    outputs: [{ name: 'embedding', type: 'float32', shape: [input[0]!, dimensions] }],
    nodes: [
      ...head,
      node('Conv', [start, 'w'], 'conv', { strides: { type: 'ints', value: [16, 16] } }),
      node('PRelu', ['conv', 'slope'], 'grid'),
      node('Reshape', ['grid', 'flat'], 'features'),
      node('Gemm', ['features', 'fc'], 'embedding', { alpha: float(1) }),
    ],
    initializers: new Map<string, Tensor>([
      ['w', noise([channels, planes, 16, 16], 1)],
      ['slope', float32(new Array(channels).fill(0.25), [channels, 1, 1])],
      ['flat', int64([0, -1])],
      ['fc', noise([channels * 49, dimensions], 2)],
      ...Object.entries(weights),
    ]),
  }
}
