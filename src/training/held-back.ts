import { createRandom } from '../random.ts'

/**
 * Whether somebody is held back for validation: one person in eight, by seed and name alone, so that all trainings with the same
 * seed hold back the same people and none of them has seen what another one is judged by.
 */
export const isHeldBack = (seed: string, identity: string): boolean =>
  createRandom(seed, identity, 'validation').chance(1 / 8)

/** People with two photos or more, in the order in which they come: only these make genuine pairs. */
export const identitiesWithSeveral = (photos: readonly { readonly identity: string }[]): Set<string> => {
  const counts = new Map<string, number>()
  for (const { identity } of photos) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  return new Set([...counts].filter(([, count]) => count > 1).map(([identity]) => identity))
}
