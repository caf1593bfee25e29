import type { RecogniserContract } from '../src/models/contract.ts'
import { buildOn, emptyGraph } from '../src/onnx/builder.ts'
import { extract } from '../src/onnx/edit.ts'
import type { Graph } from '../src/onnx/graph.ts'
import { float32 } from '../src/onnx/tensor.ts'
import { networkOf } from '../src/recognition/recogniser.ts'
import { noise } from './graphs.ts'

/** The part of a recogniser after one of its values, as a correction: what it computes is what the recogniser does. */
export const copyFrom = (graph: Graph, contract: RecogniserContract, start: string, tag: string): Graph => {
  const keep = start === contract.input ? [] : [start]
  const part = extract(networkOf(graph, contract, keep), { inputs: [start], outputs: [contract.output] })
  const rename = (name: string): string => (name === contract.output ? 'unmasked' : name)
  return {
    ...part,
    name: `unmask/copy for ${tag}`,
    outputs: part.outputs.map(output => ({ ...output, name: rename(output.name) })),
    nodes: part.nodes.map(node => ({ ...node, outputs: node.outputs.map(rename) })),
  }
}

/** A linear layer behind the embedding: the identity plus `turn` times noise. */
export const linearCorrection = (
  { output, dimensions }: RecogniserContract,
  tag: string,
  { turn = 0, bias = 0 }: { turn?: number; bias?: number } = {},
): Graph => {
  const build = buildOn(emptyGraph(`unmask/linear for ${tag}`, 17))
  build.input(output, { type: 'float32', shape: ['N', dimensions] })
  const weights = Float32Array.from(
    noise([dimensions, dimensions], 5).data as Float32Array,
    (value, i) => (Math.floor(i / dimensions) === i % dimensions ? 1 : 0) + turn * value,
  )
  const shift = (noise([dimensions], 6).data as Float32Array).map(value => bias * value)
  build.alias(
    build.op('Gemm', [
      output,
      build.constant(float32(weights, [dimensions, dimensions])),
      build.constant(float32(shift, [dimensions])),
    ]),
    'unmasked',
  )
  return build.finish(['unmasked'])
}

/** The shape of the EUM: makes the embedding a unit vector, then linear, leaky ReLU, linear. */
export const eumCorrection = ({ output, dimensions }: RecogniserContract, tag: string): Graph => {
  const build = buildOn(emptyGraph(`unmask/eum for ${tag}`, 17))
  build.input(output, { type: 'float32', shape: ['N', dimensions] })
  const squares = build.op('ReduceSum', [build.op('Mul', [output, output]), build.integers([1])])
  const unit = build.op('Div', [output, build.op('Sqrt', [squares])])
  const hidden = build.op('LeakyRelu', [build.op('Gemm', [unit, build.constant(noise([dimensions, 64], 7))])])
  build.alias(build.op('Gemm', [hidden, build.constant(noise([64, dimensions], 8))]), 'unmasked')
  return build.finish(['unmasked'])
}
