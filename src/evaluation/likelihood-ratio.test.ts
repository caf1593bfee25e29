import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { exactDistribution } from './distribution.ts'
import { coarsen } from './histogram.ts'
import {
  costOfLikelihoodRatios,
  fitLikelihoodRatio,
  log10LikelihoodRatio,
  minimumCost,
} from './likelihood-ratio.ts'
import { scoresOf } from './scores.ts'

const scores = (genuine: readonly number[], impostor: readonly number[]) =>
  scoresOf(exactDistribution(genuine), exactDistribution(impostor))

const normals = (seed: string, count: number, mean: number) => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => mean + 0.1 * random.normal())
}

describe('likelihood ratios', () => {
  it('pools by hand', () => {
    // Ascending: .1 impostor, .2 impostor, .3 genuine, .4 impostor, .5 genuine. With one of each at either end:
    // .1 (1,2) .2 (0,1) | .3 (1,0) .4 (0,1) | .5 (2,1): shares 1/4, 1/2, 2/3; 5 impostors to 4 genuine in all.
    const fit = fitLikelihoodRatio(scores([0.3, 0.5], [0.1, 0.2, 0.4]))
    expect([...fit.scores]).toEqual([0.1, 0.2, 0.3, 0.4, 0.5])
    const ratios = [1 / 3, 1 / 3, 1, 1, 2].map(odds => Math.log10((odds * 5) / 4))
    ratios.forEach((ratio, k) => void expect(fit.log10[k]).toBeCloseTo(ratio, 12))
    expect(log10LikelihoodRatio(fit, 0.25)).toBeCloseTo((ratios[1]! + ratios[2]!) / 2, 12)
    expect(log10LikelihoodRatio(fit, -1)).toBe(fit.log10[0])
    expect(log10LikelihoodRatio(fit, 1)).toBe(fit.log10[4])
  })

  it('recover a known ratio', () => {
    // Normal scores at 0 and .3 with deviation .1: log LR = 30 s - 4.5, 10^0 at .15.
    const fit = fitLikelihoodRatio(scores(normals('g', 4000, 0.3), normals('i', 4000, 0)))
    for (const s of [0.08, 0.12, 0.15, 0.18, 0.22]) {
      expect(log10LikelihoodRatio(fit, s)).toBeCloseTo((30 * s - 4.5) / Math.LN10, 0)
    }
  })

  it('never fall, and stay within what the size of the set supports', () => {
    const side = fc.array(
      fc.integer({ min: -9, max: 9 }).map(n => n / 9),
      { minLength: 1, maxLength: 30 },
    )
    fc.assert(
      fc.property(side, side, (genuine, impostor) => {
        const fit = fitLikelihoodRatio(scores(genuine, impostor))
        for (let k = 1; k < fit.log10.length; k++)
          expect(fit.log10[k]!).toBeGreaterThanOrEqual(fit.log10[k - 1]!)
        const bound = Math.log10(
          Math.max(
            (genuine.length + 1) * (impostor.length + 2),
            (impostor.length + 1) * (genuine.length + 2),
          ),
        )
        expect(Math.abs(fit.log10[0]!)).toBeLessThan(bound)
        expect(Math.abs(fit.log10.at(-1)!)).toBeLessThan(bound)
      }),
    )
  })
})

describe('their cost', () => {
  it('is one bit when the score says nothing, none when it tells all', () => {
    expect(minimumCost(scores([0.5], [0.5]))).toBe(1)
    expect(minimumCost(scores([0.8, 0.9], [0.1, 0.2]))).toBe(0)
  })

  it('has a minimum that no rising step function beats', () => {
    const levels = [-1, -0.3, 0, 0.4, 1.2]
    const side = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(side, side, (genuine, impostor) => {
        const set = scores(genuine, impostor)
        const least = minimumCost(set)
        for (const a of levels) {
          for (const b of levels.filter(level => level >= a)) {
            for (const c of levels.filter(level => level >= b)) {
              const steps = { scores: Float64Array.of(0, 1, 2), log10: Float64Array.of(a, b, c) }
              expect(costOfLikelihoodRatios(steps, set)).toBeGreaterThanOrEqual(least - 1e-12)
            }
          }
        }
      }),
    )
  })

  it('on unseen scores is near that of the true ratio', () => {
    const fit = fitLikelihoodRatio(scores(normals('g1', 3000, 0.3), normals('i1', 3000, 0)))
    const unseen = scores(normals('g2', 3000, 0.3), normals('i2', 3000, 0))
    const line = (s: number) => (30 * s - 4.5) / Math.LN10
    const truth = { scores: Float64Array.of(-1, 1), log10: Float64Array.of(line(-1), line(1)) }
    expect(costOfLikelihoodRatios(fit, unseen)).toBeCloseTo(costOfLikelihoodRatios(truth, unseen), 1)
    expect(minimumCost(unseen)).toBeLessThan(costOfLikelihoodRatios(truth, unseen))
  })

  it('hardly changes when scores are binned', () => {
    const set = scores(normals('g3', 500, 0.3), normals('i3', 500, 0))
    const binned = scoresOf(coarsen(set.genuine, 4096), coarsen(set.impostor, 4096))
    expect(minimumCost(binned)).toBeCloseTo(minimumCost(set), 2)
    expect(costOfLikelihoodRatios(fitLikelihoodRatio(binned), set)).toBeCloseTo(
      costOfLikelihoodRatios(fitLikelihoodRatio(set), set),
      2,
    )
  })
})
