import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { measurePairs } from './measurement.ts'
import { measure } from './metrics.ts'
import { type ScoredPair, scoresOfPairs } from './scores.ts'

const random = createRandom('measurement')
const pairs: ScoredPair[] = Array.from({ length: 200 }, (_, i) => {
  const fold = 1 + (i % 10)
  return [
    { identities: [`p${i}`, `p${i}`] as const, genuine: true, score: 0.5 + 0.2 * random.normal(), fold },
    {
      identities: [`p${i}`, `p${(i + 10) % 200}`] as const,
      genuine: false,
      score: 0.15 * random.normal(),
      fold,
    },
  ]
}).flat()

describe('a measured setting', () => {
  const result = measurePairs(pairs, { resamples: 200, thresholds: { unmasked: 0.3, never: 2 } })

  it('holds the metrics', () => {
    expect(result).toMatchObject(measure(scoresOfPairs(pairs)))
    expect(result.accuracy).toBeGreaterThan(0.8)
    expect(result.folds).toHaveLength(10)
  })

  it('has an interval around every one of them', () => {
    for (const name of [
      'eer',
      'fmr10',
      'fmr20',
      'fmr100',
      'fmr1000',
      'zeroFmr',
      'auc',
      'gMean',
      'iMean',
      'fdr',
      'accuracy',
    ] as const) {
      const [low, high] = result.intervals[name]!
      expect(low).toBeLessThan(high)
      expect(low).toBeLessThanOrEqual(result[name]!)
      expect(high).toBeGreaterThanOrEqual(result[name]!)
    }
  })

  it('judges thresholds that were fixed elsewhere, with an interval even where nothing went wrong', () => {
    const fnmr = pairs.filter(({ genuine, score }) => genuine && score! < 0.3).length / 200
    expect(result.at.unmasked).toMatchObject({ threshold: 0.3, fnmr })
    expect(result.at.never).toMatchObject({ fmr: 0, fnmr: 1, average: 0.5 })
    expect(result.intervals['at.never.fmr']![0]).toBe(0)
    expect(result.intervals['at.never.fmr']![1]).toBeCloseTo(1.96 ** 2 / (200 + 1.96 ** 2), 4)
    expect(result.intervals['at.unmasked.fnmr']![0]).toBeGreaterThan(0)
  })
})

it('falls back on Wilson where a set is too small to resample', () => {
  const tiny: ScoredPair[] = [
    { identities: ['a', 'a'], genuine: true, score: 0.9 },
    { identities: ['b', 'c'], genuine: false, score: 0.1 },
  ]
  const { intervals, accuracy, eer } = measurePairs(tiny, { resamples: 400 })
  expect(eer).toBe(0)
  expect(accuracy).toBeUndefined()
  expect(intervals.eer![1]).toBeGreaterThan(0.7)
  expect(intervals.gMean).toBeNull()
})
