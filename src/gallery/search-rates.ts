import { XfmrError } from '../errors.ts'
import type { Condition } from '../evaluation/calibration.ts'
import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import { type CalibratedThreshold, type Calibrator, createCalibrator } from '../evaluation/calibrator.ts'
import { fpirOf } from '../evaluation/fpir.ts'
import { edgeOf } from '../evaluation/histogram.ts'
import { DEFAULT_FPIR } from './gallery.ts'
import type { SearchRates, SearchResult } from './schema.ts'

/** How many enrolled faces a probe is compared with, by whether they wear a mask. */
export type GallerySize = { readonly bare: number; readonly masked: number }

/** Says how often a search errs. */
export type SearchCalibrator = {
  /** Rates at a score, for a probe in a gallery of that size. */
  at(score: number, probeMasked: boolean, size: GallerySize): SearchRates
  /**
   * The lowest threshold that keeps a false positive identification rate.
   * @param wanted Default {@link DEFAULT_FPIR}; where the calibration can't measure that for so many faces, the strictest threshold
   * that it can vouch for
   * @throws XfmrError `E_TOO_FEW_SCORES` when a wanted rate can't be measured
   */
  threshold(wanted: number | undefined, probeMasked: boolean, size: GallerySize): ChosenThreshold
}

export type ChosenThreshold = Pick<NonNullable<SearchResult['threshold']>, 'value' | 'chosen' | 'wantedFpir'>

/** The condition of a comparison. */
export const conditionOf = (one: boolean, other: boolean): Condition =>
  (['bare-bare', 'bare-masked', 'masked-masked'] as const)[Number(one) + Number(other)]!

/** Opens the calibrations of a pipeline for searches. Where it has none for a condition, that of bare faces counts. */
export const createSearchCalibrator = (file: CalibrationFile): SearchCalibrator => {
  const calibrators = new Map<Condition, Calibrator>(
    file.calibrations.map(calibration => [calibration.condition, createCalibrator(calibration)]),
  )
  const groupsOf = (probeMasked: boolean, { bare, masked }: GallerySize): Group[] => {
    const groups = new Map<Calibrator, number>()
    for (const [count, worn] of [
      [bare, false],
      [masked, true],
    ] as const) {
      const calibrator = calibrators.get(conditionOf(probeMasked, worn)) ?? calibrators.get('bare-bare')
      if (!calibrator) {
        throw new XfmrError('E_BAD_CALIBRATION', 'The calibration has nothing on bare faces.')
      }
      if (count > 0) groups.set(calibrator, (groups.get(calibrator) ?? 0) + count)
    }
    return [...groups].map(([calibrator, count]) => ({ calibrator, count }))
  }
  return {
    at: (score, probeMasked, size) => ratesAt(groupsOf(probeMasked, size), score),
    threshold: (wanted, probeMasked, size) => {
      const groups = groupsOf(probeMasked, size)
      const total = size.bare + size.masked
      const target = wanted ?? DEFAULT_FPIR
      // What each comparison may contribute.
      const each = total === 0 ? 1 : -Math.expm1(Math.log1p(-target) / total)
      const lowest = Math.max(0, ...groups.map(({ calibrator }) => calibrator.lowestFmr))
      if (each >= lowest) return { value: lowestEdge(groups, target), chosen: 'fpir', wantedFpir: target }
      if (wanted !== undefined) throw tooFew(wanted, total, lowest)
      const value = Math.max(...groups.map(({ calibrator }) => calibrator.forFmr(calibrator.lowestFmr).value))
      return { value, chosen: 'lowest-measured', wantedFpir: target }
    },
  }
}

// --- internal ---

type Group = { readonly calibrator: Calibrator; readonly count: number }

const ratesAt = (groups: readonly Group[], score: number): SearchRates => {
  const found = groups.map(({ calibrator, count }) => ({ calibrator, count, rates: calibrator.at(score) }))
  const rate = (pick: (rates: CalibratedThreshold) => number): number =>
    fpirOf(found.map(({ count, rates }) => ({ count, fmr: pick(rates) })))
  return {
    fpir: rate(({ fmr }) => fmr),
    fpirInterval: [rate(({ intervals }) => intervals.fmr[0]), rate(({ intervals }) => intervals.fmr[1])],
    measured: found.every(({ calibrator, rates }) => rates.fmr >= calibrator.lowestFmr),
    conditions: found.map(({ count, rates: { condition, fmr, fnmr, intervals, calibration } }) => ({
      condition,
      comparisons: count,
      fmr,
      fnmr,
      intervals: { level: intervals.level, fmr: [...intervals.fmr], fnmr: [...intervals.fnmr] },
      calibration: {
        name: calibration.name,
        date: calibration.date,
        synthetic: calibration.synthetic,
        identities: calibration.identities,
        genuine: calibration.genuine,
        impostor: calibration.impostor,
      },
    })),
  }
}

/** FPIR falls from bin to bin of the calibrations, so the lowest edge that keeps it is found by halving. */
const lowestEdge = (groups: readonly Group[], target: number): number => {
  const bins = Math.max(2, ...groups.map(({ calibrator }) => calibrator.calibration.bins))
  let [low, high] = [0, bins]
  while (low < high) {
    const middle = (low + high) >> 1
    if (fpirAt(groups, edgeOf(middle, bins)) <= target) high = middle
    else low = middle + 1
  }
  return edgeOf(low, bins)
}

const fpirAt = (groups: readonly Group[], score: number): number =>
  fpirOf(groups.map(({ calibrator, count }) => ({ count, fmr: calibrator.at(score).fmr })))

const tooFew = (wanted: number, total: number, lowest: number): XfmrError => {
  const reachable = fpirOf([{ fmr: lowest, count: total }])
  return new XfmrError(
    'E_TOO_FEW_SCORES',
    `An FPIR of ${wanted} among ${total} faces can't be vouched for with this calibration: it measures false match rates down to ` +
      `${lowest.toPrecision(2)}, which makes ${reachable.toPrecision(2)}. Ask for a higher rate, give a threshold, or a calibration of more pairs.`,
    { details: { wanted, faces: total, lowestFmr: lowest, reachable } },
  )
}
