import { describe, expect, it } from 'vitest'
import { calibrate } from '../evaluation/calibration.ts'
import { createCalibrator } from '../evaluation/calibrator.ts'
import { decide } from './decide.ts'
import { defaultCalibration } from './default-calibration.ts'

/** 4,000 pairs of each kind, evenly spread: different people over [-0.2, 0.3], the same person over [0.2, 0.9]. */
const pairs = Array.from({ length: 8000 }, (_, i) => {
  const genuine = i % 2 === 0
  const share = (Math.floor(i / 2) + 0.5) / 4000
  return {
    identities: genuine ? ([`p${i}`, `p${i}`] as const) : ([`p${i}`, `q${i}`] as const),
    genuine,
    score: genuine ? 0.2 + 0.7 * share : -0.2 + 0.5 * share,
  }
})
const calibrator = createCalibrator(
  calibrate(pairs, { condition: 'bare-bare', name: 'evenly spread', date: '2026-01-01', synthetic: false }),
)

describe('decide', () => {
  it('takes the threshold that keeps the false match rate', () => {
    const { threshold, verdict } = decide(0.5, calibrator)
    // One in 1,000 of an even spread up to 0.3: 0.3 - 0.5 / 1000, to the width of a bin (2 / 4096).
    expect(Math.abs(threshold.value - 0.2995)).toBeLessThanOrEqual(2 / 4096)
    expect(threshold.fmr).toBeLessThanOrEqual(1e-3)
    expect(threshold.intervals.fmr[0]).toBeLessThan(threshold.fmr)
    expect(threshold.intervals.fmr[1]).toBeGreaterThan(threshold.fmr)
    // The same person below 0.2995: (0.2995 - 0.2) / 0.7.
    expect(threshold.fnmr).toBeCloseTo(0.142, 2)
    expect(threshold).toMatchObject({
      condition: 'bare-bare',
      calibration: { name: 'evenly spread', genuine: 4000, impostor: 4000 },
    })
    expect(verdict).toBe('same')
  })

  it('calls the same person from the threshold on, and different people right below', () => {
    expect(decide(0.25, calibrator, { threshold: 0.25 }).verdict).toBe('same')
    expect(decide(0.2499999, calibrator, { threshold: 0.25 }).verdict).toBe('different')
  })

  it('quotes the rates of a threshold of the user', () => {
    const { threshold } = decide(0.5, calibrator, { threshold: 0.25 })
    expect(threshold.value).toBe(0.25)
    expect(threshold.fmr).toBeCloseTo(0.1, 2)
    expect(threshold.fnmr).toBeCloseTo(0.05 / 0.7, 2)
  })

  it('says how unusual the score is on either side', () => {
    const { evidence } = decide(0.25, calibrator)
    expect(evidence.fmr).toBeCloseTo(0.1, 2)
    expect(evidence.fnmr).toBeCloseTo(0.0714, 2)
    // Densities there: 1 / 0.7 against 1 / 0.5.
    expect(evidence.likelihoodRatio).toBeCloseTo(0.5 / 0.7, 1)
  })

  it('does not promise a rate that the set is too small to show', () => {
    expect(() => decide(0.5, calibrator, { fmr: 1e-5 })).toThrow(
      expect.objectContaining({ code: 'E_TOO_FEW_SCORES' }),
    )
  })
})

describe('defaultCalibration', () => {
  it('refuses other pipelines, and says how to calibrate one', () => {
    expect(() => defaultCalibration('detector:0/mine:1')).toThrow(
      expect.objectContaining({
        code: 'E_BAD_CALIBRATION',
        message: expect.stringMatching(/detector:0\/mine:1.*xfmr evaluate.*--calibration/),
      }),
    )
  })
})
