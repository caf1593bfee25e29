import { METHOD_IDS, type MethodId, methodOf } from '../methods.ts'
import type { MethodSummary } from './summary.ts'

/** What a default may cost, in embeddings of a face. */
const CHEAP = 10

/**
 * The most faithful method that is cheap, has passed the sanity check and is no baseline: the largest insertion less
 * deletion, both of the mean cosine, averaged over the conditions that it was measured in. Only methods in their own
 * default setting.
 */
export const bestOf = (methods: readonly MethodSummary[]): MethodId | null => {
  const usable = methods.filter(
    (method): method is MethodSummary & { id: MethodId } =>
      (METHOD_IDS as readonly string[]).includes(method.id) &&
      methodOf(method.id as MethodId).family !== 'baseline' &&
      method.cost <= CHEAP &&
      method.sanity?.passed !== false,
  )
  return usable.toSorted((a, b) => gain(b) - gain(a))[0]?.id ?? null
}

// --- internal ---

const gain = ({ conditions }: MethodSummary): number => {
  const all = Object.values(conditions)
  const sum = all.reduce(
    (total, { insertionScore, deletionScore }) => total + insertionScore.value - deletionScore.value,
    0,
  )
  return sum / all.length
}
