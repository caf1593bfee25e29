import { dotProduct } from '../../recognition/compare.ts'

/** Something that embeddings of one person are gathered from. */
export type IdentityVector = { readonly identity: string; readonly vector: Float32Array }

/** The mean of each identity's unit embeddings, brought to length 1. */
export const identityMeans = (vectors: Iterable<IdentityVector>): Map<string, Float32Array> => {
  const means = new Map<string, Float32Array>()
  for (const { identity, vector } of vectors) {
    const sum = means.get(identity) ?? new Float32Array(vector.length)
    for (let i = 0; i < vector.length; i++) sum[i]! += vector[i]!
    means.set(identity, sum)
  }
  for (const sum of means.values()) {
    let square = 0
    for (const value of sum) square += value * value
    const length = Math.sqrt(square) || 1
    for (let i = 0; i < sum.length; i++) sum[i]! /= length
  }
  return means
}

/**
 * Identities of a training set that look like an identity of a test set: they would make the test easier than it is.
 * @param limit Cosine between mean embeddings from which two identities count as one. Default 0.5.
 */
export const identitiesAlike = (
  training: ReadonlyMap<string, Float32Array>,
  test: ReadonlyMap<string, Float32Array>,
  limit = 0.5,
): Set<string> => {
  const tests = [...test.values()]
  const alike = [...training].filter(([, mean]) => tests.some(other => dotProduct(mean, other) > limit))
  return new Set(alike.map(([identity]) => identity))
}
