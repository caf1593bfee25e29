import type { Random } from '../random.ts'
import { cosine } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'
import { addScores, createHistogram, histogramDistribution, type ScoreHistogram } from './histogram.ts'
import type { PhotoRef } from './pairs.ts'
import { type PhotoOutcome, type ScoredList, unmaskedSides } from './protocols/outcomes.ts'
import { type FailurePolicy, type Scores, scoresOf } from './scores.ts'

/** A photo with what came of it. */
export type EmbeddedPhoto = PhotoRef & { readonly outcome: PhotoOutcome; readonly session?: string }

/** Every comparison of a set, condensed where there are too many to list. */
export type AllScores = {
  /** Comparisons of each kind. */
  readonly genuine: number
  readonly impostor: number
  /** All comparisons, or a random sample of each kind where there are more than `keep`. */
  readonly pairs: ScoredList['pairs']
  /** Present where `pairs` is a sample: the scores of all comparisons in bins, and the most wrong ones. */
  readonly all?: { readonly scores: Scores; readonly worst: ScoredList['pairs'] }
}

/**
 * Compares every photo with every other one. Passed over: pairs of files with the same bytes,
 * which compare nothing, and photos of a person from one session, which are alike for reasons other than the face.
 * Memory: two histograms and at most 2 * keep pairs, however many comparisons there are.
 * @param probes Compared with each of `references`; the same list: every two photos of it once.
 * @param similarity Default: the cosine.
 * @param keep Most comparisons of a kind that are kept.
 */
export const compareAll = (
  references: readonly EmbeddedPhoto[],
  probes: readonly EmbeddedPhoto[],
  {
    keep,
    random,
    failurePolicy,
    similarity = cosine,
  }: {
    keep: number
    random: Random
    failurePolicy: FailurePolicy
    similarity?: ((a: Embedding, b: Embedding) => number) | undefined
  },
): AllScores => {
  const total = countComparisons(references, probes)
  const genuine = collector(total.genuine, keep, random, (a, b) => a < b)
  const impostor = collector(total.impostor, keep, random, (a, b) => a > b)
  eachPair(references, probes, (a, b) => {
    const side = a.identity === b.identity ? genuine : impostor
    const score =
      'embedding' in a.outcome && 'embedding' in b.outcome
        ? similarity(a.outcome.embedding, b.outcome.embedding)
        : null
    side.add(a, b, score)
  })
  const pairs = [...genuine.kept, ...impostor.kept]
  if (pairs.length === total.genuine + total.impostor) return { ...total, pairs }
  const scores = scoresOf(
    histogramDistribution(genuine.histogram),
    histogramDistribution(impostor.histogram),
    {
      failurePolicy,
    },
  )
  return { ...total, pairs, all: { scores, worst: [...genuine.worst, ...impostor.worst] } }
}

// --- internal ---

const WORST = 12

type Kept = ScoredList['pairs'][number]

const eachPair = (
  references: readonly EmbeddedPhoto[],
  probes: readonly EmbeddedPhoto[],
  visit: (a: EmbeddedPhoto, b: EmbeddedPhoto) => void,
): void => {
  const own = references === probes
  for (let i = 0; i < references.length; i++) {
    const a = references[i]!
    for (let j = own ? i + 1 : 0; j < probes.length; j++) {
      const b = probes[j]!
      const sameBytes = a.outcome.digest !== undefined && a.outcome.digest === b.outcome.digest
      const sameSession = a.session !== undefined && a.session === b.session && a.identity === b.identity
      if (!sameBytes && !sameSession) visit(a, b)
    }
  }
}

const countComparisons = (
  references: readonly EmbeddedPhoto[],
  probes: readonly EmbeddedPhoto[],
): { genuine: number; impostor: number } => {
  const total = { genuine: 0, impostor: 0 }
  eachPair(references, probes, (a, b) => total[a.identity === b.identity ? 'genuine' : 'impostor']++)
  return total
}

/** Counts the comparisons of one kind; keeps a sample of exactly `keep` (selection sampling, Knuth 3.4.2 S) and the worst. */
const collector = (
  total: number,
  keep: number,
  random: Random,
  worse: (a: number, b: number) => boolean,
): {
  histogram: ScoreHistogram
  kept: Kept[]
  worst: Kept[]
  add(a: EmbeddedPhoto, b: EmbeddedPhoto, score: number | null): void
} => {
  const histogram = createHistogram()
  const kept: Kept[] = []
  const worst: Kept[] = []
  const one = new Float64Array(1)
  let left = total
  return {
    histogram,
    kept,
    worst,
    add: (a, b, score) => {
      if (score === null) histogram.failures++
      else {
        one[0] = score
        addScores(histogram, one)
      }
      const wanted = keep - kept.length
      if (left <= wanted || random.uniform() * left < wanted) kept.push(scoredPair(a, b, score))
      left--
      if (score === null) return
      if (worst.length === WORST && !worse(score, worst.at(-1)!.score!)) return
      const place = worst.findIndex(pair => worse(score, pair.score!))
      worst.splice(place < 0 ? worst.length : place, 0, scoredPair(a, b, score))
      if (worst.length > WORST) worst.pop()
    },
  }
}

const scoredPair = (a: EmbeddedPhoto, b: EmbeddedPhoto, score: number | null): Kept => ({
  a: { photo: a.photo, identity: a.identity },
  b: { photo: b.photo, identity: b.identity },
  same: a.identity === b.identity,
  fold: 1,
  identities: [a.identity, b.identity],
  genuine: a.identity === b.identity,
  score,
  ...unmaskedSides(a.outcome, b.outcome),
})
