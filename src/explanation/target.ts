import { XfmrError } from '../errors.ts'
import { cosineOf } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'

/**
 * What an explanation explains.
 * - `frozen`: the cosine with the length of this face's own vector held constant. It is linear in the network's output,
 *   so that parts of it add up to the cosine.
 * - `cosine`: the cosine as it is. It does not change when the vector only gets longer, so the parts of its gradient
 *   cancel out: sums over a whole map are near zero, whatever the score.
 * - `xcos`: the trained explainable cosine, by way of the last grid.
 * - `{ dimension }`: one number of this face's unit vector (its length held constant), whatever the other face.
 * - `{ direction }`: the product of this face's unit vector (its length held constant) with a vector of your own.
 */
export type Target =
  | 'frozen'
  | 'cosine'
  | 'xcos'
  | { readonly dimension: number }
  | { readonly direction: Float32Array }

/** Targets by name, for options. */
export const TARGETS = ['frozen', 'cosine', 'xcos'] as const

/** True when the target is linear in the network's output, so that parts can add up to it. */
export const isLinear = (target: Target): boolean => target !== 'cosine' && target !== 'xcos'

/** How a target is written in results: its name, `dimension 17`, or `direction`. */
export const targetName = (target: Target): string => {
  if (typeof target === 'string') return target
  return 'dimension' in target ? `dimension ${target.dimension}` : 'direction'
}

/**
 * The direction in embedding space along which the target grows: the gradient of the target with respect to the
 * network's output for `self`, the other face held fixed. Of xCos, which does not depend on the embedding, that of `frozen`.
 * @throws XfmrError `E_USAGE` for a dimension or a direction that the embedding does not have
 */
export const targetDirection = (target: Target, self: Embedding, other: Embedding): Float32Array => {
  const { vector, norm } = self
  if (typeof target === 'object') return ownDirection(target, vector.length).map(value => value / norm)
  const score = target === 'cosine' ? cosineOf(vector, other.vector) : 0
  return other.vector.map((value, i) => (value - score * vector[i]!) / norm)
}

// --- internal ---

const ownDirection = (target: Exclude<Target, string>, dimensions: number): Float32Array => {
  if ('direction' in target) {
    if (target.direction.length === dimensions) return target.direction
    throw new XfmrError(
      'E_USAGE',
      `The direction to explain has ${target.direction.length} numbers; embeddings here have ${dimensions}.`,
    )
  }
  const { dimension } = target
  if (!Number.isInteger(dimension) || dimension < 0 || dimension >= dimensions) {
    throw new XfmrError(
      'E_USAGE',
      `There is no dimension ${dimension}: embeddings here have 0 to ${dimensions - 1}.`,
    )
  }
  const axis = new Float32Array(dimensions)
  axis[dimension] = 1
  return axis
}
