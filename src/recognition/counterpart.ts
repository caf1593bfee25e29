import { XfmrError } from '../errors.ts'
import type { RecogniserContract } from '../models/contract.ts'
import type { Graph } from '../onnx/graph.ts'
import { type Embedding, normalise } from './embedding.ts'
import { modelTag } from './pipeline.ts'

/** The two embeddings of a pair as they are compared. */
export type Meeting = (a: Embedding, b: Embedding) => readonly [Embedding, Embedding]

/**
 * A mask hides part of what a bare face shows, and no correction brings that part back: it only adds noise to the score. So where
 * one face of a pair was corrected for a mask and the other was not, this one is compared by its counterpart: its embedding times a matrix that
 * weighs what a mask leaves more. Two bare or two corrected faces are compared as they are.
 * @param counterpart As `xfmr train counterpart` writes it: the recogniser's embedding [N, D] times a matrix.
 * @throws XfmrError `E_MODEL_SHAPE` when it is something else
 */
export const createMeeting = (counterpart: Graph, { output, dimensions }: RecogniserContract): Meeting => {
  const matrix = matrixOf(counterpart, output, dimensions)
  const known = new WeakMap<Embedding, Embedding>()
  const counterpartOf = (embedding: Embedding): Embedding => {
    const kept = known.get(embedding)
    if (kept) return kept
    const { vector, norm } = normalise(timesMatrix(embedding.vector, matrix))
    const made: Embedding = { ...embedding, vector, norm: norm * embedding.norm, counterpart: true }
    known.set(embedding, made)
    return made
  }
  const towards = (one: Embedding, other: Embedding): Embedding =>
    other.unmasked && !one.unmasked && !one.counterpart ? counterpartOf(one) : one
  return (a, b) => [towards(a, b), towards(b, a)]
}

/** Two embeddings as they are: how pairs are compared without counterparts. */
export const meetAsTheyAre: Meeting = (a, b) => [a, b]

/** Names what a counterpart belongs to: the recogniser, and the correction of the faces that it meets. */
export const counterpartOwner = (
  models: readonly { readonly role: string; readonly name: string; readonly sha256: string }[],
): string => {
  const [recogniser, correction] = ['recogniser', 'unmask'].map(role =>
    models.find(model => model.role === role),
  )
  if (recogniser && correction) {
    return `${modelTag(recogniser.name, recogniser.sha256)}+${modelTag('unmask', correction.sha256)}`
  }
  throw new XfmrError(
    'E_MODEL_MISSING',
    'A counterpart belongs to a correction for masks, and this recogniser has none. Train one with "xfmr train unmask" and give it with --unmask-model.',
  )
}

/** A vector times a matrix [D, D]. */
export const timesMatrix = (vector: Float32Array, matrix: Float32Array): Float64Array => {
  const size = vector.length
  const product = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const factor = vector[i]!
    for (let j = 0; j < size; j++) product[j]! += factor * matrix[i * size + j]!
  }
  return product
}

// --- internal ---

const matrixOf = (
  { inputs, outputs, nodes, initializers }: Graph,
  input: string,
  dimensions: number,
): Float32Array => {
  const [node, ...more] = nodes.filter(({ op }) => op !== 'Identity')
  const weight = node && initializers.get(node.inputs[1]!)
  const fits =
    node?.op === 'MatMul' &&
    more.length === 0 &&
    inputs.length === 1 &&
    inputs[0]!.name === input &&
    node.inputs[0] === input &&
    outputs.length === 1 &&
    weight?.type === 'float32' &&
    weight.dims.length === 2 &&
    weight.dims.every(size => size === dimensions)
  if (fits) return weight.data as Float32Array
  throw new XfmrError(
    'E_MODEL_SHAPE',
    `The counterpart does not fit this recogniser: it must be "${input}" [N, ${dimensions}] times one matrix. Make it with "xfmr train counterpart".`,
  )
}
