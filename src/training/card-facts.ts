import type { FaceSet } from './faces/node/face-set.ts'

/** What the cards of all trainings on masked views say of where they come from. */
export type CardFacts = {
  readonly pipeline: string
  readonly seed: string
  /** Names of the folders that the photos came from. */
  readonly folders: readonly string[]
  /** What was typed, see `trainCommand`. */
  readonly command: string
  readonly photos: number
  readonly failures: FaceSet['failures']
  /** Identities left out because they look like one of a test set, and the names of those sets. */
  readonly excluded: { readonly identities: number; readonly sets: readonly string[] }
  readonly minutes: number
}

/** Who was left out of a training. */
export const excludedWords = ({ identities, sets }: CardFacts['excluded']): string =>
  sets.length > 0
    ? `${identities} identities whose mean embedding is like one of ${sets.join(', ')} (cosine above 0.5) were left out`
    : 'none looked for'
