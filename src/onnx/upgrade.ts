import { XfmrError } from '../errors.ts'
import { floatOf, int, intOf, intsOf, tensorOf } from './attributes.ts'
import type { Attributes, Graph, Node } from './graph.ts'
import { scopeOf, unsupported } from './scope.ts'
import { int64, scalar, type Tensor } from './tensor.ts'

/** Operator set that every transformed graph has at least. */
const OPSET = 17
/** Before this set, broadcasting followed other rules. */
const OLDEST = 7

/**
 * Rewrites a graph to operator set 17 (newer ones stay as they are), so that each operator has one form:
 * axes, bounds and limits as inputs. Constant nodes become initializers.
 * @throws XfmrError `E_UNSUPPORTED_OP` for operator sets before 7 (ONNX 1.2, 2018).
 */
export const upgrade = (graph: Graph): Graph => {
  if (graph.opset >= OPSET && !graph.nodes.some(isConstant)) return graph
  if (graph.opset < OLDEST) {
    throw new XfmrError(
      'E_UNSUPPORTED_OP',
      `The model uses ONNX operator set ${graph.opset}; xfmr reads ${OLDEST} and newer. Export it again.`,
    )
  }
  const initializers = new Map(graph.initializers)
  const constant = (tensor: Tensor, stem: string): string => {
    const name = `xfmr/${stem}_${initializers.size}`
    initializers.set(name, tensor)
    return name
  }
  const rank = rankFinder(graph)
  const nodes = graph.nodes.flatMap((node): Node[] => {
    if (isConstant(node)) {
      initializers.set(node.outputs[0]!, tensorOf(node, 'value', undefined)!)
      return []
    }
    return node.domain ? [node] : [modernise(node, graph.opset, constant, rank)]
  })
  return { ...graph, opset: Math.max(graph.opset, OPSET), nodes, initializers }
}

// --- internal ---

const isConstant = (node: Node): boolean =>
  node.op === 'Constant' && tensorOf(node, 'value', undefined) !== undefined

type MakeConstant = (tensor: Tensor, stem: string) => string

const modernise = (
  node: Node,
  opset: number,
  constant: MakeConstant,
  rank: (name: string) => number,
): Node => {
  const { op } = node
  if (opset < 10 && op === 'Slice') {
    const starts = intsOf(node, 'starts', [])
    const ends = intsOf(node, 'ends', [])
    const axes = intsOf(
      node,
      'axes',
      starts.map((_, axis) => axis),
    )
    const bounds = [starts, ends.map(end => Math.min(end, 2 ** 31 - 1)), axes].map(values =>
      constant(int64(values), 'bounds'),
    )
    return { ...node, inputs: [...node.inputs, ...bounds], attributes: {} }
  }
  if (opset < 11 && op === 'Clip') {
    const limits = [floatOf(node, 'min', -3.4e38), floatOf(node, 'max', 3.4e38)]
    return {
      ...node,
      inputs: [...node.inputs, ...limits.map(limit => constant(scalar(limit), 'limit'))],
      attributes: {},
    }
  }
  if (opset < 11 && op === 'Pad') {
    const pads = constant(int64(intsOf(node, 'pads', [])), 'pads')
    const value = constant(scalar(floatOf(node, 'value', 0)), 'value')
    return { ...node, inputs: [...node.inputs, pads, value], attributes: only(node.attributes, 'mode') }
  }
  if (opset < 12 && op === 'Dropout') return { ...node, outputs: node.outputs.slice(0, 1), attributes: {} }
  if (opset < 13 && (op === 'Squeeze' || op === 'Unsqueeze' || op === 'ReduceSum')) {
    const axes = intsOf(node, 'axes', undefined)
    const inputs = axes ? [...node.inputs, constant(int64(axes), 'axes')] : node.inputs
    return { ...node, inputs, attributes: only(node.attributes, 'keepdims') }
  }
  if (opset < 13 && op === 'Split') {
    const split = intsOf(node, 'split', undefined)
    const inputs = split ? [...node.inputs, constant(int64(split), 'split')] : node.inputs
    return { ...node, inputs, attributes: only(node.attributes, 'axis') }
  }
  if (opset < 13 && (op === 'Softmax' || op === 'LogSoftmax')) {
    const axis = intOf(node, 'axis', 1)
    // The old form normalised over all axes from `axis` on; that is the new form only at the last axis.
    const last = rank(node.inputs[0]!) - 1
    if (axis !== -1 && axis !== last)
      throw unsupported(node, `operator set ${opset} with an axis before the last`)
    return { ...node, attributes: { axis: int(last) } }
  }
  if (opset < 14 && op === 'BatchNormalization') {
    if (node.outputs.length > 1) throw unsupported(node, 'only the inference form is handled')
    return { ...node, attributes: only(node.attributes, 'epsilon', 'momentum') }
  }
  return node
}

const only = (attributes: Attributes, ...names: string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)))

/** Ranks are needed by very few old nodes; infer shapes (of the part before them) only then. */
const rankFinder =
  (graph: Graph) =>
  (name: string): number => {
    const end = graph.nodes.findIndex(({ outputs }) => outputs.includes(name))
    return scopeOf(upgrade({ ...graph, nodes: graph.nodes.slice(0, end + 1) })).shapeOf(name).length
  }
