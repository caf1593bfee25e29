import { errorCurve } from './curve.ts'
import type { Distribution } from './distribution.ts'
import { areaUnderRoc, equalErrorPoint, pointAtFmr } from './operating-point.ts'
import type { Scores } from './scores.ts'

/** The numbers of one setting. Rates are shares in [0, 1], not per cent. Definitions: `docs/metrics.md`. */
export type Metrics = {
  /** Comparisons, those without a score included. */
  readonly genuine: number
  readonly impostor: number
  /** Comparisons without a score. */
  readonly failedToAcquire: { readonly genuine: number; readonly impostor: number }
  readonly eer: number
  readonly eerThreshold: number
  /** FNMR where FMR <= 10 %, 5 %, 1 %, 0.1 % and 0. */
  readonly fmr10: number
  readonly fmr20: number
  readonly fmr100: number
  readonly fmr1000: number
  readonly zeroFmr: number
  /** The same by PyEER's rule: FNMR where FMR is closest to the target. */
  readonly closest: {
    readonly fmr10: number
    readonly fmr20: number
    readonly fmr100: number
    readonly fmr1000: number
    readonly zeroFmr: number
  }
  /** The thresholds of `fmr100` and `fmr1000`. */
  readonly fmr100Threshold: number
  readonly fmr1000Threshold: number
  readonly auc: number
  /** Arithmetic mean of the genuine and of the impostor scores; `null` when there are none. */
  readonly gMean: number | null
  readonly iMean: number | null
  readonly fdr: number | null
}

/** Computes all metrics of a setting. */
export const measure = (scores: Scores): Metrics => {
  const { genuine, impostor } = scores
  const curve = errorCurve(scores)
  const eer = equalErrorPoint(curve)
  const fmr100 = pointAtFmr(curve, 1e-2)
  const fmr1000 = pointAtFmr(curve, 1e-3)
  const closest = (target: number): number => pointAtFmr(curve, target, 'closest').fnmr
  return {
    genuine: genuine.scored + genuine.failures,
    impostor: impostor.scored + impostor.failures,
    failedToAcquire: { genuine: genuine.failures, impostor: impostor.failures },
    eer: eer.average,
    eerThreshold: eer.threshold,
    fmr10: pointAtFmr(curve, 0.1).fnmr,
    fmr20: pointAtFmr(curve, 0.05).fnmr,
    fmr100: fmr100.fnmr,
    fmr1000: fmr1000.fnmr,
    zeroFmr: pointAtFmr(curve, 0).fnmr,
    closest: {
      fmr10: closest(0.1),
      fmr20: closest(0.05),
      fmr100: closest(1e-2),
      fmr1000: closest(1e-3),
      zeroFmr: closest(0),
    },
    fmr100Threshold: fmr100.threshold,
    fmr1000Threshold: fmr1000.threshold,
    auc: areaUnderRoc(curve),
    gMean: finite(genuine.mean),
    iMean: finite(impostor.mean),
    fdr: finite(fisherRatio(genuine, impostor)),
  }
}

/**
 * Fisher discriminant ratio, (mean_g - mean_i)^2 / (variance_g + variance_i) with variances of ddof 0; higher =
 * better separated. NaN without scores, infinite when all scores of each kind are equal.
 */
export const fisherRatio = (genuine: Distribution, impostor: Distribution): number =>
  (genuine.mean - impostor.mean) ** 2 / (genuine.variance + impostor.variance)

// --- internal ---

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
