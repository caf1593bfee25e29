import type { Graph } from '../../onnx/graph.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import type { TrainerOptions } from '../engine/trainer.ts'

/** Names of the inputs of every step graph beside the student's own, each [B, D]. */
export const TARGET = 'target'
export const NEGATIVE = 'negative'

/** A correction that is being trained. */
export type Student = {
  /** The recogniser's value that it goes on from, and the input of its step graph. */
  readonly start: string
  /** Step graph with inputs `start`, {@link TARGET} and, for triplets, {@link NEGATIVE}; its loss is `loss`, a metric `cosine`. */
  readonly training: TrainerOptions
  /** Whether the loss wants embeddings of other people. */
  readonly triplets: boolean
  /** The finished correction, from `start` to `unmasked`. */
  correction(weights: ReadonlyMap<string, Tensor<Float32Array>>): Graph
}

/** Name of the correction's file graph: says for which recogniser it was trained. */
export const correctionName = (method: string, recogniser: string): string =>
  `unmask/${method} for ${recogniser}`
