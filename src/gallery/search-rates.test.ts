import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calibrate } from '../evaluation/calibration.ts'
import { calibrationFile } from '../evaluation/calibration-file.ts'
import { fpirOf } from '../evaluation/fpir.ts'
import type { ScoredPair } from '../evaluation/scores.ts'
import { createRandom } from '../random.ts'
import { conditionOf, createSearchCalibrator } from './search-rates.ts'

const random = createRandom('search rates')
const clamp = (value: number): number => Math.max(-1, Math.min(1, value))

/** 2,000 impostors around `middle`, 200 genuine pairs around 0.7. */
const pairs = (middle: number): ScoredPair[] =>
  Array.from({ length: 2200 }, (_, i) => ({
    identities: [`a${i}`, i < 200 ? `a${i}` : `b${i}`] as const,
    genuine: i < 200,
    score: clamp((i < 200 ? 0.7 : middle) + 0.1 * random.normal()),
  }))

const source = { name: 'test', date: '2026-01-01', synthetic: false }
const calibrator = createSearchCalibrator(
  calibrationFile('p', [
    calibrate(pairs(0), { ...source, condition: 'bare-bare' }),
    calibrate(pairs(0.1), { ...source, condition: 'bare-masked' }),
  ]),
)

describe('fpirOf', () => {
  it('is what is left of no comparison erring', () => {
    expect(fpirOf([])).toBe(0)
    expect(fpirOf([{ fmr: 0.1, count: 1 }])).toBeCloseTo(0.1, 12)
    expect(fpirOf([{ fmr: 0.1, count: 2 }])).toBeCloseTo(0.19, 12)
    expect(
      fpirOf([
        { fmr: 0.5, count: 1 },
        { fmr: 0.2, count: 2 },
      ]),
    ).toBeCloseTo(1 - 0.5 * 0.64, 12)
    expect(fpirOf([{ fmr: 1, count: 3 }])).toBe(1)
    // 1 - (1 - x)^n loses these digits.
    expect(fpirOf([{ fmr: 1e-18, count: 1000 }])).toBeCloseTo(1e-15, 25)
  })

  it('agrees with searches of independent comparisons', () => {
    let alarms = 0
    for (let search = 0; search < 20_000; search++) {
      let hit = false
      for (let i = 0; i < 30; i++) hit = random.chance(0.01) || hit
      alarms += Number(hit)
    }
    expect(fpirOf([{ fmr: 0.01, count: 30 }])).toBeCloseTo(alarms / 20_000, 1)
  })

  it('grows with the gallery and with every rate', () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(rate, fc.nat(1000), fc.nat(1000), (fmr, count, more) => {
        const one = fpirOf([{ fmr, count }])
        expect(one).toBeGreaterThanOrEqual(0)
        expect(one).toBeLessThanOrEqual(1)
        expect(fpirOf([{ fmr, count: count + more }])).toBeGreaterThanOrEqual(one)
      }),
    )
  })
})

describe('createSearchCalibrator', () => {
  it('chooses the lowest threshold that keeps the rate', () => {
    const size = { bare: 8, masked: 4 }
    const { value, chosen } = calibrator.threshold(0.1, false, size)
    expect(chosen).toBe('fpir')
    expect(calibrator.at(value, false, size).fpir).toBeLessThanOrEqual(0.1)
    expect(calibrator.at(value - 2 / 4096, false, size).fpir).toBeGreaterThan(0.1)
    expect(
      calibrator
        .at(value, false, size)
        .conditions.map(({ condition, comparisons }) => [condition, comparisons]),
    ).toEqual([
      ['bare-bare', 8],
      ['bare-masked', 4],
    ])
  })

  it('refuses a rate that the calibration can not measure, and falls back to the strictest by default', () => {
    const size = { bare: 1000, masked: 0 }
    expect(() => calibrator.threshold(0.01, false, size)).toThrowError(
      expect.objectContaining({ code: 'E_TOO_FEW_SCORES' }),
    )
    const { value, chosen } = calibrator.threshold(undefined, false, size)
    expect(chosen).toBe('lowest-measured')
    const rates = calibrator.at(value, false, size)
    expect(rates.measured).toBe(true)
    expect(rates.conditions[0]!.fmr).toBeLessThanOrEqual(3 / 2000)
    expect(calibrator.at(0.99, false, size)).toMatchObject({ fpir: 0, measured: false })
    expect(calibrator.at(0.99, false, size).fpirInterval[1]).toBeGreaterThan(0.5)
  })

  it('takes bare faces for a condition that was not measured', () => {
    expect(calibrator.at(0.2, true, { bare: 0, masked: 5 }).conditions).toMatchObject([
      { condition: 'bare-bare', comparisons: 5 },
    ])
    expect(conditionOf(true, true)).toBe('masked-masked')
  })
})
