import { XfmrError } from '../errors.ts'
import { intOf } from './attributes.ts'
import type { Dim, Graph, Node, ValueInfo } from './graph.ts'
import { type Scope, scopeOf } from './scope.ts'
import { upgrade } from './upgrade.ts'

/**
 * The part of a graph that leads from some values to others. Values named in `inputs` become inputs of the new
 * graph, whatever computed them is dropped, and so are unused nodes and weights. A weight named there becomes an input
 * as well.
 * @throws XfmrError `E_UNKNOWN_LAYER` for a name that is no value of the graph, `E_MODEL_INVALID` when an output
 * also depends on an input that was not named, `E_UNSUPPORTED_OP` for a node of that part, or before it, whose shapes
 * xfmr can't work out.
 */
export const extract = (
  graph: Graph,
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): Graph => {
  const current = upgrade(graph)
  const scope = scopeOf({ ...current, nodes: nodesFor(current, [...inputs, ...outputs]) })
  const value = (name: string): ValueInfo => ({ name, ...known(scope, name) })
  const cut = new Set(inputs)
  const nodes = nodesFor(current, outputs, cut).map(node => withoutOutputs(node, cut))
  const used = new Set([...nodes.flatMap(node => node.inputs), ...outputs])
  const stray = current.inputs.find(({ name }) => used.has(name) && !cut.has(name))
  if (stray) {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `[${outputs}] also depends on the input "${stray.name}", not only on [${inputs}].`,
    )
  }
  return {
    ...current,
    inputs: [...cut].map(value),
    outputs: [...new Set(outputs)].map(value),
    nodes,
    initializers: new Map([...current.initializers].filter(([name]) => used.has(name) && !cut.has(name))),
  }
}

/** The same graph with other outputs; any value can be one. Nodes that no output needs are dropped. */
export const withOutputs = (graph: Graph, outputs: readonly string[]): Graph =>
  extract(graph, { inputs: graph.inputs.map(({ name }) => name), outputs })

/**
 * The same graph with another shape of one input, for instance a fixed image size where the file leaves it open.
 * @throws XfmrError `E_UNKNOWN_LAYER` when the graph has no such input.
 */
export const withInputShape = (graph: Graph, name: string, shape: ValueInfo['shape']): Graph => {
  if (!graph.inputs.some(input => input.name === name)) {
    throw new XfmrError('E_UNKNOWN_LAYER', `The model has no input named "${name}".`)
  }
  return {
    ...graph,
    inputs: graph.inputs.map(input => (input.name === name ? { ...input, shape } : input)),
  }
}

/**
 * Replaces a fixed batch of one by a batch of any size, named `N`. Graphs with a free batch stay as they are.
 * @throws XfmrError `E_MODEL_SHAPE` when the batch is fixed to more than one, or when an output does not grow with it.
 */
export const dynamicBatch = (graph: Graph): Graph => {
  const current = upgrade(graph)
  if (current.inputs.every(({ shape }) => typeof shape[0] === 'string')) return current
  const inputs = current.inputs.map(input => ({ ...input, shape: opened(input) }))
  const initializers = new Map(current.initializers)
  const fixedShapes = scopeOf(current)
  const nodes = current.nodes.map(node => {
    const target = openTarget(node, fixedShapes)
    if (!target) return node
    // Another node may share the old target, so that the new one gets a name of its own.
    const name = `xfmr/batch_${node.outputs[0]}`
    initializers.set(name, { type: 'int64', dims: [target.length], data: target })
    return { ...node, inputs: [node.inputs[0]!, name] }
  })
  const open: Graph = { ...current, inputs, nodes, initializers }
  const scope = scopeOf(open)
  const outputs = open.outputs.map(({ name }) => ({ name, ...scope.typeOf(name) }))
  const stuck = outputs.find(({ shape }) => shape[0] !== BATCH)
  if (stuck) {
    throw new XfmrError(
      'E_MODEL_SHAPE',
      `This model only takes one image at a time: output "${stuck.name}" keeps the shape [${stuck.shape}].`,
    )
  }
  return withoutUnused({ ...open, outputs })
}

/** Drops the nodes and weights that no output needs. */
export const withoutUnused = (graph: Graph): Graph => {
  const outputs = graph.outputs.map(({ name }) => name)
  const nodes = nodesFor(graph, outputs)
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...outputs])
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => used.has(name))),
  }
}

/** The nodes that compute `outputs`, in order, without looking behind the values in `cut`. */
export const nodesFor = (
  graph: Graph,
  outputs: readonly string[],
  cut: ReadonlySet<string> = new Set(),
): Node[] => {
  const needed = new Set(outputs.filter(name => !cut.has(name)))
  const kept: Node[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some(name => needed.has(name))) continue
    kept.push(node)
    for (const name of node.inputs) if (name && !cut.has(name)) needed.add(name)
  }
  return kept.reverse()
}

// --- internal ---

const BATCH = 'N'

const known = (scope: Scope, name: string) => {
  if (!scope.has(name)) throw new XfmrError('E_UNKNOWN_LAYER', `The model has no value named "${name}".`)
  return scope.typeOf(name)
}

/** A node of which one output is cut and another needed keeps both, but may not define the cut name again. */
const withoutOutputs = (node: Node, cut: ReadonlySet<string>): Node =>
  node.outputs.some(name => cut.has(name))
    ? { ...node, outputs: node.outputs.map(name => (cut.has(name) ? `xfmr/unused_${name}` : name)) }
    : node

const opened = ({ name, shape }: ValueInfo): readonly Dim[] => {
  if (shape[0] === 1) return shape.with(0, BATCH)
  if (typeof shape[0] === 'string') return shape
  throw new XfmrError(
    'E_MODEL_SHAPE',
    `The input "${name}" has the fixed shape [${shape}], not a batch of one.`,
  )
}

/**
 * A shape written down at export time starts with the batch of one; 0 copies the real batch instead. `undefined` when a
 * node's target need not change.
 */
const openTarget = ({ op, inputs, ...node }: Node, scope: Scope): BigInt64Array | undefined => {
  if (op !== 'Reshape' || intOf(node, 'allowzero', 0)) return undefined
  const target = scope.constant(inputs[1]!)?.data as BigInt64Array | undefined
  if (target?.[0] !== 1n || scope.shapeOf(inputs[0]!)[0] !== 1) return undefined
  return target.with(0, 0n)
}
