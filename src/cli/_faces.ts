import { XfmrError } from '../errors.ts'
import type { FaceChoice } from '../face/choose.ts'

/** Parses `--face`. @throws XfmrError `E_USAGE` */
export const faceOption = (value: string | undefined, name = 'face'): FaceChoice | undefined => {
  if (value === undefined || value === 'largest' || value === 'central') return value
  const index = Number(value)
  if (/^\d+$/.test(value) && Number.isSafeInteger(index)) return index
  throw new XfmrError(
    'E_USAGE',
    `--${name} takes largest, central or the number of a face (from 0), not "${value}".`,
  )
}

/** Help texts of options that several commands share. */
export const FACE_OPTION = {
  type: 'string',
  valueHint: 'largest|central|N',
  description: 'Which face to take from a photo that shows several',
} as const

export const MODEL_OPTION = {
  type: 'string',
  valueHint: 'NAME',
  description: 'Recogniser to use, see "xfmr models list" (default mobilefacenet)',
} as const

export const FLIP_OPTION = {
  type: 'boolean',
  description: 'Average every face with its mirror image: twice the cost, a little more accurate',
} as const

export const JOBS_OPTION = {
  type: 'string',
  valueHint: 'N',
  description: 'Photos to work on at the same time (default: one for each processor core)',
} as const
