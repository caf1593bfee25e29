import type { RecogniserContract } from '../../models/contract.ts'
import { buildOn, emptyGraph } from '../../onnx/builder.ts'
import type { Graph } from '../../onnx/graph.ts'
import { float32 } from '../../onnx/tensor.ts'

/**
 * The model file of a counterpart: the recogniser's embedding [N, D] times a matrix, as `unmasked` [N, D] like that of a correction.
 * @param matrix [D, D], row by row.
 * @param owner Tags of the recogniser and of the correction that it belongs to.
 */
export const counterpartGraph = (
  matrix: Float32Array,
  { output, dimensions }: Pick<RecogniserContract, 'output' | 'dimensions'>,
  owner: string,
): Graph => {
  const weight = float32(matrix, [dimensions, dimensions])
  const build = buildOn({
    ...emptyGraph(`counterpart for ${owner}`, 17),
    initializers: new Map([['weight', weight]]),
  })
  const embedding = build.input(output, { type: 'float32', shape: ['N', dimensions] })
  build.alias(build.op('MatMul', [embedding, 'weight']), 'unmasked')
  return build.finish(['unmasked'])
}
