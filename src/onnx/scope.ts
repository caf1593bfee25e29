import { XfmrError } from '../errors.ts'
import type { Dim, Graph, Node } from './graph.ts'
import { rules } from './ops/index.ts'
import type { ElementType, Tensor } from './tensor.ts'

export type ValueType = { readonly type: ElementType; readonly shape: readonly Dim[] }

/**
 * What is statically known about the values of a graph under construction: types, shapes, constants, and
 * the contents of small integer vectors that hold shapes (these may mix numbers with symbolic lengths).
 */
export type Scope = {
  typeOf(name: string): ValueType
  shapeOf(name: string): readonly Dim[]
  has(name: string): boolean
  /** The constant behind a name, if it is one. */
  constant(name: string): Tensor | undefined
  /** The integers behind a name, if known: a constant, or a shape computed from shapes. */
  integers(name: string): readonly Dim[] | undefined
  setIntegers(name: string, values: readonly Dim[]): void
  /** Infers the outputs of a node and makes them known. */
  add(node: Node): void
  addConstant(name: string, tensor: Tensor): void
  addInput(name: string, value: ValueType): void
}

/** A scope that knows the graph's inputs, constants and nodes. */
export const scopeOf = (graph: Graph): Scope => {
  const scope = emptyScope()
  for (const { name, type, shape } of graph.inputs) scope.addInput(name, { type, shape })
  for (const [name, tensor] of graph.initializers) scope.addConstant(name, tensor)
  for (const node of graph.nodes) scope.add(node)
  return scope
}

export const emptyScope = (): Scope => {
  const types = new Map<string, ValueType>()
  const constants = new Map<string, Tensor>()
  const integers = new Map<string, readonly Dim[]>()

  const typeOf = (name: string): ValueType => {
    const type = types.get(name)
    if (!type)
      throw new XfmrError('E_MODEL_INVALID', `The graph uses the value "${name}" before it is computed.`)
    return type
  }

  const scope: Scope = {
    typeOf,
    shapeOf: name => typeOf(name).shape,
    has: name => types.has(name),
    constant: name => constants.get(name),
    integers: name => integers.get(name),
    setIntegers: (name, values) => void integers.set(name, values),
    add: node => {
      const rule = rules.get(node.op)
      if (!rule || node.domain) throw unsupported(node, 'xfmr does not know how to work out its output shape')
      const outputs = inferred(() => rule.infer(node, scope), node)
      node.outputs.forEach((name, index) => {
        const output = outputs[index]
        if (name && output) types.set(name, output)
      })
    },
    addConstant: (name, tensor) => {
      types.set(name, { type: tensor.type, shape: tensor.dims })
      constants.set(name, tensor)
      if ((tensor.type === 'int64' || tensor.type === 'int32') && tensor.data.length <= 64) {
        integers.set(name, Array.from(tensor.data as ArrayLike<number | bigint>, Number))
      }
    },
    addInput: (name, value) => void types.set(name, value),
  }
  return scope
}

/** The error for an operator that a transformation can't handle, naming operator and node. */
export const unsupported = (node: Node, why: string): XfmrError => {
  const name = node.name || node.outputs[0]
  const op = node.domain ? `${node.domain}.${node.op}` : node.op
  return new XfmrError('E_UNSUPPORTED_OP', `Operator ${op} (node "${name}"): ${why}.`, {
    details: { op: node.op, node: name, ...(node.domain ? { domain: node.domain } : {}) },
  })
}

// --- internal ---

/** Rules trust that a node is well formed; one that is not makes them fail in unforeseen ways. */
const inferred = (infer: () => (ValueType | undefined)[], node: Node): (ValueType | undefined)[] => {
  try {
    return infer()
  } catch (cause) {
    if (cause instanceof XfmrError) throw cause
    const name = node.name || node.outputs[0]
    throw new XfmrError('E_MODEL_INVALID', `Operator ${node.op} (node "${name}") is malformed.`, { cause })
  }
}
