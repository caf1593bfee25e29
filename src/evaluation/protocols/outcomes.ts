import type { XfmrErrorCode } from '../../errors.ts'
import { cosine } from '../../recognition/compare.ts'
import type { Embedding } from '../../recognition/embedding.ts'
import type { Pair, PairList } from '../pairs.ts'
import type { ScoredPair } from '../scores.ts'

/** What came of one photo: an embedding, or the reason why there is none. */
export type PhotoOutcome = {
  /** SHA-256 of the file, lower-case hexadecimal, where it could be read. */
  readonly digest?: string
} & ({ readonly embedding: Embedding } | { readonly error: PhotoError })

export type PhotoError = { readonly code: XfmrErrorCode; readonly message: string }

/** Embeds the photos of a data set. The outcomes come in the order of the photos; no photo makes it throw. */
export type EmbedPhotos = (photos: readonly string[]) => Promise<readonly PhotoOutcome[]>

/** The comparisons of a list with their scores, and what has to be said about the photos. */
export type ScoredList = {
  /** In the order of the list. */
  readonly pairs: readonly (Pair & ScoredPair)[]
  readonly photos: number
  readonly identities: number
  readonly failures: readonly (PhotoError & { readonly photo: string })[]
  /** Byte-identical photos that the data set gives to several identities: one of the labels is wrong. */
  readonly sameBytes: readonly {
    readonly photos: readonly string[]
    readonly identities: readonly string[]
  }[]
}

/**
 * Embeds every photo of the list once and compares the pairs by cosine.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when the embeddings come from different pipelines.
 */
export const scorePairs = async ({ pairs }: PairList, embedPhotos: EmbedPhotos): Promise<ScoredList> => {
  const owners = new Map(pairs.flatMap(({ a, b }) => [a, b]).map(({ photo, identity }) => [photo, identity]))
  const photos = [...owners.keys()]
  const outcomes = await embedPhotos(photos)
  const byPhoto = new Map(photos.map((photo, i) => [photo, outcomes[i]!]))
  const scored = pairs.map(pair => {
    const [a, b] = [byPhoto.get(pair.a.photo)!, byPhoto.get(pair.b.photo)!]
    return {
      ...pair,
      identities: [pair.a.identity, pair.b.identity] as const,
      genuine: pair.same,
      score: 'embedding' in a && 'embedding' in b ? cosine(a.embedding, b.embedding) : null,
    }
  })
  const failures = [...byPhoto].flatMap(([photo, outcome]) =>
    'error' in outcome ? { photo, ...outcome.error } : [],
  )
  return {
    pairs: scored,
    photos: photos.length,
    identities: new Set(owners.values()).size,
    failures,
    sameBytes: sharedBytes(byPhoto, owners),
  }
}

// --- internal ---

const sharedBytes = (
  outcomes: ReadonlyMap<string, PhotoOutcome>,
  owners: ReadonlyMap<string, string>,
): ScoredList['sameBytes'] => {
  const groups = new Map<string, string[]>()
  for (const [photo, { digest }] of outcomes) {
    if (digest !== undefined) groups.set(digest, [...(groups.get(digest) ?? []), photo])
  }
  return [...groups.values()]
    .map(photos => ({ photos, identities: [...new Set(photos.map(photo => owners.get(photo)!))] }))
    .filter(({ identities }) => identities.length > 1)
}
