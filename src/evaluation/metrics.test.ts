import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorCurve, ratesAt } from './curve.ts'
import { exactDistribution } from './distribution.ts'
import { measure } from './metrics.ts'
import { areaUnderRoc, equalErrorPoint, pointAtFmr, tarAtFar } from './operating-point.ts'
import { type FailurePolicy, scoresOf } from './scores.ts'

const GENUINE = [0.9, 0.8, 0.75, 0.7, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2]
const IMPOSTOR = [0.45, 0.35, 0.25, 0.2, 0.15, 0.1, 0.05, 0, -0.05, -0.1]

const scores = (
  genuine: readonly number[],
  impostor: readonly number[],
  failures = [0, 0],
  failurePolicy: FailurePolicy = 'reject',
) =>
  scoresOf(exactDistribution(genuine, failures[0]), exactDistribution(impostor, failures[1]), {
    failurePolicy,
  })

const curveOf = (...args: Parameters<typeof scores>) => errorCurve(scores(...args))

describe('the hand-worked vector', () => {
  const metrics = measure(scores(GENUINE, IMPOSTOR))

  it('has the known error rates', () => {
    expect(metrics.eer).toBe(0.2)
    expect(metrics.zeroFmr).toBe(0.3)
    expect(metrics.fmr1000).toBe(0.3)
    expect(metrics.fmr1000Threshold).toBe(0.5)
    expect(metrics.fmr100).toBe(0.3)
    expect(metrics.fmr100Threshold).toBe(0.5)
    expect(metrics.fmr10).toBe(0.2)
    expect(pointAtFmr(curveOf(GENUINE, IMPOSTOR), 0.1).threshold).toBe(0.4)
    expect(metrics.closest).toEqual({ fmr10: 0.2, fmr20: 0.2, fmr100: 0.3, fmr1000: 0.3, zeroFmr: 0.3 })
  })

  it('has the known separation', () => {
    expect(metrics.gMean).toBeCloseTo(0.57, 12)
    expect(metrics.iMean).toBeCloseTo(0.14, 12)
    expect(metrics.fdr).toBeCloseTo(2.515646, 6)
  })

  it('counts ties half in the area under the ROC', () => {
    // Of 100 pairings: .9 to .5 beat all ten impostors, .4 nine, .3 eight, .2 six and ties with one.
    expect(metrics.auc).toBeCloseTo((70 + 9 + 8 + 6.5) / 100, 12)
  })
})

describe('the two rules for a wanted FMR', () => {
  it('differ where the closest FMR is above the target', () => {
    // FMR 1 at .1, 2/3 at .2, 1/3 at .3; the target .3 is closest to 1/3, which exceeds it.
    const curve = curveOf([0.25, 0.35, 0.5], [0.1, 0.2, 0.3])
    expect(pointAtFmr(curve, 0.3, 'closest')).toMatchObject({ threshold: 0.25, fmr: 1 / 3, fnmr: 0 })
    expect(pointAtFmr(curve, 0.3)).toMatchObject({ threshold: 0.35, fmr: 0, fnmr: 1 / 3 })
  })

  it('disagree about ZeroFMR when an impostor has the top score', () => {
    const curve = curveOf([0.1, 0.2], [0.15, 0.9])
    expect(pointAtFmr(curve, 0).fnmr).toBe(1)
    expect(pointAtFmr(curve, 0).threshold).toBeGreaterThan(0.9)
    expect(pointAtFmr(curve, 0, 'closest')).toMatchObject({ threshold: 0.2, fmr: 0.5, fnmr: 0.5 })
  })

  it('meets a target exactly that the counts can meet', () => {
    const impostor = Array.from({ length: 3000 }, (_, i) => i / 3000)
    expect(pointAtFmr(curveOf([0.5, 1], impostor), 1e-3)).toMatchObject({ threshold: 2997 / 3000, fmr: 1e-3 })
  })
})

describe('failures to acquire', () => {
  it('are genuine failures and turned-away impostors under "reject"', () => {
    const metrics = measure(scores([0.8, 0.9], [0.1, 0.85], [2, 6]))
    expect(metrics).toMatchObject({
      genuine: 4,
      impostor: 8,
      failedToAcquire: { genuine: 2, impostor: 6 },
      zeroFmr: 0.75,
    })
    expect(ratesAt(curveOf([0.8, 0.9], [0.1, 0.85], [2, 6]), 0.8)).toMatchObject({ fmr: 1 / 8, fnmr: 0.5 })
  })

  it('leave the rates alone under "exclude", but are still counted', () => {
    const metrics = measure(scores([0.8, 0.9], [0.1, 0.85], [2, 6], 'exclude'))
    expect(metrics).toMatchObject({ genuine: 4, failedToAcquire: { genuine: 2, impostor: 6 }, zeroFmr: 0.5 })
  })

  it('can be all there is', () => {
    const curve = curveOf([], [], [3, 5])
    expect(equalErrorPoint(curve)).toMatchObject({ fmr: 0, fnmr: 1, average: 0.5 })
    expect(areaUnderRoc(curve)).toBe(0.5)
    expect(measure(scores([], [], [3, 5]))).toMatchObject({ gMean: null, fdr: null })
  })
})

it('refuses scores that say nothing', () => {
  expect(() => scores([], [0.1])).toThrow('no genuine score')
  expect(() => scores([0.1], [], [0, 4], 'exclude')).toThrow('no impostor score')
  expect(() => scores([Number.NaN], [0.1])).toThrow('NaN')
  expect(() => scores([-Infinity, 0.2], [0.1])).toThrow('-Infinity')
})

// A few distinct values, so that ties within and across the kinds are the rule.
const few = fc.array(
  fc.integer({ min: -8, max: 8 }).map(n => n / 8),
  { minLength: 1, maxLength: 30 },
)
const any = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 30 })
const side = fc.oneof(few, any)
const failures = fc.tuple(fc.nat(5), fc.nat(5)).map(pair => [...pair])
const policy = fc.constantFrom<FailurePolicy>('reject', 'exclude')

describe('against a slow implementation', () => {
  const slow = (
    genuine: readonly number[],
    impostor: readonly number[],
    [fg, fi]: number[],
    policy: FailurePolicy,
  ) => {
    const extra = policy === 'reject' ? 1 : 0
    const g = genuine.length + extra * fg!
    const n = impostor.length + extra * fi!
    const rates = (t: number) => ({
      t,
      fmr: impostor.filter(s => s >= t).length / n,
      fnmr: (genuine.filter(s => s < t).length + extra * fg!) / g,
    })
    const points = [...new Set([...genuine, ...impostor])].sort((a, b) => a - b).map(rates)
    return { g, n, rates, points }
  }

  it('agrees on rates, EER and operating points', () => {
    fc.assert(
      fc.property(
        side,
        side,
        failures,
        policy,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (gen, imp, fail, how, target) => {
          const { rates, points } = slow(gen, imp, fail, how)
          const curve = curveOf(gen, imp, fail, how)
          for (const { t, fmr, fnmr } of [...points, rates(0.3), rates(-2), rates(2)]) {
            expect(ratesAt(curve, t)).toEqual({ threshold: t, fmr, fnmr, average: (fmr + fnmr) / 2 })
          }
          const within = points.filter(point => point.fmr <= target)
          expect(pointAtFmr(curve, target).fnmr).toBe(Math.min(1, ...within.map(point => point.fnmr)))
          expect(tarAtFar(curve, target)).toBe(1 - Math.min(1, ...within.map(point => point.fnmr)))
          const distance = Math.min(...points.map(point => Math.abs(point.fmr - target)))
          const hit = points.find(point => Math.abs(point.fmr - target) === distance)!
          expect(pointAtFmr(curve, target, 'closest')).toMatchObject({ threshold: hit.t, fnmr: hit.fnmr })
          const t2 = points.findIndex(point => point.fmr <= point.fnmr)
          if (t2 >= 0) {
            const t1 = t2 > 0 && points[t2]!.fmr !== points[t2]!.fnmr ? t2 - 1 : t2
            const sums = [t1, t2].map(k => points[k]!.fmr + points[k]!.fnmr)
            expect(equalErrorPoint(curve).average).toBe(Math.min(...sums) / 2)
            expect(equalErrorPoint(curve).threshold).toBe(points[sums[0]! <= sums[1]! ? t1 : t2]!.t)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('agrees on the area under the ROC', () => {
    fc.assert(
      fc.property(side, side, failures, policy, (gen, imp, fail, how) => {
        const pad = (scores: readonly number[], count: number) =>
          how === 'reject' ? [...scores, ...new Array<number>(count).fill(-Infinity)] : scores
        const [g, n] = [pad(gen, fail[0]!), pad(imp, fail[1]!)]
        let wins = 0
        for (const a of g) for (const b of n) wins += a > b ? 1 : a === b ? 0.5 : 0
        expect(areaUnderRoc(curveOf(gen, imp, fail, how))).toBeCloseTo(wins / g.length / n.length, 12)
      }),
    )
  })

  it('agrees on means and the Fisher ratio', () => {
    fc.assert(
      fc.property(any, any, (gen, imp) => {
        const mean = (x: readonly number[]) => x.reduce((sum, s) => sum + s, 0) / x.length
        const variance = (x: readonly number[]) => mean(x.map(s => (s - mean(x)) ** 2))
        const metrics = measure(scores(gen, imp))
        expect(metrics.gMean).toBeCloseTo(mean(gen), 12)
        expect(metrics.iMean).toBeCloseTo(mean(imp), 12)
        const fdr = (mean(gen) - mean(imp)) ** 2 / (variance(gen) + variance(imp))
        if (variance(gen) + variance(imp) > 1e-3)
          expect(Math.abs(metrics.fdr! - fdr)).toBeLessThan(1e-10 * Math.max(1, fdr))
      }),
    )
  })
})
