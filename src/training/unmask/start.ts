import { XfmrError } from '../../errors.ts'
import { defaultLayers, spatialLayers } from '../../explanation/layers.ts'
import type { RecogniserContract } from '../../models/contract.ts'
import { isFeatureGrid, valuesBefore } from '../../models/grid.ts'
import { nodesFor } from '../../onnx/edit.ts'
import type { Graph } from '../../onnx/graph.ts'
import { inferShapes } from '../../onnx/shapes.ts'

/**
 * Where the last layers begin: the value that the last convolution before the feature grid works on, or the grid itself
 * where the whole network narrows down nowhere else.
 */
export const startOfHead = (graph: Graph, contract: RecogniserContract): string => {
  const shapes = inferShapes(graph)
  const upToGrid = nodesFor(graph, [contract.grid])
  const convolution = upToGrid.findLast(({ op }) => op === 'Conv')
  const before = convolution?.inputs[0]
  return before !== undefined && isFeatureGrid(graph, shapes, before, contract) ? before : contract.grid
}

/**
 * Where the deeper part begins: the last layer with four times as many cells in width and height as the feature grid
 * (28x28 in a network that ends with 7x7).
 */
export const startOfDeepPart = (graph: Graph, contract: RecogniserContract): string => {
  const layers = spatialLayers(graph, contract.output)
  const grid = layers.find(({ name }) => name === contract.grid)!
  const shapes = inferShapes(graph)
  const layer = defaultLayers(layers, contract.grid).findLast(
    ({ name, width }) => width >= 4 * grid.width && isFeatureGrid(graph, shapes, name, contract),
  )
  return layer?.name ?? contract.input
}

/** Checks a layer that the user named. @throws XfmrError `E_UNKNOWN_LAYER` listing where training can begin */
export const checkStart = (graph: Graph, contract: RecogniserContract, name: string): string => {
  if (name === contract.input) return name
  const shapes = inferShapes(graph)
  const possible = valuesBefore(graph, contract.output).filter(value =>
    isFeatureGrid(graph, shapes, value, contract),
  )
  if (possible.includes(name)) return name
  throw new XfmrError(
    'E_UNKNOWN_LAYER',
    `Training can't begin at "${name}". It can begin at ${[contract.input, ...possible.toReversed()].join(', ')}.`,
  )
}
