import { XfmrError } from '../errors.ts'
import type { Calibration, CalibrationSet, Condition, ScoreTable } from './calibration.ts'
import { type ErrorRates, errorCurve, ratesAt } from './curve.ts'
import { type Distribution, tabulate } from './distribution.ts'
import { edgeOf } from './histogram.ts'
import { type Interval, wilson } from './intervals.ts'
import { fitLikelihoodRatio, log10LikelihoodRatio } from './likelihood-ratio.ts'
import { pointAtFmr } from './operating-point.ts'
import { comparisons, scoresOf } from './scores.ts'

/** A threshold with everything that must be said beside it. */
export type CalibratedThreshold = {
  readonly value: number
  readonly fmr: number
  readonly fnmr: number
  readonly intervals: { readonly level: number; readonly fmr: Interval; readonly fnmr: Interval }
  readonly condition: Condition
  readonly calibration: CalibrationSet
}

/** Answers questions about thresholds and scores in one condition. */
export type Calibrator = {
  readonly calibration: Calibration
  /** The lowest FMR that the set can support: 3 / impostor comparisons. */
  readonly lowestFmr: number
  /** How often a threshold errs. */
  at(threshold: number, level?: number): CalibratedThreshold
  /**
   * The lowest threshold with FMR <= `fmr`.
   * @throws XfmrError `E_TOO_FEW_SCORES` when the set is too small to measure such an FMR.
   */
  forFmr(fmr: number, level?: number): CalibratedThreshold
  /** How many times more often such a score occurs for the same person than for different ones. */
  likelihoodRatio(score: number): number
}

/**
 * Opens a calibration. Intervals are Wilson's for the effective number of comparisons, n / design effect.
 *
 * The lowest FMR follows from the rule of three: n comparisons without an error show with 95 % confidence only
 * that the rate is below 3 / n.
 */
export const createCalibrator = (calibration: Calibration): Calibrator => {
  const { set, bins, designEffect, condition } = calibration
  const scores = scoresOf(
    distribution(calibration.genuine, bins, set.failedToAcquire.genuine),
    distribution(calibration.impostor, bins, set.failedToAcquire.impostor),
  )
  const curve = errorCurve(scores)
  const ratios = fitLikelihoodRatio(scores)
  const impostors = comparisons(scores.impostor, 'reject')
  const lowestFmr = Math.min(1, 3 / impostors)
  const describe = ({ threshold, fmr, fnmr }: ErrorRates, level: number): CalibratedThreshold => ({
    value: threshold,
    fmr,
    fnmr,
    intervals: {
      level,
      fmr: wilson(fmr, impostors / designEffect.impostor, level),
      fnmr: wilson(fnmr, comparisons(scores.genuine, 'reject') / designEffect.genuine, level),
    },
    condition,
    calibration: set,
  })
  return {
    calibration,
    lowestFmr,
    at: (threshold, level = 0.95) => describe(ratesAt(curve, threshold), level),
    forFmr: (fmr, level = 0.95) => {
      if (fmr < lowestFmr) {
        throw new XfmrError(
          'E_TOO_FEW_SCORES',
          `An FMR of ${fmr} can't be measured with the ${impostors} impostor comparisons of ${set.name}: that takes at ` +
            `least ${Math.ceil(3 / fmr)}. The lowest that this calibration supports is ${lowestFmr.toPrecision(2)}.`,
          { details: { fmr, lowestFmr, impostors } },
        )
      }
      return describe(pointAtFmr(curve, fmr), level)
    },
    likelihoodRatio: score => 10 ** log10LikelihoodRatio(ratios, score),
  }
}

/** A calibrated threshold in words: one sentence each for different and for same persons. */
export const sayThreshold = ({
  value,
  fmr,
  fnmr,
  intervals,
  condition,
  calibration,
}: CalibratedThreshold): string => {
  const masks = {
    'bare-bare': 'Without masks',
    'bare-masked': 'With one mask',
    'masked-masked': 'With two masks',
  }[condition]
  const range = ([low, high]: Interval): string => `${perCent(low)} to ${perCent(high)} %`
  const { name, genuine, impostor, date, synthetic } = calibration
  return [
    `${masks}, at threshold ${value.toFixed(3)}, ${inWords(fmr, impostor)} of different persons would pass`,
    `(${intervals.level * 100} % interval ${range(intervals.fmr)}), and ${perCent(fnmr)} % of pairs of the same person`,
    `would fail (${range(intervals.fnmr)}). Measured on ${name}${synthetic ? ', synthetic masks' : ''}:`,
    `${genuine} genuine and ${impostor} impostor pairs, ${date}.`,
  ].join(' ')
}

// --- internal ---

const distribution = ({ bins, counts }: ScoreTable, of: number, failures: number): Distribution =>
  tabulate(
    Float64Array.from(bins, bin => edgeOf(bin, of)),
    Float64Array.from(counts),
    failures,
    2 / of,
  )

const perCent = (share: number): string => String(Number((share * 100).toPrecision(2)))

const inWords = (fmr: number, impostors: number): string => {
  if (fmr === 0) return `none of ${impostors} pairs`
  return fmr > 0.1 ? `${perCent(fmr)} % of pairs` : `1 in ${Math.round(1 / fmr)} pairs`
}
