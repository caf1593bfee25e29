import { int } from './attributes.ts'
import type { Graph, Node, ValueInfo } from './graph.ts'

/** What a round leaves to the next: an output of the graph, and the input of the same type and shape that it becomes. */
export type Carried = { readonly input: string; readonly output: string }

/**
 * Several rounds of a graph in one run (ONNX's `Scan`), so that what they carry from round to round stays inside the
 * runtime. Carried inputs keep their shape, and carried outputs are those of the last round. All other inputs and outputs
 * get a leading axis, {@link ROUNDS}, with an entry for each round. Results are the same bit for bit as those of single runs.
 */
export const repeated = (graph: Graph, carried: readonly Carried[]): Graph => {
  const value = (values: readonly ValueInfo[], name: string): ValueInfo =>
    values.find(candidate => candidate.name === name)!
  const states = {
    inputs: carried.map(({ input }) => value(graph.inputs, input)),
    outputs: carried.map(({ output }) => value(graph.outputs, output)),
  }
  const fed = graph.inputs.filter(({ name }) => !carried.some(({ input }) => input === name))
  const reported = graph.outputs.filter(({ name }) => !carried.some(({ output }) => output === name))
  const inputs = [...states.inputs, ...fed]
  const outputs = [...states.outputs, ...reported]
  const scan: Node = {
    op: 'Scan',
    name: graph.name,
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name }) => name),
    attributes: {
      num_scan_inputs: int(fed.length),
      body: { type: 'graph', value: renamed({ ...graph, inputs, outputs }) },
    },
  }
  const everyRound = (info: ValueInfo): ValueInfo => ({ ...info, shape: [ROUNDS, ...info.shape] })
  return {
    ...graph,
    inputs: [...states.inputs, ...fed.map(everyRound)],
    outputs: [...states.outputs, ...reported.map(everyRound)],
    nodes: [scan],
    initializers: new Map(),
  }
}

/** Name of the leading axis. */
export const ROUNDS = 'rounds'

// --- internal ---

/** A sub-graph may not use names of the graph around it. */
const renamed = (graph: Graph): Graph => {
  const given = (name: string): string => name && `round/${name}`
  const value = (info: ValueInfo): ValueInfo => ({ ...info, name: given(info.name) })
  return {
    ...graph,
    inputs: graph.inputs.map(value),
    outputs: graph.outputs.map(value),
    nodes: graph.nodes.map(node => ({
      ...node,
      inputs: node.inputs.map(given),
      outputs: node.outputs.map(given),
    })),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [given(name), tensor])),
  }
}
