import { XfmrError } from '../errors.ts'
import { floatOf, floatsOf, int, intOf, intsOf, tensorOf } from './attributes.ts'
import type { Attributes, Graph, Node } from './graph.ts'
import { unsupported } from './scope.ts'
import { float32, int64, scalar, type Tensor } from './tensor.ts'

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
  if (graph.opset >= OPSET && !graph.nodes.some(node => constantOf(node))) return graph
  if (graph.opset < OLDEST) {
    throw new XfmrError(
      'E_UNSUPPORTED_OP',
      `The model uses ONNX operator set ${graph.opset}; xfmr reads ${OLDEST} and newer. Export it again.`,
    )
  }
  const initializers = new Map(graph.initializers)
  const taken = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  const fresh = (stem: string): string => {
    let count = initializers.size
    while (taken.has(`xfmr/${stem}_${count}`) || initializers.has(`xfmr/${stem}_${count}`)) count++
    taken.add(`xfmr/${stem}_${count}`)
    return `xfmr/${stem}_${count}`
  }
  const constant = (tensor: Tensor, stem: string): string => {
    const name = fresh(stem)
    initializers.set(name, tensor)
    return name
  }
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const value = constantOf(node)
    if (value) {
      initializers.set(node.outputs[0]!, value)
      return []
    }
    return node.domain
      ? [node]
      : (REWRITES[node.op]?.(node, { opset: graph.opset, constant, fresh }) ?? [node])
  })
  return { ...graph, opset: Math.max(graph.opset, OPSET), nodes, initializers }
}

// --- internal ---

type Context = {
  readonly opset: number
  constant(tensor: Tensor, stem: string): string
  fresh(stem: string): string
}

/** A node in its newer form, as one node or several; `undefined` when the form is already the new one. */
type Rewrite = (node: Node, context: Context) => readonly Node[] | undefined

/** The value of a Constant node in whichever attribute it is kept (sparse and string constants are left alone). */
const constantOf = (node: Node): Tensor | undefined => {
  if (node.op !== 'Constant' || node.domain) return undefined
  const { value_int, value_ints, value_float, value_floats } = node.attributes
  if (value_int) return int64([intOf(node, 'value_int', 0)], [])
  if (value_ints) return int64(intsOf(node, 'value_ints', []))
  if (value_float) return scalar(floatOf(node, 'value_float', 0))
  if (value_floats) {
    const values = floatsOf(node, 'value_floats', [])
    return float32(values, [values.length])
  }
  return tensorOf(node, 'value', undefined)
}

const only = (attributes: Attributes, ...names: string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes(name)))

/** Moves an attribute that lists integers to the second input. */
const listToInput =
  (attribute: string, since: number, ...kept: string[]): Rewrite =>
  (node, { opset, constant }) => {
    if (opset >= since) return undefined
    const list = intsOf(node, attribute, undefined)
    const inputs = list ? [...node.inputs, constant(int64(list), attribute)] : node.inputs
    return [{ ...node, inputs, attributes: only(node.attributes, ...kept) }]
  }

/**
 * The old forms took the axes from `axis` on as one. So does a matrix that keeps the axes before as its rows; it is
 * the same as the new form only when `axis` is the last.
 */
const softmax: Rewrite = (node, { opset, fresh }) => {
  if (opset >= 13) return undefined
  const axis = intOf(node, 'axis', 1)
  if (axis === -1) return [{ ...node, attributes: { axis: int(-1) } }]
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const [rows, normal, shape] = [fresh('rows'), fresh('rows'), fresh('shape')]
  const step = (op: string, inputs: string[], output: string, attributes: Attributes = {}): Node => ({
    op,
    name: op === node.op ? node.name : output,
    inputs,
    outputs: [output],
    attributes,
  })
  return [
    step('Flatten', [x], rows, { axis: int(axis) }),
    step(node.op, [rows], normal, { axis: int(-1) }),
    step('Shape', [x], shape),
    step('Reshape', [normal, shape], y),
  ]
}

const REWRITES: Record<string, Rewrite | undefined> = {
  Slice: (node, { opset, constant }) => {
    if (opset >= 10) return undefined
    const starts = intsOf(node, 'starts', [])
    const axes = intsOf(
      node,
      'axes',
      starts.map((_, axis) => axis),
    )
    const bounds = [starts, intsOf(node, 'ends', []), axes].map(values => constant(int64(values), 'bounds'))
    return [{ ...node, inputs: [...node.inputs, ...bounds], attributes: {} }]
  },
  Clip: (node, { opset, constant }) => {
    if (opset >= 11) return undefined
    const limits = ['min', 'max'].map(name => {
      const limit = floatOf(node, name, undefined)
      return limit === undefined ? '' : constant(scalar(limit), name)
    })
    return [{ ...node, inputs: [...node.inputs, ...limits], attributes: {} }]
  },
  Pad: (node, { opset, constant }) => {
    if (opset >= 11) return undefined
    const pads = constant(int64(intsOf(node, 'pads', [])), 'pads')
    const value = constant(scalar(floatOf(node, 'value', 0)), 'value')
    return [{ ...node, inputs: [...node.inputs, pads, value], attributes: only(node.attributes, 'mode') }]
  },
  Dropout: (node, { opset }) =>
    opset < 12 ? [{ ...node, outputs: node.outputs.slice(0, 1), attributes: {} }] : undefined,
  Squeeze: listToInput('axes', 13),
  Unsqueeze: listToInput('axes', 13),
  ReduceSum: listToInput('axes', 13, 'keepdims'),
  Split: listToInput('split', 13, 'axis'),
  Softmax: softmax,
  LogSoftmax: softmax,
  BatchNormalization: (node, { opset }) => {
    if (opset >= 14) return undefined
    if (node.outputs.length > 1) throw unsupported(node, 'only the inference form is handled')
    if (intOf(node, 'spatial', 1) === 0) throw unsupported(node, 'only statistics per channel are handled')
    return [{ ...node, attributes: only(node.attributes, 'epsilon', 'momentum') }]
  },
}
