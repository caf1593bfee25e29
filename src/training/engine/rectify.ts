import type { Graph, Node } from '../../onnx/graph.ts'
import { scalar } from '../../onnx/tensor.ts'
import { upgrade } from '../../onnx/upgrade.ts'

/**
 * Writes PRelu(x) as x * where(x > 0, 1, slope): the factor is also what the gradient needs, so that forward and
 * backward pass share it, and ONNX Runtime's own PRelu takes longer than the three operators together. Same values.
 */
export const separateRectifiers = (graph: Graph): Graph => {
  const current = upgrade(graph)
  if (!current.nodes.some(({ op }) => op === 'PRelu')) return current
  return {
    ...current,
    initializers: new Map([...current.initializers, [ZERO, scalar(0)], [ONE, scalar(1)]]),
    nodes: current.nodes.flatMap(node => (node.op === 'PRelu' ? separated(node) : [node])),
  }
}

// --- internal ---

const ZERO = 'xfmr/rectify/0'
const ONE = 'xfmr/rectify/1'

const separated = ({ inputs, outputs }: Node): Node[] => {
  const [x, slope] = inputs as [string, string]
  const output = outputs[0]!
  const node = (op: string, from: readonly string[], to: string): Node => ({
    op,
    name: to,
    inputs: from,
    outputs: [to],
    attributes: {},
  })
  return [
    node('Greater', [x, ZERO], `${output}/positive`),
    node('Where', [`${output}/positive`, ONE, slope], `${output}/factor`),
    node('Mul', [x, `${output}/factor`], output),
  ]
}
