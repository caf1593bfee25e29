import { XfmrError } from '../errors.ts'
import type { Random } from '../random.ts'
import { type ErrorCurve, errorCurve } from './curve.ts'
import { type Distribution, tabulate } from './distribution.ts'
import type { FailurePolicy, ScoredPair, Scores } from './scores.ts'

/** One draw: how often each comparison counts, and what follows from that. */
export type Sample = {
  readonly scores: Scores
  readonly curve: ErrorCurve
  /** A whole number for each comparison, in the order in which the pairs were given. */
  readonly weights: Float64Array
}

/** Draws the weights of all comparisons. */
export type Draw = (random: Random, weights: Float64Array) => void

/** Numbers the identities of comparisons. Genuine ones must name one person, impostors two. */
export const indexIdentities = (
  pairs: readonly ScoredPair[],
): { first: Int32Array; second: Int32Array; count: number } => {
  const numbers = new Map<string, number>()
  const number = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size)
    return numbers.size - 1
  }
  const first = new Int32Array(pairs.length)
  const second = new Int32Array(pairs.length)
  pairs.forEach(({ identities, genuine }, i) => {
    first[i] = number(identities[0])
    second[i] = number(identities[1])
    if ((first[i] === second[i]) !== genuine) {
      const label = genuine ? 'genuine' : 'impostor'
      throw new XfmrError(
        'E_BAD_PAIRS',
        `A comparison of ${identities[0]} with ${identities[1]} can't be ${label}.`,
      )
    }
  })
  return { first, second, count: numbers.size }
}

/**
 * Draws identities with replacement (the vertex bootstrap): a genuine comparison counts as often as its person
 * was drawn, an impostor comparison as often as both persons were, multiplied.
 */
export const drawIdentities = (pairs: readonly ScoredPair[]): Draw => {
  const { first, second, count } = indexIdentities(pairs)
  const times = new Float64Array(count)
  return (random, weights) => {
    times.fill(0)
    for (let i = 0; i < count; i++) times[random.index(count)]!++
    for (let i = 0; i < weights.length; i++) {
      weights[i] = first[i] === second[i] ? times[first[i]!]! : times[first[i]!]! * times[second[i]!]!
    }
  }
}

/** Draws comparisons as if they were independent; `genuine` says whether those are drawn too or kept once each. */
export const drawComparisons = (pairs: readonly ScoredPair[], { genuine }: { genuine: boolean }): Draw => {
  const places = (wanted: boolean): Int32Array =>
    Int32Array.from(pairs.keys()).filter(i => pairs[i]!.genuine === wanted)
  const drawn = genuine ? [places(true), places(false)] : [places(false)]
  return (random, weights) => {
    weights.fill(1)
    for (const side of drawn) for (const i of side) weights[i] = 0
    for (const side of drawn)
      for (let k = 0; k < side.length; k++) weights[side[random.index(side.length)]!]!++
  }
}

/** Sorts once; turns weights into weighted scores many times. */
export const sampler = (
  pairs: readonly ScoredPair[],
  failurePolicy: FailurePolicy,
): ((weights: Float64Array) => Sample) => {
  const genuine = sortedSide(pairs, true)
  const impostor = sortedSide(pairs, false)
  return weights => {
    const scores = { genuine: genuine(weights), impostor: impostor(weights), failurePolicy }
    return { scores, curve: errorCurve(scores), weights }
  }
}

// --- internal ---

const sortedSide = (
  pairs: readonly ScoredPair[],
  genuine: boolean,
): ((weights: Float64Array) => Distribution) => {
  const places = Int32Array.from(pairs.keys()).filter(i => pairs[i]!.genuine === genuine)
  const failed = places.filter(i => pairs[i]!.score === null)
  const order = places
    .filter(i => pairs[i]!.score !== null)
    .sort((a, b) => pairs[a]!.score! - pairs[b]!.score!)
  const values = new Float64Array(order.length)
  const slots = new Int32Array(order.length)
  let size = 0
  order.forEach((place, k) => {
    const score = pairs[place]!.score!
    if (!Number.isFinite(score))
      throw new XfmrError('E_NOT_FINITE', `A score is ${score}. Use null for a comparison without a score.`)
    if (size === 0 || values[size - 1] !== score) values[size++] = score + 0
    slots[k] = size - 1
  })
  const distinct = values.subarray(0, size)
  return weights => {
    const counts = new Float64Array(size)
    for (let k = 0; k < order.length; k++) counts[slots[k]!]! += weights[order[k]!]!
    let failures = 0
    for (const place of failed) failures += weights[place]!
    return tabulate(distinct, counts, failures, 0)
  }
}
