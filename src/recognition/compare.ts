import { XfmrError } from '../errors.ts'
import type { Embedding } from './embedding.ts'

/**
 * Cosine similarity of two embeddings, in [-1, 1]. Symmetric to the last bit; an embedding compared with itself
 * gives exactly 1.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when the embeddings come from different pipelines.
 */
export const cosine = (a: Embedding, b: Embedding): number => {
  if (a.pipeline !== b.pipeline) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `These embeddings come from different pipelines and can't be compared: "${a.pipeline}" and "${b.pipeline}". ` +
        'Embed both photos with the same models and options.',
    )
  }
  return cosineOf(a.vector, b.vector)
}

/** Cosine of two vectors of any length, clamped to [-1, 1]. */
export const cosineOf = (a: Float32Array, b: Float32Array): number => {
  let ab = 0
  let aa = 0
  let bb = 0
  for (let i = 0; i < a.length; i++) {
    ab += a[i]! * b[i]!
    aa += a[i]! * a[i]!
    bb += b[i]! * b[i]!
  }
  // Dividing by the exact lengths, rather than trusting float32 unit vectors, makes cos(a, a) exactly 1.
  return Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb)))
}

/** Sum of products: the cosine of two vectors that are known to have length 1, not clamped. */
export const dotProduct = (a: Float32Array, b: Float32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
