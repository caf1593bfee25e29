import type { Graph } from './graph.ts'

/**
 * Lets nodes write outputs of the graph themselves, where only an `Identity` gives them their name: ONNX Runtime copies
 * the whole value there. Graphs without such outputs stay the same object.
 */
export const withoutOutputCopies = (graph: Graph): Graph => {
  const outputs = new Set(graph.outputs.map(({ name }) => name))
  const computed = new Set(graph.nodes.flatMap(node => node.outputs))
  const renamed = new Map<string, string>()
  for (const { op, inputs, outputs: names } of graph.nodes) {
    const [from, to] = [inputs[0]!, names[0]!]
    const copy = op === 'Identity' && outputs.has(to) && !outputs.has(from) && computed.has(from)
    if (copy && !renamed.has(from)) renamed.set(from, to)
  }
  if (renamed.size === 0) return graph
  const given = (name: string): string => renamed.get(name) ?? name
  const nodes = graph.nodes
    .filter(({ op, inputs, outputs: [to] }) => !(op === 'Identity' && renamed.get(inputs[0]!) === to))
    .map(node => ({ ...node, inputs: node.inputs.map(given), outputs: node.outputs.map(given) }))
  return { ...graph, nodes }
}
