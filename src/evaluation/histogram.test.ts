import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCurve, ratesAt } from './curve.ts'
import { exactDistribution } from './distribution.ts'
import { addScores, createHistogram, edgeOf, histogramDistribution, mergeHistograms } from './histogram.ts'
import { measure } from './metrics.ts'
import { equalErrorPoint } from './operating-point.ts'
import { scoresOf } from './scores.ts'

const histogramOf = (scores: ArrayLike<number>, bins: number) => {
  const histogram = createHistogram(bins)
  addScores(histogram, scores)
  return histogram
}

const score = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: -16, max: 16 }).map(n => n / 16), // on an edge
  fc.constantFrom(-1e-300, -0, 1 - 2 ** -53, -1 + 2 ** -53),
)
const side = fc.array(score, { minLength: 1, maxLength: 40 })

describe('the histogram form', () => {
  it('is the exact form of the scores rounded down to an edge', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(2, 32, 4096), (genuine, impostor, bins) => {
        const down = (scores: readonly number[]) =>
          scores.map(
            s => Array.from({ length: bins + 1 }, (_, k) => edgeOf(k, bins)).findLast(edge => edge <= s)!,
          )
        const binned = errorCurve(
          scoresOf(
            histogramDistribution(histogramOf(genuine, bins)),
            histogramDistribution(histogramOf(impostor, bins)),
          ),
        )
        const exact = errorCurve(
          scoresOf(exactDistribution(down(genuine)), exactDistribution(down(impostor))),
        )
        expect(binned.thresholds.slice(0, -1)).toEqual(exact.thresholds.slice(0, -1))
        expect(binned.fmr).toEqual(exact.fmr)
        expect(binned.fnmr).toEqual(exact.fnmr)
      }),
    )
  })

  it('agrees with the exact form: at edges fully, elsewhere to a bin and never too low', () => {
    fc.assert(
      fc.property(side, side, score, (genuine, impostor, t) => {
        const bins = 64
        const exact = scoresOf(exactDistribution(genuine), exactDistribution(impostor))
        const binned = scoresOf(histogramDistribution(histogramOf(genuine, bins)), exact.impostor)
        const [fine, coarse] = [errorCurve(exact), errorCurve(binned)]
        for (let k = 0; k <= bins; k++) {
          expect(ratesAt(coarse, edgeOf(k, bins))).toEqual(ratesAt(fine, edgeOf(k, bins)))
        }
        const [truth, estimate] = [ratesAt(fine, t), ratesAt(coarse, t)]
        expect(estimate.fmr).toBeGreaterThanOrEqual(truth.fmr)
        expect(estimate.fnmr).toBeGreaterThanOrEqual(truth.fnmr)
        expect(estimate.fmr).toBeLessThanOrEqual(ratesAt(fine, t - 2 / bins).fmr)
        expect(estimate.fnmr).toBeLessThanOrEqual(ratesAt(fine, t + 2 / bins).fnmr)
        expect(Math.abs(measure(binned).gMean! - measure(exact).gMean!)).toBeLessThanOrEqual(1 / bins + 1e-12)
      }),
    )
  })

  it('does not depend on how the scores were split over workers', () => {
    fc.assert(
      fc.property(fc.array(side, { minLength: 1, maxLength: 5 }), parts => {
        const merged = mergeHistograms(parts.map(part => histogramOf(part, 1024)))
        expect(merged.counts).toEqual(histogramOf(parts.flat().reverse(), 1024).counts)
      }),
    )
  })

  it('carries failures through a merge', () => {
    const [a, b] = [createHistogram(8), createHistogram(8)]
    a.failures = 2
    b.failures = 3
    expect(histogramDistribution(mergeHistograms([a, b])).failures).toBe(5)
  })

  it('forgives rounding beyond 1 and refuses what is no cosine', () => {
    expect(histogramOf([1.0000001, -1.0000001], 8).counts).toEqual(Float64Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1))
    expect(() => histogramOf([1.01], 8)).toThrow('outside [-1, 1]')
    expect(() => histogramOf([Number.NaN], 8)).toThrow('NaN')
    expect(() => createHistogram(1000)).toThrow('power of two')
    expect(() => mergeHistograms([createHistogram(8), createHistogram(16)])).toThrow('8 and 16')
  })

  it('measures millions of impostors against the exact form', () => {
    const impostor = Float64Array.from(
      { length: 1e6 },
      (_, i) => 0.3 * Math.sin(i * 12.9898) * Math.cos(i * 0.618),
    )
    const genuine = Float64Array.from({ length: 1000 }, (_, i) => 0.2 + (0.6 * i) / 1000)
    const exact = scoresOf(exactDistribution(genuine), exactDistribution(impostor))
    const binned = scoresOf(exactDistribution(genuine), histogramDistribution(histogramOf(impostor, 65_536)))
    const [a, b] = [equalErrorPoint(errorCurve(exact)), equalErrorPoint(errorCurve(binned))]
    expect(Math.abs(a.threshold - b.threshold)).toBeLessThan(1e-3) // one genuine score apart at most
    expect(b.average).toBeCloseTo(a.average, 3)
    expect(measure(binned).fdr).toBeCloseTo(measure(exact).fdr!, 3)
  })
})
