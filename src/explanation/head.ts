import type { RecogniserContract } from '../models/contract.ts'
import { extract } from '../onnx/edit.ts'
import type { Graph, Node } from '../onnx/graph.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { float32, sizeOf } from '../onnx/tensor.ts'

/** The part of a recogniser after its last feature grid. */
export type Head = {
  /** True when the embedding is a linear function of the grid plus a constant, so that parts add up exactly. */
  readonly affine: boolean
  /** The network's output for an all-zero grid: the constant that no cell of the face accounts for. */
  readonly constant: Float32Array
}

/** Looks at the head's operators, and runs it once on an empty grid. */
export const readHead = async (
  runtime: Runtime,
  graph: Graph,
  contract: RecogniserContract,
): Promise<Head> => {
  const head = extract(graph, { inputs: [contract.grid], outputs: [contract.output] })
  const shape = head.inputs[0]!.shape.map((dim, axis) => (axis === 0 ? 1 : (dim as number)))
  const session = await runtime.load(head)
  const zeros = float32(new Float32Array(sizeOf(shape)), shape)
  const result = await session.run({ [contract.grid]: zeros })
  await session.release()
  return { affine: isAffine(head), constant: result[contract.output]!.data as Float32Array }
}

// --- internal ---

/** Operators that are affine in their first input as long as the other inputs are constants. */
const AFFINE = new Set(
  'Conv Gemm MatMul BatchNormalization Add Sub Mul Div Reshape Flatten Squeeze Unsqueeze Transpose Identity Dropout GlobalAveragePool AveragePool ReduceMean ReduceSum'.split(
    ' ',
  ),
)

const isAffine = (head: Graph): boolean => {
  const depends = new Set(head.inputs.map(({ name }) => name))
  return head.nodes.every(node => {
    const moving = node.inputs.filter(name => depends.has(name))
    if (moving.length === 0) return true
    for (const name of node.outputs) depends.add(name)
    return AFFINE.has(node.op) && moving.length === 1 && inPlace(node, moving[0]!)
  })
}

/** The moving input has to be the first, except where the order does not matter; nothing may be divided by it. */
const inPlace = (node: Node, moving: string): boolean =>
  node.inputs[0] === moving || ['Add', 'Sub', 'Mul', 'MatMul'].includes(node.op)
