import { cosineOf } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'

/**
 * What an explanation explains.
 * - `frozen`: the cosine with the length of this face's own vector held constant. It is linear in the network's output,
 *   so that parts of it add up to the cosine. The default.
 * - `cosine`: the cosine as it is. It does not change when the vector only gets longer, so the parts of its gradient
 *   cancel out: sums over a whole map are near zero, whatever the score.
 */
export type Target = 'frozen' | 'cosine'

/**
 * The direction in embedding space along which the target grows: the gradient of the target with respect to the
 * network's output for `self`, the other face held fixed.
 */
export const targetDirection = (target: Target, self: Embedding, other: Embedding): Float32Array => {
  const score = target === 'cosine' ? cosineOf(self.vector, other.vector) : 0
  return other.vector.map((value, i) => (value - score * self.vector[i]!) / self.norm)
}
