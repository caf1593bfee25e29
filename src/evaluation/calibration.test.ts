import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../random.ts'
import { bootstrap } from './bootstrap.ts'
import { calibrate, calibrateScores } from './calibration.ts'
import { calibrationFile, calibrationFor, parseCalibrationFile } from './calibration-file.ts'
import { createCalibrator, sayThreshold } from './calibrator.ts'
import { ratesAt } from './curve.ts'
import { exactDistribution } from './distribution.ts'
import { addScores, createHistogram, histogramDistribution } from './histogram.ts'
import { wilson } from './intervals.ts'
import { type ScoredPair, scoresOf } from './scores.ts'

const SOURCE = { condition: 'bare-masked', name: 'made up', date: '2026-11-24', synthetic: true } as const

const random = createRandom('calibration')
const pairs: ScoredPair[] = Array.from({ length: 3000 }, (_, i) => [
  {
    identities: [`p${i % 900}`, `p${i % 900}`] as const,
    genuine: true,
    score: i % 100 === 7 ? null : 0.5 + 0.15 * random.normal(),
    fold: 1 + (i % 3),
  },
  {
    identities: [`p${i % 900}`, `q${i}`] as const,
    genuine: false,
    score: 0.12 * random.normal(),
    fold: 1 + (i % 3),
  },
]).flat()
const calibration = calibrate(pairs, SOURCE)
const calibrator = createCalibrator(calibration)

describe('a calibration', () => {
  it('says where it comes from', () => {
    expect(calibration).toMatchObject({
      condition: 'bare-masked',
      set: {
        name: 'made up',
        identities: 3900,
        genuine: 3000,
        impostor: 3000,
        failedToAcquire: { genuine: 30, impostor: 0 },
      },
    })
  })

  it('has the error rates of its scores at every edge, and never lower ones between', () => {
    for (const t of [-0.5, 0, 0.125, 0.25, 0.3, 0.3333, 0.5, 0.9]) {
      const fmr = pairs.filter(({ genuine, score }) => !genuine && score !== null && score >= t).length / 3000
      const fnmr =
        pairs.filter(({ genuine, score }) => genuine && (score === null || score < t)).length / 3000
      const found = calibrator.at(t)
      if (Number.isInteger(t * 2048)) expect(found).toMatchObject({ fmr, fnmr })
      expect(found.fmr).toBeGreaterThanOrEqual(fmr)
      expect(found.fnmr).toBeGreaterThanOrEqual(fnmr)
      expect(found.fmr + found.fnmr - fmr - fnmr).toBeLessThan(0.01)
    }
  })

  it('widens Wilson by the design effect', () => {
    const { genuine, impostor } = calibration.designEffect
    const { fmr, fnmr, intervals } = calibrator.at(0.25)
    expect(intervals.fmr).toEqual(wilson(fmr, 3000 / impostor))
    expect(intervals.fnmr).toEqual(wilson(fnmr, 3000 / genuine))
    expect(calibrator.at(0.25, 0.99).intervals.fnmr[1]).toBeGreaterThan(intervals.fnmr[1])
  })

  it('finds the threshold for an FMR that can be measured, and refuses any other', () => {
    const found = calibrator.forFmr(1e-3)
    expect(found.fmr).toBeLessThanOrEqual(1e-3)
    expect(calibrator.at(found.value - 1 / 2048).fmr).toBeGreaterThan(0.9e-3)
    expect(() => calibrator.forFmr(1e-4)).toThrow(/FMR of 0.0001 .* 3000 impostor .* least 30000/)
    expect(calibrator.lowestFmr).toBe(1e-3)
  })

  it('knows how much a score is worth', () => {
    expect(calibrator.likelihoodRatio(0.7)).toBeGreaterThan(100)
    expect(calibrator.likelihoodRatio(0)).toBeLessThan(0.05)
    expect(calibration.cost.minimum).toBeLessThan(calibration.cost.crossValidated!)
    expect(calibration.cost.crossValidated).toBeLessThan(0.3)
  })

  it('can be said in a sentence', () => {
    expect(sayThreshold(calibrator.forFmr(1e-3))).toMatch(
      /^With one mask, at threshold 0\.\d{3}, 1 in \d+ pairs of different persons would pass \(95 % interval .* to .* %\), and .* %/,
    )
    expect(sayThreshold(calibrator.at(0.9))).toContain('none of 3000 pairs')
  })

  it('is monotone', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)].map(t => calibrator.at(t))
          expect(low!.fmr).toBeGreaterThanOrEqual(high!.fmr)
          expect(low!.fnmr).toBeLessThanOrEqual(high!.fnmr)
          expect(calibrator.likelihoodRatio(low!.value)).toBeLessThanOrEqual(
            calibrator.likelihoodRatio(high!.value),
          )
        },
      ),
    )
  })

  it('comes out the same from histograms', () => {
    const side = (genuine: boolean) => {
      const histogram = createHistogram()
      const scores = pairs.filter(pair => pair.genuine === genuine).map(pair => pair.score)
      addScores(
        histogram,
        scores.filter(score => score !== null),
      )
      histogram.failures = scores.filter(score => score === null).length
      return histogramDistribution(histogram)
    }
    const { designEffect, cost } = calibration
    const details = { ...SOURCE, identities: 3900, designEffect, crossValidated: cost.crossValidated }
    expect(calibrateScores(scoresOf(side(true), side(false)), details)).toEqual(calibration)
    const coarse = createHistogram(1024)
    addScores(coarse, [0.1])
    const few = scoresOf(exactDistribution([0.5]), histogramDistribution(coarse))
    expect(() => calibrateScores(few, details)).toThrow("can't be split")
  })
})

describe('the design effect', () => {
  const wide = (copies: number): ScoredPair[] => {
    const draw = createRandom('copies')
    return Array.from({ length: 400 }, (_, i) => {
      const [a, b] = [0.4 + 0.15 * draw.normal(), 0.2 * draw.normal()]
      return Array.from({ length: copies }, () => [
        { identities: [`p${i}`, `p${i}`] as const, genuine: true, score: a },
        { identities: [`a${i}`, `b${i}`] as const, genuine: false, score: b },
      ]).flat()
    }).flat()
  }

  it('is 1 for independent comparisons', () => {
    const { genuine, impostor } = calibrate(wide(1), SOURCE).designEffect
    expect(genuine).toBeCloseTo(1, 12)
    expect(impostor).toBeCloseTo(1, 12)
  })

  it('is 5 where every genuine comparison stands there five times', () => {
    expect(calibrate(wide(5), SOURCE).designEffect.genuine).toBeCloseTo(5, 10)
  })

  it('agrees with the bootstrap where persons look alike', () => {
    const draw = createRandom('lambs')
    const lamb = Array.from({ length: 40 }, () => 0.1 * draw.normal())
    const list: ScoredPair[] = [{ identities: ['p0', 'p0'], genuine: true, score: 0.9 }]
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < i; j++) {
        list.push({
          identities: [`p${i}`, `p${j}`],
          genuine: false,
          score: lamb[i]! + lamb[j]! + 0.1 * draw.normal(),
        })
      }
    }
    const { impostor } = calibrate(list, SOURCE).designEffect
    const { x } = bootstrap(list, { x: ({ curve }) => ratesAt(curve, 0).fmr }, { resamples: 200 })
    const effect = x.standardError! ** 2 / ((x.value * (1 - x.value)) / 780)
    expect(impostor / effect).toBeGreaterThan(0.8)
    expect(impostor / effect).toBeLessThan(1.6) // the largest over several thresholds
  })
})

describe('the file', () => {
  const file = calibrationFile('pipeline-1', [calibration])

  it('survives writing and reading, and is small', () => {
    const text = JSON.stringify(file)
    expect(parseCalibrationFile(text)).toEqual(file)
    expect(text.length).toBeLessThan(25_000)
  })

  it('belongs to one pipeline and knows its conditions', () => {
    expect(calibrationFor(file, 'bare-masked', 'pipeline-1')).toEqual(calibration)
    expect(() => calibrationFor(file, 'bare-masked', 'pipeline-2')).toThrow('made with pipeline pipeline-1')
    expect(() => calibrationFor(file, 'bare-bare', 'pipeline-1')).toThrow('covers: bare-masked')
  })

  const broken = (place: string, value: unknown): string => {
    const copy = JSON.parse(JSON.stringify(file))
    const keys = place.split('.')
    const last = keys.pop()!
    keys.reduce((object, key) => object[key], copy)[last] = value
    return JSON.stringify(copy)
  }

  it.each([
    ['{', 'no JSON'],
    ['null', 'not valid'],
    [broken('version', 2), 'reads version 1'],
    [broken('calibrations.1', calibration), 'occurs twice'],
    [broken('calibrations.0.set.date', '24.11.2026'), 'calibrations.0.set.date'],
    [broken('calibrations.0.set.genuine', 7), "don't add up to 7"],
    [broken('calibrations.0.genuine.bins.0', 9999), 'bins must rise'],
    [broken('calibrations.0.genuine.counts', [2970]), 'differ in length'],
    [broken('calibrations.0.bins', 4000), 'power of two'],
    [broken('calibrations.0.bins', 2048), 'beyond the last'],
    [broken('calibrations.0.designEffect.impostor', 0.5), 'designEffect.impostor'],
  ])('refuses %#', (text, message) => {
    expect(() => parseCalibrationFile(text, 'x.json')).toThrow(message)
  })
})
