import mobilefacenet from '../../models/calibration/mobilefacenet.json' with { type: 'json' }
import unmasking from '../../models/calibration/mobilefacenet-unmask.json' with { type: 'json' }
import explainable from '../../models/calibration/mobilefacenet-unmask-xcos.json' with { type: 'json' }
import { XfmrError } from '../errors.ts'
import { type CalibrationFile, parseCalibrationFile } from '../evaluation/calibration-file.ts'

/**
 * The calibration of a pipeline, or of another score than the cosine (see `Xfmr.scoreId`), that ships with xfmr.
 * @throws XfmrError `E_BAD_CALIBRATION` when none of them is of this pipeline: error rates of one pipeline say nothing
 * about another.
 */
export const defaultCalibration = (pipeline: string): CalibrationFile => {
  const kept = parsed.get(pipeline)
  if (kept) return kept
  const found = SHIPPED.find(file => file.pipeline === pipeline)
  if (found) {
    const file = parseCalibrationFile(found, 'The calibration that ships with xfmr')
    parsed.set(pipeline, file)
    return file
  }
  throw new XfmrError(
    'E_BAD_CALIBRATION',
    `xfmr has no error rates for the pipeline ${pipeline}, so it can't choose a threshold. Measure it with ` +
      '"xfmr evaluate DATASET --calibration FILE" and give that file with --calibration.',
    { details: { pipeline, calibrated: SHIPPED.map(file => file.pipeline) } },
  )
}

/**
 * The calibration of pairs whose embeddings are of this pipeline and are compared as they are: without conditions in which one face is
 * compared by its counterpart.
 * @returns `undefined` where none ships with xfmr
 */
export const asTheyAreCalibration = (pipeline: string): CalibrationFile | undefined => {
  const found = SHIPPED.find(file => file.pipeline.split('/counterpart:')[0] === pipeline)
  if (!found) return undefined
  const file = defaultCalibration(found.pipeline)
  if (found.pipeline === pipeline) return file
  return { ...file, calibrations: file.calibrations.filter(({ condition }) => condition !== 'bare-masked') }
}

// --- internal ---

const SHIPPED = [mobilefacenet, unmasking, explainable]

/** Checked once: that takes longer than a network. */
const parsed = new Map<string, CalibrationFile>()
