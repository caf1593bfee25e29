import { nodesFor } from '../onnx/edit.ts'
import type { Graph } from '../onnx/graph.ts'
import type { ValueType } from '../onnx/scope.ts'

/**
 * True for a square map that everything on the way to the output passes through: without it, the output no longer
 * depends on the input. A map on a side branch (the gate of an attention block, say) would explain only part of the
 * embedding.
 */
export const isFeatureGrid = (
  graph: Graph,
  shapes: ReadonlyMap<string, ValueType>,
  name: string,
  { input, output }: { input: string; output: string },
): boolean => {
  const { type, shape } = shapes.get(name)!
  const [, , height, width] = shape
  const square = shape.length === 4 && typeof height === 'number' && height > 1 && height === width
  if (!square || type !== 'float32') return false
  return !nodesFor(graph, [output], new Set([name])).some(({ inputs }) => inputs.includes(input))
}

/** The values that lead to an output, last first. */
export const valuesBefore = (graph: Graph, output: string): string[] =>
  nodesFor(graph, [output])
    .flatMap(({ outputs }) => outputs.filter(Boolean))
    .toReversed()
