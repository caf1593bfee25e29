/**
 * How often nominal 95 % intervals hold the truth, for the schemes of `src/evaluation/bootstrap.ts`, in simulated
 * sets whose truth is known. Takes minutes: `npx tsx bench/coverage.ts [sets]`.
 */
import { drawComparisons, drawIdentities, sampler } from '../src/evaluation/_resampling.ts'
import { bootstrap, type Statistic } from '../src/evaluation/bootstrap.ts'
import { ratesAt } from '../src/evaluation/curve.ts'
import { type Interval, quantile } from '../src/evaluation/intervals.ts'
import type { ScoredPair } from '../src/evaluation/scores.ts'
import { createRandom } from '../src/random.ts'

const sets = Number(process.argv[2] ?? 300)
const RESAMPLES = 200

type Design = { name: string; truth: number; statistic: Statistic; simulate: (set: number) => ScoredPair[] }

const pair = (a: string, b: string, score: number): ScoredPair => ({
  identities: [a, b],
  genuine: a === b,
  score,
})

/** One genuine comparison of each person, so that no draw is without. */
const genuine = (people: number): ScoredPair[] =>
  Array.from({ length: people }, (_, i) => pair(`p${i}`, `p${i}`, 1))

/** As in LFW: each person in few comparisons, all independent. FMR at a fixed threshold. */
const sparse: Design = {
  name: 'sparse, 250 pairs',
  truth: 0.1,
  statistic: ({ curve }) => ratesAt(curve, 0.9).fmr,
  simulate: set => {
    const random = createRandom('sparse', set)
    const impostors = Array.from({ length: 250 }, (_, i) =>
      pair(`p${random.index(200)}`, `q${i}`, random.uniform()),
    )
    return [...impostors, ...genuine(200)]
  },
}

/** All against all, and some persons resemble everybody. Mean impostor score. */
const dense = (people: number): Design => ({
  name: `dense, ${people} people`,
  truth: 0,
  statistic: ({ scores }) => scores.impostor.mean,
  simulate: set => {
    const random = createRandom('dense', people, set)
    const likeness = Array.from({ length: people }, () => random.normal())
    const pairs = genuine(people)
    for (let i = 0; i < people; i++) {
      for (let j = 0; j < i; j++)
        pairs.push(pair(`p${i}`, `p${j}`, likeness[i]! + likeness[j]! + random.normal()))
    }
    return pairs
  },
})

const plain =
  (scheme: typeof drawIdentities) =>
  (pairs: readonly ScoredPair[], statistic: Statistic, seed: number): Interval => {
    const [sample, draw, random] = [sampler(pairs, 'reject'), scheme(pairs), createRandom(seed)]
    const weights = new Float64Array(pairs.length)
    const values = Array.from({ length: RESAMPLES }, () => {
      draw(random, weights)
      return statistic(sample(weights))
    }).sort((a, b) => a - b)
    return [quantile(values, 0.025), quantile(values, 0.975)]
  }

const SCHEMES = {
  'as shipped': (pairs: readonly ScoredPair[], statistic: Statistic, seed: number) =>
    bootstrap(pairs, { x: statistic }, { resamples: RESAMPLES, seed }).x.interval!,
  'identities, not corrected': plain(drawIdentities),
  'single comparisons': plain(pairs => drawComparisons(pairs, { genuine: true })),
}

for (const { name, truth, statistic, simulate } of [sparse, dense(30), dense(60)]) {
  for (const [scheme, intervalOf] of Object.entries(SCHEMES)) {
    let held = 0
    for (let set = 0; set < sets; set++) {
      const [low, high] = intervalOf(simulate(set), statistic, set)
      if (low <= truth && truth <= high) held++
    }
    console.log(`${name.padEnd(20)} ${scheme.padEnd(28)} ${((held / sets) * 100).toFixed(1)} % of ${sets}`)
  }
}
