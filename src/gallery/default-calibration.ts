import plain from '../../models/calibration/mobilefacenet-search.json' with { type: 'json' }
import unmasking from '../../models/calibration/mobilefacenet-unmask-search.json' with { type: 'json' }
import {
  type CalibrationFile,
  calibrationFile,
  parseCalibrationFile,
} from '../evaluation/calibration-file.ts'
import { asTheyAreCalibration } from '../recognition/default-calibration.ts'

/**
 * The calibrations for searches that ship with xfmr: where there are any, from all comparisons of an identification (millions, as
 * small false match rates need), for the other conditions those of `compare`.
 * @returns `undefined` where nothing is known of the pipeline
 */
export const searchCalibration = (pipeline: string): CalibrationFile | undefined => {
  const own = SHIPPED.find(file => file.pipeline === pipeline)
  const searched = own
    ? parseCalibrationFile(own, 'The search calibration that ships with xfmr').calibrations
    : []
  const ofPairs = asTheyAreCalibration(pipeline)?.calibrations ?? []
  const compared = ofPairs.filter(({ condition }) => searched.every(other => other.condition !== condition))
  const all = [...searched, ...compared]
  return all.length > 0 ? calibrationFile(pipeline, all) : undefined
}

/** The pipeline of a gallery that was made with the default models and options. */
export const DEFAULT_SEARCH_PIPELINE: string = unmasking.pipeline

// --- internal ---

const SHIPPED = [plain, unmasking]
