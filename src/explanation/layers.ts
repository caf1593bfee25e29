import { XfmrError } from '../errors.ts'
import { nodesFor } from '../onnx/edit.ts'
import type { Graph } from '../onnx/graph.ts'
import { scopeOf } from '../onnx/scope.ts'

/** A value of the network that still has space: its maps can be shown over a face. */
export type Layer = {
  /** Name of the value in the ONNX file. */
  readonly name: string
  /** Operator that computes it. */
  readonly op: string
  readonly channels: number
  readonly height: number
  readonly width: number
}

/** All layers with a spatial extent on the way from the input to the embedding, first to last. */
export const spatialLayers = (graph: Graph, output: string): Layer[] => {
  const scope = scopeOf(graph)
  const input = graph.inputs[0]!.name
  const reached = new Set([input])
  return nodesFor(graph, [output]).flatMap((node): Layer[] => {
    if (!node.inputs.some(name => reached.has(name))) return []
    const name = node.outputs[0]!
    reached.add(name)
    const { type, shape } = scope.typeOf(name)
    const [, channels, height, width] = shape
    if (type !== 'float32' || shape.length !== 4) return []
    if (typeof channels !== 'number' || typeof height !== 'number' || typeof width !== 'number') return []
    return height > 1 && width > 1 ? [{ name, op: node.op, channels, height, width }] : []
  })
}

/**
 * One layer for every resolution of the network: the last place where a residual block ends there, or the last layer
 * of that resolution. The last one is the recogniser's feature grid.
 */
export const defaultLayers = (layers: readonly Layer[], grid: string): Layer[] => {
  const sizes = [...new Set(layers.map(sizeLabel))]
  return sizes.map(size => {
    const same = layers.filter(layer => sizeLabel(layer) === size)
    return same.find(({ name }) => name === grid) ?? same.findLast(({ op }) => op === 'Add') ?? same.at(-1)!
  })
}

/**
 * Looks up layers by the name of their value, or by their resolution (`14x14` is the default layer of that size).
 * Returned in network order, without repetition.
 * @param prefix Names are also found behind this prefix, where they are not found as they are.
 * @throws XfmrError `E_UNKNOWN_LAYER` listing what there is
 */
export const resolveLayers = (
  layers: readonly Layer[],
  defaults: readonly Layer[],
  wanted: readonly string[],
  prefix = '',
): Layer[] => {
  const chosen = new Set(
    wanted.map(name => {
      const layer =
        layers.find(candidate => candidate.name === name) ??
        layers.find(candidate => candidate.name === prefix + name) ??
        defaults.find(candidate => sizeLabel(candidate) === name)
      if (layer) return layer
      const sizes = defaults.map(candidate => `${sizeLabel(candidate)} (= ${candidate.name})`).join(', ')
      const names = layers.map(candidate => candidate.name).join(' ')
      throw new XfmrError(
        'E_UNKNOWN_LAYER',
        `The recogniser has no layer "${name}" with a spatial extent. By size: ${sizes}. By name: ${names}.`,
      )
    }),
  )
  return layers.filter(layer => chosen.has(layer))
}

/** Height and width of a layer, as in `14x14`. */
export const sizeLabel = ({ height, width }: Layer): string => `${height}x${width}`
