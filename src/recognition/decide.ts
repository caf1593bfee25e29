import type { CalibratedThreshold, Calibrator } from '../evaluation/calibrator.ts'

export type DecideOptions = {
  /** Threshold on the cosine. Default: the one that keeps the false match rate. */
  threshold?: number
  /** Highest false match rate, where no threshold is given. Default {@link DEFAULT_FMR}. */
  fmr?: number
}

/** A verdict with everything that has to be said along with it. */
export type Decision = {
  readonly verdict: 'same' | 'different'
  readonly threshold: CalibratedThreshold
  /** What the calibration knows about the score itself. */
  readonly evidence: {
    /** Share of pairs of different people that score as high or higher. */
    readonly fmr: number
    /** Share of pairs of the same person that score lower. */
    readonly fnmr: number
    /** How many times more often such a score occurs for the same person than for different people. */
    readonly likelihoodRatio: number
  }
}

/** One pair of different people in 1,000 may pass. */
export const DEFAULT_FMR = 1e-3

/**
 * Calls a score: the same person from the threshold up, different people below.
 * @param score Cosine in [-1, 1].
 * @throws XfmrError `E_TOO_FEW_SCORES` when the calibration is too small for the wanted false match rate.
 */
export const decide = (
  score: number,
  calibrator: Calibrator,
  { threshold, fmr = DEFAULT_FMR }: DecideOptions = {},
): Decision => {
  const chosen = threshold === undefined ? calibrator.forFmr(fmr) : calibrator.at(threshold)
  const here = calibrator.at(score)
  return {
    verdict: score >= chosen.value ? 'same' : 'different',
    threshold: chosen,
    evidence: { fmr: here.fmr, fnmr: here.fnmr, likelihoodRatio: calibrator.likelihoodRatio(score) },
  }
}
