import { XfmrError } from '../errors.ts'
import type { Attributes, Dim, Graph, Node } from './graph.ts'
import { type Scope, scopeOf, type ValueType } from './scope.ts'
import { float32, int64, scalar, sizeOf, type Tensor } from './tensor.ts'

/**
 * Adds nodes to a graph. Knows the shape of everything it has added, so that gradient rules can be written
 * in terms of static shapes.
 */
export type Builder = {
  readonly scope: Scope
  shapeOf(name: string): readonly Dim[]
  /** Adds a node with one output and returns that output's name. */
  op(op: string, inputs: readonly string[], attributes?: Attributes): string
  /** Adds a node with several outputs and returns their names. */
  ops(op: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[]
  constant(tensor: Tensor): string
  /** A scalar float constant. */
  number(value: number): string
  /** A one-dimensional int64 constant. */
  integers(values: readonly number[]): string
  /** Sums over the axes along which `name` was broadcast from `shape`, so that the result has that shape. */
  reduceTo(name: string, shape: readonly Dim[]): string
  /** Reshapes to a shape of which at most one length is symbolic. */
  reshape(name: string, shape: readonly Dim[]): string
  /** Zeros in the shape of another value. */
  zerosLike(name: string): string
  /** Adds an input to the graph. */
  input(name: string, value: ValueType): string
  /** Makes the next version of a forward node compute a further output, and returns its name. */
  extraOutput(node: Node, index: number): string
  /** Gives an extra name to a value. */
  alias(name: string, as: string): void
  finish(outputs: readonly string[]): Graph
}

/** Starts from an existing graph, whose nodes come first. */
export const buildOn = (graph: Graph): Builder => {
  const scope = scopeOf(graph)
  const nodes: Node[] = [...graph.nodes]
  const initializers = new Map(graph.initializers)
  const inputs = [...graph.inputs]
  const constants = new Map<string, string>()
  let counter = 0

  const fresh = (stem: string): string => {
    let name: string
    do name = `xfmr/${stem}_${counter++}`
    while (scope.has(name))
    return name
  }

  const add = (node: Node): void => {
    nodes.push(node)
    scope.add(node)
  }

  const ops: Builder['ops'] = (op, names, count, attributes = {}) => {
    const outputs = Array.from({ length: count }, () => fresh(op))
    add({ op, name: outputs[0]!, inputs: names, outputs, attributes })
    return outputs
  }

  const op: Builder['op'] = (name, names, attributes) => ops(name, names, 1, attributes)[0]!

  const constant: Builder['constant'] = tensor => {
    // Small constants (axes, shapes, scalars) recur at almost every node: keep one copy of each.
    const key = tensor.data.length <= 8 ? `${tensor.type}|${tensor.dims}|${tensor.data}` : undefined
    const existing = key === undefined ? undefined : constants.get(key)
    if (existing !== undefined) return existing
    const name = fresh('const')
    initializers.set(name, tensor)
    scope.addConstant(name, tensor)
    if (key !== undefined) constants.set(key, name)
    return name
  }

  const builder: Builder = {
    scope,
    shapeOf: name => scope.shapeOf(name),
    op,
    ops,
    constant,
    number: value => constant(scalar(value)),
    integers: values => constant(int64(values)),
    reduceTo: (name, target) => {
      const shape = scope.shapeOf(name)
      const lead = shape.length - target.length
      const axes = shape.flatMap((dim, axis) =>
        axis < lead || (target[axis - lead] === 1 && dim !== 1) ? [axis] : [],
      )
      if (axes.length === 0) return name
      const summed = op('ReduceSum', [name, builder.integers(axes)], { keepdims: { type: 'int', value: 1 } })
      if (lead === 0) return summed
      return op('Squeeze', [summed, builder.integers(Array.from({ length: lead }, (_, axis) => axis))])
    },
    reshape: (name, shape) => {
      const from = scope.shapeOf(name)
      if (from.length === shape.length && from.every((dim, axis) => dim === shape[axis])) return name
      const symbolic = shape.filter(dim => typeof dim === 'string')
      // With several unknown lengths, those that did not move are copied with 0.
      const sizes = shape.map((dim, axis) => {
        if (typeof dim === 'number') return dim
        return symbolic.length > 1 && from[axis] === dim ? 0 : -1
      })
      if (sizes.filter(size => size === -1).length > 1) {
        throw new XfmrError(
          'E_MODEL_SHAPE',
          `[${from}] can't be brought to [${shape}]: too many open lengths.`,
        )
      }
      return op('Reshape', [name, builder.integers(sizes)])
    },
    zerosLike: name => op('Expand', [builder.number(0), op('Shape', [name])]),
    input: (name, value) => {
      if (scope.has(name)) throw taken(name)
      inputs.push({ name, ...value })
      scope.addInput(name, value)
      return name
    },
    extraOutput: (node, index) => {
      const position = nodes.findIndex(candidate => candidate.outputs[0] === node.outputs[0])
      const current = nodes[position]!
      const existing = current.outputs[index]
      if (existing) return existing
      const outputs = Array.from(
        { length: index + 1 },
        (_, i) => current.outputs[i] ?? (i === index ? fresh(node.op) : ''),
      )
      nodes[position] = { ...current, outputs }
      scope.add(nodes[position])
      return outputs[index]!
    },
    alias: (name, as) => {
      if (scope.has(as)) throw taken(as)
      add({ op: 'Identity', name: as, inputs: [name], outputs: [as], attributes: {} })
    },
    finish: outputs => ({
      ...graph,
      inputs,
      nodes,
      initializers,
      outputs: outputs.map(name => ({ name, ...scope.typeOf(name) })),
    }),
  }
  return builder
}

/** An empty graph to build on. */
export const emptyGraph = (name: string, opset: number): Graph => ({
  name,
  opset,
  inputs: [],
  outputs: [],
  nodes: [],
  initializers: new Map(),
})

/** A float constant filled with one value. */
export const filled = (value: number, dims: readonly number[]): Tensor =>
  float32(new Float32Array(sizeOf(dims)).fill(value), dims)

// --- internal ---

const taken = (name: string): XfmrError =>
  new XfmrError('E_MODEL_INVALID', `The graph already has a value named "${name}".`)
