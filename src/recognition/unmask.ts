import { XfmrError } from '../errors.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { isFeatureGrid, valuesBefore } from '../models/grid.ts'
import { dynamicBatch } from '../onnx/edit.ts'
import type { Dim, Graph } from '../onnx/graph.ts'
import { inferShapes } from '../onnx/shapes.ts'
import { networkOf } from './recogniser.ts'

/**
 * Which faces go through the correction for masks: those that wear one as far as the worn-mask detector can tell, all of
 * them, or none.
 */
export const UNMASK_MODES = ['auto', 'always', 'never'] as const
export type UnmaskMode = (typeof UNMASK_MODES)[number]

/** What stands before the names of a correction's values in the corrected network. */
export const UNMASK_PREFIX = 'unmask/'

/**
 * The corrected network of a recogniser. A correction is a graph with one input, named after a value of the recogniser's
 * graph that it goes on from (the image, any layer, the embedding), and one output `unmasked` [N, D]: the corrected
 * embedding before it is made a unit vector. Its other values are renamed, nodes that nobody needs are dropped.
 * @returns The spliced graph, and the contract with output `unmask/unmasked` and the last feature grid on the way there:
 * the one that kept its name in the correction, else the correction's last, else the recogniser's own.
 * @throws XfmrError `E_MODEL_SHAPE` when the correction does not fit the recogniser
 */
export const withCorrection = (
  graph: Graph,
  contract: RecogniserContract,
  correction: Graph,
): { graph: Graph; contract: RecogniserContract } => {
  const added = dynamicBatch(correction)
  const { start, output } = ends(added, contract)
  const rename = (name: string): string => (name === '' || name === start.name ? name : UNMASK_PREFIX + name)
  const base = baseOf(graph, contract, start.name)
  const present = base.outputs.find(({ name }) => name === start.name)
  const found = present ?? base.inputs.find(({ name }) => name === start.name)!
  if (!fits(found.shape, start.shape)) {
    throw wrong(
      `it goes on from "${start.name}" as [${start.shape.join(', ')}], which is [${found.shape.join(', ')}]`,
    )
  }
  const spliced: Graph = {
    ...base,
    opset: Math.max(base.opset, added.opset),
    domains: { ...base.domains, ...added.domains },
    outputs: [{ ...output, name: rename(output.name) }],
    nodes: [
      ...base.nodes,
      ...added.nodes.map(node => ({
        ...node,
        name: rename(node.name),
        inputs: node.inputs.map(rename),
        outputs: node.outputs.map(rename),
      })),
    ],
    initializers: new Map([
      ...base.initializers,
      ...[...added.initializers].map(([name, tensor]) => [rename(name), tensor] as const),
    ]),
  }
  const corrected = { ...contract, output: rename(output.name), grid: gridOf(spliced, contract) }
  return { graph: networkOf(spliced, corrected), contract: corrected }
}

// --- internal ---

const OUTPUT = 'unmasked'

const wrong = (what: string, cause?: unknown): XfmrError =>
  new XfmrError('E_MODEL_SHAPE', `The correction for masks does not fit this recogniser: ${what}.`, { cause })

const ends = ({ inputs, outputs }: Graph, { dimensions }: RecogniserContract) => {
  const [start, ...more] = inputs
  const output = outputs.find(({ name }) => name === OUTPUT)
  if (!start || more.length > 0) throw wrong(`it has ${inputs.length} inputs instead of one`)
  if (output?.shape.length !== 2 || !same(output.shape[1]!, dimensions)) {
    throw wrong(`it has no output "${OUTPUT}" [N, ${dimensions}]`)
  }
  return { start, output }
}

/** Keeps the value that the correction goes on from, and the recogniser's own grid. */
const baseOf = (graph: Graph, contract: RecogniserContract, start: string): Graph => {
  if (start === contract.input) return networkOf(graph, contract)
  try {
    return networkOf(graph, contract, [start])
  } catch (cause) {
    if (!(cause instanceof XfmrError && cause.code === 'E_UNKNOWN_LAYER')) throw cause
    throw wrong(`it goes on from a value "${start}", which the recogniser does not have`, cause)
  }
}

const same = (one: Dim, other: Dim): boolean =>
  typeof one === 'string' || typeof other === 'string' || one === other

/** The batch apart, lengths have to be the same where both are known. */
const fits = (one: readonly Dim[], other: readonly Dim[]): boolean =>
  one.length === other.length && one.every((dim, axis) => axis === 0 || same(dim, other[axis]!))

const gridOf = (graph: Graph, { input, grid }: RecogniserContract): string => {
  const output = graph.outputs[0]!.name
  const shapes = inferShapes(graph)
  const values = valuesBefore(graph, output)
  const own = values.filter(name => name.startsWith(UNMASK_PREFIX))
  const candidates = [UNMASK_PREFIX + grid, ...own, grid, ...values]
  const found = candidates.find(
    name => values.includes(name) && isFeatureGrid(graph, shapes, name, { input, output }),
  )
  if (found !== undefined) return found
  throw wrong('there is no square map on the way to its embedding, so its scores could not be explained')
}
