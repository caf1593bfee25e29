import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { bootstrap, bootstrapDifference, type Statistic } from './bootstrap.ts'
import { ratesAt } from './curve.ts'
import { equalErrorPoint } from './operating-point.ts'
import type { ScoredPair } from './scores.ts'

const genuineMean: Statistic = ({ scores }) => scores.genuine.mean
const impostorMean: Statistic = ({ scores }) => scores.impostor.mean
const eer: Statistic = ({ curve }) => equalErrorPoint(curve).average

const same = (person: number | string, score: number | null): ScoredPair => ({
  identities: [`p${person}`, `p${person}`],
  genuine: true,
  score,
})
const other = (a: number | string, b: number | string, score: number | null): ScoredPair => ({
  identities: [`p${a}`, `p${b}`],
  genuine: false,
  score,
})

describe('against theory', () => {
  it('gives a mean of independent scores its standard error', () => {
    const random = createRandom('theory')
    const pairs = Array.from({ length: 1000 }, (_, i) => [
      same(i, random.normal()),
      other(`a${i}`, `b${i}`, 0.5 * random.normal()),
    ]).flat()
    const { g, i } = bootstrap(pairs, { g: genuineMean, i: impostorMean }, { resamples: 1000 })
    expect(g.standardError! / (1 / Math.sqrt(1000))).toBeCloseTo(1, 1)
    expect(i.standardError! / (0.5 / Math.sqrt(1000))).toBeCloseTo(1, 1)
    expect((g.interval![1] - g.interval![0]) / (2 * 1.96 * g.standardError!)).toBeCloseTo(1, 1)
  })

  it('sees that ten copies of a comparison are one comparison', () => {
    const random = createRandom('copies')
    const once = Array.from({ length: 300 }, (_, i) => [
      same(i, random.normal()),
      other(i, (i + 1) % 300, 0),
    ]).flat()
    const copies = once.flatMap(pair => (pair.genuine ? new Array<ScoredPair>(10).fill(pair) : [pair]))
    const [a, b] = [once, copies].map(pairs => bootstrap(pairs, { g: genuineMean }).g.standardError!)
    expect(b).toBeCloseTo(a!, 10)
  })
})

// How often 95 % intervals hold the truth. For comparison: drawing single comparisons instead of identities holds it
// in a quarter of these dense trials, the uncorrected vertex bootstrap in 100 % of the sparse ones.
describe('coverage', () => {
  const coverage = (
    truth: number,
    statistic: Statistic,
    simulate: (trial: number) => ScoredPair[],
  ): number => {
    let held = 0
    for (let trial = 0; trial < 100; trial++) {
      const { x } = bootstrap(simulate(trial), { x: statistic }, { resamples: 100, seed: trial })
      if (x.interval![0] <= truth && truth <= x.interval![1]) held++
    }
    return held / 100
  }

  it('is right where each person is in few comparisons (as in LFW)', () => {
    const found = coverage(
      0.1,
      ({ curve }) => ratesAt(curve, 0.9).fmr,
      trial => {
        const random = createRandom('sparse', trial)
        return [
          ...Array.from({ length: 200 }, (_, i) => same(i, 1)),
          ...Array.from({ length: 250 }, (_, i) => other(random.index(200), `q${i}`, random.uniform())),
        ]
      },
    )
    expect(found).toBeGreaterThan(0.88)
    expect(found).toBeLessThan(0.99)
  })

  it('is right where all are compared with all and some persons resemble everybody', () => {
    const found = coverage(0, impostorMean, trial => {
      const random = createRandom('dense', trial)
      const lamb = Array.from({ length: 40 }, () => random.normal())
      const pairs = Array.from({ length: 40 }, (_, i) => same(i, 1))
      for (let i = 0; i < 40; i++) {
        for (let j = 0; j < i; j++) pairs.push(other(i, j, lamb[i]! + lamb[j]! + random.normal()))
      }
      return pairs
    })
    expect(found).toBeGreaterThan(0.87)
    expect(found).toBeLessThan(0.99)
  })
})

describe('two systems on the same comparisons', () => {
  const random = createRandom('paired')
  const pairs = Array.from({ length: 400 }, (_, i) => [
    same(i, 0.5 + 0.25 * random.normal()),
    other(i, (i + 7) % 400, 0.25 * random.normal()),
  ]).flat()

  it('finds no difference where there is none', () => {
    const { d } = bootstrapDifference(
      pairs,
      pairs.map(pair => pair.score),
      { d: eer },
      { resamples: 50 },
    )
    expect(d).toEqual({ value: 0, interval: [0, 0], standardError: 0 })
  })

  it('is narrower than the difference of unpaired intervals', () => {
    const better = pairs.map(({ score, genuine }) => score! + (genuine ? 0.05 : 0) + 0.01 * random.normal())
    const { d } = bootstrapDifference(pairs, better, { d: genuineMean })
    const { g } = bootstrap(pairs, { g: genuineMean })
    expect(d.value).toBeCloseTo(0.05, 2)
    expect(d.interval![0]).toBeGreaterThan(0.045)
    expect(d.standardError!).toBeLessThan(g.standardError! / 10)
  })

  it('refuses lists of other comparisons', () => {
    expect(() => bootstrapDifference(pairs, [0.1], { d: eer })).toThrow('must be the same')
  })
})

describe('a resample', () => {
  it('repeats with its seed only', () => {
    const pairs = Array.from({ length: 40 }, (_, i) => [
      same(i, i / 40),
      other(i, (i + 1) % 40, i / 80),
    ]).flat()
    const run = (seed: number) => bootstrap(pairs, { eer }, { resamples: 100, seed })
    expect(run(5)).toEqual(run(5))
    expect(run(5)).not.toEqual(run(6))
  })

  it('weighs comparisons without a score too', () => {
    const pairs = Array.from({ length: 60 }, (_, i) => [
      same(i, i % 2 ? 0.9 : null),
      other(i, (i + 1) % 60, 0.1),
    ]).flat()
    const fnmr: Statistic = ({ curve }) => ratesAt(curve, 0.5).fnmr
    const { x } = bootstrap(pairs, { x: fnmr })
    expect(x.value).toBe(0.5)
    expect(x.standardError! / Math.sqrt(0.25 / 60)).toBeCloseTo(1, 1)
    expect(bootstrap(pairs, { x: fnmr }, { failurePolicy: 'exclude' }).x.value).toBe(0)
  })

  it('has no interval where hardly any draw is usable', () => {
    // The impostor comparison counts only when three of three draws are different persons and so all are drawn.
    const { x } = bootstrap([same(1, 0.9), other(2, 3, 0.1)], { x: eer }, { resamples: 400 })
    expect(x).toEqual({ value: 0, interval: null, standardError: null })
  })

  it('refuses labels that contradict the identities', () => {
    const wrong: ScoredPair = { identities: ['a', 'b'], genuine: true, score: 1 }
    expect(() => bootstrap([wrong, other(1, 2, 0)], { eer })).toThrow("can't be genuine")
    expect(() => bootstrap([same(1, 1)], { eer })).toThrow('genuine and impostor')
  })
})
