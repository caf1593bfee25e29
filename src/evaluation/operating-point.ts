import { XfmrError } from '../errors.ts'
import { type ErrorCurve, type ErrorRates, pointOf } from './curve.ts'

/**
 * How the threshold for a wanted FMR is picked.
 * - `at-most`: the lowest FNMR among thresholds with FMR <= target. The usual definition in the literature and
 *   the default: the FMR that is claimed is never exceeded.
 * - `closest`: the observed score whose FMR is closest to the target, the lowest on a tie. What PyEER computes,
 *   hence the published tables that were made with it; its FMR may exceed the target.
 */
export type FmrRule = 'at-most' | 'closest'

/**
 * The point with FMR = `target`: FMR100 is the FNMR there for target 0.01, ZeroFMR for target 0.
 * @param target Wanted FMR in [0, 1].
 * @throws XfmrError `E_USAGE` when the target is no rate.
 */
export const pointAtFmr = (curve: ErrorCurve, target: number, rule: FmrRule = 'at-most'): ErrorRates => {
  if (!(target >= 0 && target <= 1))
    throw new XfmrError('E_USAGE', `An FMR lies in [0, 1]; ${target} does not.`)
  return pointOf(curve, rule === 'at-most' ? firstAtMost(curve, target) : closest(curve, target))
}

/** TAR@FAR: the share of genuine comparisons accepted where FMR <= `far`, 1 - FNMR. */
export const tarAtFar = (curve: ErrorCurve, far: number, rule: FmrRule = 'at-most'): number =>
  1 - pointAtFmr(curve, far, rule).fnmr

/**
 * Equal error rate as PyEER and FVC2000 define it. With t2 the first threshold where FMR <= FNMR and t1 the one
 * before (t2 itself where both rates are equal), it is (FMR + FNMR) / 2 at that of the two where the sum is
 * smaller, t1 on a tie. `average` of the result is the EER.
 */
export const equalErrorPoint = (curve: ErrorCurve): ErrorRates => {
  const { fmr, fnmr } = curve
  let second = 0
  while (fmr[second]! > fnmr[second]!) second++ // ends: the last point has FMR 0, FNMR 1
  const first = second > 0 && fmr[second] !== fnmr[second] ? second - 1 : second
  const sum = (k: number): number => fmr[k]! + fnmr[k]!
  return pointOf(curve, sum(first) <= sum(second) ? first : second)
}

/**
 * Area under the ROC: the chance that a random genuine comparison scores higher than a random impostor, ties
 * counting half (Mann-Whitney).
 */
export const areaUnderRoc = ({ fmr, fnmr }: ErrorCurve): number => {
  // Comparisons without a score, if they count, lie below every score: from the first point up to (1, 1).
  let area = (1 - fmr[0]!) * (1 - fnmr[0]! / 2)
  for (let k = 1; k < fmr.length; k++) area += (fmr[k - 1]! - fmr[k]!) * (1 - (fnmr[k - 1]! + fnmr[k]!) / 2)
  return Math.min(1, area) // a perfect one may add up to a little more
}

// --- internal ---

const firstAtMost = ({ fmr }: ErrorCurve, target: number): number => {
  let low = 0
  let high = fmr.length - 1 // FMR 0
  while (low < high) {
    const middle = (low + high) >>> 1
    if (fmr[middle]! > target) low = middle + 1
    else high = middle
  }
  return low
}

const closest = ({ fmr }: ErrorCurve, target: number): number => {
  // The last threshold lies above every score, so no score was observed there.
  let best = 0
  for (let k = 1; k < fmr.length - 1; k++) {
    if (Math.abs(fmr[k]! - target) < Math.abs(fmr[best]! - target)) best = k
  }
  return best
}
