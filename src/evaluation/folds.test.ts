import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bestThreshold, crossValidatedAccuracy } from './folds.ts'
import type { ScoredPair } from './scores.ts'

const pair = (fold: number, genuine: boolean, score: number | null): ScoredPair => ({
  identities: genuine ? ['a', 'a'] : ['a', 'b'],
  genuine,
  score,
  fold,
})

describe('accuracy by the LFW protocol', () => {
  // Worked by hand. Training scores without fold 1: same .7 .5 .8 .35, different .3 .4 .1 .2.
  // Thresholds in (.3, .35] and in (.4, .5] get 7 of 8 right; the lower, its middle .325, is taken.
  // Fold 1 has same .9 .6 and different .2 .65: .65 passes wrongly, 3 of 4 right.
  const pairs = [
    pair(1, true, 0.9),
    pair(1, true, 0.6),
    pair(1, false, 0.2),
    pair(1, false, 0.65),
    pair(2, true, 0.7),
    pair(2, true, 0.5),
    pair(2, false, 0.3),
    pair(2, false, 0.4),
    pair(3, true, 0.8),
    pair(3, true, 0.35),
    pair(3, false, 0.1),
    pair(3, false, 0.2),
  ]
  const result = crossValidatedAccuracy(pairs)

  it('takes each threshold from the other folds', () => {
    // Without fold 2: same .9 .6 .8 .35, different .2 .65 .1 .2: the best lies in (.2, .35], 7 of 8.
    // Without fold 3: same .9 .6 .7 .5, different .2 .65 .3 .4: the best lies in (.4, .5], 7 of 8.
    expect(result.folds.map(({ threshold }) => threshold.toFixed(12))).toEqual(
      [0.325, 0.275, 0.45].map(t => t.toFixed(12)),
    )
    expect(result.folds.map(({ correct }) => correct)).toEqual([3, 2, 3])
    expect([...result.decisions]).toEqual([1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1])
  })

  it('averages over the folds', () => {
    expect(result.accuracy).toBeCloseTo((0.75 + 0.5 + 0.75) / 3, 12)
    // Deviations 1/12, -1/6, 1/12: variance (1/144 + 1/36 + 1/144) / 2 = 1/48; error sqrt(1/48 / 3) = 1/12.
    expect(result.standardError).toBeCloseTo(1 / 12, 12)
  })

  it('decides a pair without a score as different, or leaves it out', () => {
    const failed = [...pairs, pair(3, true, null), pair(3, false, null)]
    expect(crossValidatedAccuracy(failed).folds[2]).toMatchObject({ correct: 4, total: 6 })
    expect(crossValidatedAccuracy(failed, { failurePolicy: 'exclude' }).folds[2]).toMatchObject({
      correct: 3,
      total: 4,
    })
  })

  it('needs folds', () => {
    expect(() => crossValidatedAccuracy(pairs.filter(({ fold }) => fold === 1))).toThrow('two folds')
    expect(() => crossValidatedAccuracy([...pairs, { ...pairs[0]!, fold: undefined }])).toThrow('two folds')
  })
})

describe('the best threshold', () => {
  it('beats every other one on the pairs it was chosen from', () => {
    const scored = fc.record({
      genuine: fc.boolean(),
      score: fc.integer({ min: -6, max: 6 }).map(n => n / 6),
    })
    fc.assert(
      fc.property(fc.array(scored, { minLength: 1, maxLength: 25 }), list => {
        const pairs = list.map(({ genuine, score }) => pair(1, genuine, score))
        const right = (t: number) => pairs.filter(({ genuine, score }) => score! >= t === genuine).length
        const candidates = Array.from({ length: 61 }, (_, i) => -1.5 + i / 20)
        const chosen = bestThreshold(pairs)
        expect(right(chosen)).toBe(Math.max(...candidates.map(right)))
        const below = pairs.map(({ score }) => score!).filter(score => score < chosen)
        for (const score of below) expect(right(score)).toBeLessThan(right(chosen))
      }),
    )
  })

  it('can lie above every score, and between neighbouring doubles', () => {
    expect(bestThreshold([pair(1, false, 0.4)])).toBeGreaterThan(0.4)
    const close = 0.5 + 2 ** -53
    expect(bestThreshold([pair(1, false, 0.5), pair(1, true, close)])).toBe(close)
  })
})
