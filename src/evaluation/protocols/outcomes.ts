import type { XfmrErrorCode } from '../../errors.ts'
import { cosine } from '../../recognition/compare.ts'
import type { Embedding } from '../../recognition/embedding.ts'
import type { Pair, PairList, PhotoRef } from '../pairs.ts'
import type { ScoredPair } from '../scores.ts'

/** What came of one photo: an embedding, or the reason why there is none. */
export type PhotoOutcome = {
  /** SHA-256 of the file, lower-case hexadecimal, where it could be read. */
  readonly digest?: string
} & ({ readonly embedding: Embedding } | { readonly error: PhotoError })

export type PhotoError = { readonly code: XfmrErrorCode; readonly message: string }

/** Embeds the photos of a data set. The outcomes come in the order of the photos; no photo makes it throw. */
export type EmbedPhotos = (photos: readonly string[]) => Promise<readonly PhotoOutcome[]>

/** Scores a pair: higher means more alike. */
export type PairScore = (a: Embedding, b: Embedding) => number | Promise<number>

export type ScoringOptions = {
  /** Default: the cosine. */
  readonly score?: PairScore
}

/** The comparisons of a list with their scores, and what has to be said about the photos. */
export type ScoredList = {
  /** In the order of the list. */
  readonly pairs: readonly (Pair & ScoredPair & UnmaskedSides)[]
  readonly photos: number
  readonly identities: number
  readonly failures: readonly (PhotoError & { readonly photo: string })[]
  /** Byte-identical photos that the data set gives to several identities: one of the labels is wrong. */
  readonly sameBytes: readonly {
    readonly photos: readonly string[]
    readonly identities: readonly string[]
  }[]
}

/** Which of two photos went through the correction for masks; absent where none did. */
export type UnmaskedSides = { readonly unmasked?: readonly [boolean, boolean] }

/** What came of every photo, by its path. */
export type OutcomesByPhoto = ReadonlyMap<string, PhotoOutcome>

/**
 * Embeds every photo of the list once and compares the pairs.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when the embeddings come from different pipelines.
 */
export const scorePairs = async (
  { pairs }: PairList,
  embedPhotos: EmbedPhotos,
  options: ScoringOptions = {},
): Promise<ScoredList> => {
  const owners = ownersOf(pairs.flatMap(({ a, b }) => [a, b]))
  const outcomes = await embedEach(owners.keys(), embedPhotos)
  return {
    pairs: await compareSides(pairs, outcomes, outcomes, options),
    photos: owners.size,
    identities: new Set(owners.values()).size,
    failures: failuresOf(outcomes),
    sameBytes: sharedBytes(outcomes, owners),
  }
}

/** Who is in each photo. */
export const ownersOf = (photos: readonly PhotoRef[]): Map<string, string> =>
  new Map(photos.map(({ photo, identity }) => [photo, identity]))

/** Embeds photos, each of them once. */
export const embedEach = async (
  photos: Iterable<string>,
  embedPhotos: EmbedPhotos,
): Promise<OutcomesByPhoto> => {
  const distinct = [...new Set(photos)]
  const outcomes = await embedPhotos(distinct)
  return new Map(distinct.map((photo, i) => [photo, outcomes[i]!]))
}

/** Compares pairs, the first photo as it is found in `a`, the second as in `b`. */
export const compareSides = async (
  pairs: readonly Pair[],
  a: OutcomesByPhoto,
  b: OutcomesByPhoto,
  { score = cosine }: ScoringOptions = {},
): Promise<ScoredList['pairs']> => {
  const scored: ScoredList['pairs'][number][] = []
  for (const pair of pairs) {
    const [first, second] = [a.get(pair.a.photo)!, b.get(pair.b.photo)!]
    scored.push({
      ...pair,
      identities: [pair.a.identity, pair.b.identity] as const,
      genuine: pair.same,
      score:
        'embedding' in first && 'embedding' in second ? await score(first.embedding, second.embedding) : null,
      ...unmaskedSides(first, second),
    })
  }
  return scored
}

/** Says of two photos which went through the correction for masks. */
export const unmaskedSides = (...outcomes: [PhotoOutcome, PhotoOutcome]): UnmaskedSides => {
  const [a, b] = outcomes.map(outcome => 'embedding' in outcome && (outcome.embedding.unmasked ?? false))
  return a || b ? { unmasked: [a!, b!] } : {}
}

/** The photos without an embedding. */
export const failuresOf = (outcomes: OutcomesByPhoto): ScoredList['failures'] =>
  [...outcomes].flatMap(([photo, outcome]) => ('error' in outcome ? { photo, ...outcome.error } : []))

/** Byte-identical photos that stand under several identities. */
export const sharedBytes = (
  outcomes: OutcomesByPhoto,
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
