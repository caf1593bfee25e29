import { type BootstrapOptions, bootstrap, type Sample, type Statistic } from './bootstrap.ts'
import { type ErrorRates, errorCurve, ratesAt } from './curve.ts'
import { type CrossValidatedAccuracy, crossValidatedAccuracy } from './folds.ts'
import { hull, type Interval, wilson } from './intervals.ts'
import { fisherRatio, type Metrics, measure } from './metrics.ts'
import { areaUnderRoc, equalErrorPoint, pointAtFmr } from './operating-point.ts'
import { comparisons, type ScoredPair, type Scores, scoresOfPairs } from './scores.ts'

/** The metrics of one setting with their intervals. */
export type Measurement = Metrics & {
  /** Accuracy by the LFW protocol; only where the pairs come in folds. */
  readonly accuracy?: number
  readonly accuracyStandardError?: number
  readonly folds?: CrossValidatedAccuracy['folds']
  /** Error rates at thresholds that were fixed elsewhere, by name; see {@link MeasurementOptions}. */
  readonly at: Readonly<Record<string, ErrorRates>>
  /** By name of the metric; `at.<name>.fmr` and so on for fixed thresholds. `null` where none can be given. */
  readonly intervals: Readonly<Record<string, Interval | null>>
}

export type MeasurementOptions = BootstrapOptions & {
  /**
   * Thresholds to be judged on these pairs, by name. Take them from unmasked pairs to see what masks do to a
   * system whose threshold nobody changes.
   */
  readonly thresholds?: Readonly<Record<string, number>>
  /**
   * The scores of all comparisons, where the pairs are a random sample of them: numbers come from these, intervals
   * from the pairs, moved to where the numbers are.
   */
  readonly scores?: Scores
}

/**
 * Measures one setting. Intervals come from a bootstrap over identities; that of an error rate is widened to
 * Wilson's where a resample can't show the uncertainty (no error, or very few).
 * @throws XfmrError as {@link bootstrap} does.
 */
export const measurePairs = (pairs: readonly ScoredPair[], options: MeasurementOptions = {}): Measurement => {
  const { thresholds = {}, level = 0.95, failurePolicy = 'reject' } = options
  const scores = options.scores ?? scoresOfPairs(pairs, options)
  const genuine = comparisons(scores.genuine, failurePolicy)
  const impostor = comparisons(scores.impostor, failurePolicy)
  const curve = errorCurve(scores)
  const folded = !options.scores && new Set(pairs.map(pair => pair.fold)).size > 1
  const accuracy = folded ? crossValidatedAccuracy(pairs, options) : undefined

  // What each number is, and the comparisons that it is a share of where it is one.
  const statistics: Record<string, Statistic> = { ...STATISTICS }
  const trials: Record<string, number> = { eer: Math.min(genuine, impostor) }
  for (const name of ['fmr10', 'fmr20', 'fmr100', 'fmr1000', 'zeroFmr']) trials[name] = genuine
  for (const [name, threshold] of Object.entries(thresholds)) {
    for (const rate of ['fmr', 'fnmr', 'average'] as const) {
      statistics[`at.${name}.${rate}`] = sample => ratesAt(sample.curve, threshold)[rate]
    }
    Object.assign(trials, { [`at.${name}.fmr`]: impostor, [`at.${name}.fnmr`]: genuine })
    trials[`at.${name}.average`] = Math.min(genuine, impostor)
  }
  if (accuracy) {
    statistics.accuracy = share(accuracy.decisions)
    trials.accuracy = accuracy.decisions.filter(Number.isFinite).length
  }

  const estimates = bootstrap(pairs, statistics, options)
  const whole: Sample = { scores, curve, weights: new Float64Array(0) }
  const intervals = Object.entries(estimates).map(([name, estimate]) => {
    const value = options.scores ? statistics[name]!(whole) : estimate.value
    const shift = value - estimate.value
    const interval =
      estimate.interval && ([estimate.interval[0] + shift, estimate.interval[1] + shift] as const)
    const simple = trials[name] === undefined ? null : wilson(value, trials[name], level)
    return [name, interval && simple ? within(hull(interval, simple)) : (interval ?? simple)]
  })
  return {
    ...measure(scores),
    ...(accuracy && {
      accuracy: accuracy.accuracy,
      accuracyStandardError: accuracy.standardError,
      folds: accuracy.folds,
    }),
    at: Object.fromEntries(
      Object.entries(thresholds).map(([name, threshold]) => [name, ratesAt(curve, threshold)]),
    ),
    intervals: Object.fromEntries(intervals),
  }
}

/** The metrics that have an interval, for a comparison of two systems with `bootstrapDifference`. */
export const STATISTICS = {
  eer: ({ curve }) => equalErrorPoint(curve).average,
  fmr10: ({ curve }) => pointAtFmr(curve, 0.1).fnmr,
  fmr20: ({ curve }) => pointAtFmr(curve, 0.05).fnmr,
  fmr100: ({ curve }) => pointAtFmr(curve, 1e-2).fnmr,
  fmr1000: ({ curve }) => pointAtFmr(curve, 1e-3).fnmr,
  zeroFmr: ({ curve }) => pointAtFmr(curve, 0).fnmr,
  auc: ({ curve }) => areaUnderRoc(curve),
  gMean: ({ scores }) => scores.genuine.mean,
  iMean: ({ scores }) => scores.impostor.mean,
  fdr: ({ scores }) => fisherRatio(scores.genuine, scores.impostor),
} as const satisfies Record<string, Statistic>

/** The share of ones among values that are 0, 1 or NaN (left out). */
export const share =
  (values: Float64Array) =>
  ({ weights }: Sample): number => {
    let ones = 0
    let total = 0
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]!)) continue
      ones += weights[i]! * values[i]!
      total += weights[i]!
    }
    return ones / total
  }

// --- internal ---

const within = ([low, high]: Interval): Interval => [Math.max(0, low), Math.min(1, high)]
