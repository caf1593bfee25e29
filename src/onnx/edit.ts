import { XfmrError } from '../errors.ts'
import type { Graph, Node, ValueInfo } from './graph.ts'
import { scopeOf, type ValueType } from './scope.ts'
import { inferShapes } from './shapes.ts'
import { upgrade } from './upgrade.ts'

/**
 * The part of a graph that leads from some values to others. Values named in `inputs` become inputs of the new
 * graph, whatever computed them is dropped, and so are unused nodes and weights.
 * @throws XfmrError `E_UNKNOWN_LAYER` for a name that is no value of the graph, `E_MODEL_INVALID` when an output
 * also depends on an input that was not named.
 */
export const extract = (
  graph: Graph,
  { inputs, outputs }: { inputs: readonly string[]; outputs: readonly string[] },
): Graph => {
  const current = upgrade(graph)
  const types = inferShapes(current)
  const value = (name: string): ValueInfo => ({ name, ...typeOf(types, name) })
  const cut = new Set(inputs)
  const nodes = nodesFor(current, outputs, cut)
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
    inputs: inputs.map(value),
    outputs: outputs.map(value),
    nodes,
    initializers: new Map([...current.initializers].filter(([name]) => used.has(name) && !cut.has(name))),
  }
}

/** The same graph with other outputs; any value can be one. Nodes that no output needs are dropped. */
export const withOutputs = (graph: Graph, outputs: readonly string[]): Graph =>
  extract(graph, { inputs: graph.inputs.map(({ name }) => name), outputs })

/** Replaces a fixed batch of one by a batch of any size, named `N`. Graphs with a free batch stay as they are. */
export const dynamicBatch = (graph: Graph): Graph => {
  const current = upgrade(graph)
  if (current.inputs.every(({ shape }) => typeof shape[0] === 'string')) return current
  const inputs = current.inputs.map(input => ({ ...input, shape: ['N', ...input.shape.slice(1)] }))
  const initializers = new Map(current.initializers)
  const fixedShapes = scopeOf(current)
  // A shape written down at export time starts with the batch of one: 0 copies the real batch instead.
  for (const { op, inputs: names } of current.nodes) {
    const target = op === 'Reshape' ? initializers.get(names[1]!) : undefined
    if (target && target.data[0] === 1n && fixedShapes.shapeOf(names[0]!)[0] === 1) {
      const data = BigInt64Array.from(target.data as BigInt64Array)
      data[0] = 0n
      initializers.set(names[1]!, { ...target, data })
    }
  }
  const open: Graph = { ...current, inputs, initializers }
  const scope = scopeOf(open)
  const outputs = open.outputs.map(({ name }) => ({ name, ...scope.typeOf(name) }))
  const stuck = outputs.find(({ shape }) => shape[0] !== 'N')
  if (stuck) {
    throw new XfmrError(
      'E_MODEL_SHAPE',
      `This model only takes one image at a time: output "${stuck.name}" keeps the shape [${stuck.shape}].`,
    )
  }
  return { ...open, outputs }
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
    for (const name of node.inputs) if (!cut.has(name)) needed.add(name)
  }
  return kept.reverse()
}

// --- internal ---

const typeOf = (types: ReadonlyMap<string, ValueType>, name: string): ValueType => {
  const type = types.get(name)
  if (!type) throw new XfmrError('E_UNKNOWN_LAYER', `The model has no value named "${name}".`)
  return type
}
