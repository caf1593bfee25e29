import { XfmrError } from '../errors.ts'
import type { FaceChoice } from '../face/choose.ts'
import type { OpenOptions } from '../node.ts'
import type { UnmaskMode } from '../recognition/unmask.ts'
import { choiceOption } from './_command.ts'

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

const FLIP_OPTION = {
  type: 'boolean',
  description: 'Average every face with its mirror image: twice the cost, a little more accurate',
} as const

const UNMASK = ['auto', 'always', 'never'] as const satisfies readonly UnmaskMode[]

/** How faces become embeddings: the options of every command that does that. */
export const NETWORK_OPTIONS = {
  flip: FLIP_OPTION,
  model: MODEL_OPTION,
  unmask: {
    type: 'string',
    valueHint: UNMASK.join('|'),
    description:
      'Correct the embedding for a mask: of faces that wear one, of all, of none (default auto where a correction is there)',
  },
  'unmask-model': {
    type: 'string',
    valueHint: 'FILE',
    description: 'Use this correction, as "xfmr train unmask" wrote it for the same recogniser',
  },
  'counterpart-model': {
    type: 'string',
    valueHint: 'FILE',
    description: 'Compare bare faces with corrected ones by this file, as "xfmr train counterpart" wrote it',
  },
  'mask-landmarks': {
    type: 'string',
    valueHint: 'FILE',
    description: 'Find corrected faces again with this landmark model, as "xfmr train landmarks" wrote it',
  },
} as const

/** Reads them. @throws XfmrError `E_USAGE` */
export const networkOptions = (args: {
  flip?: boolean | undefined
  model?: string | undefined
  unmask?: string | undefined
  'unmask-model'?: string | undefined
  'counterpart-model'?: string | undefined
  'mask-landmarks'?: string | undefined
}): Pick<
  OpenOptions,
  'counterpartModel' | 'flip' | 'maskLandmarks' | 'recogniser' | 'unmask' | 'unmaskModel'
> => {
  const { flip = false, model, unmask, 'unmask-model': unmaskModel, 'mask-landmarks': maskLandmarks } = args
  const counterpartModel = args['counterpart-model']
  return {
    flip,
    ...(model === undefined ? {} : { recogniser: model }),
    ...(unmask === undefined ? {} : { unmask: choiceOption('unmask', unmask, UNMASK) }),
    ...(unmaskModel === undefined ? {} : { unmaskModel }),
    ...(counterpartModel === undefined ? {} : { counterpartModel }),
    ...(maskLandmarks === undefined ? {} : { maskLandmarks }),
  }
}

export const JOBS_OPTION = {
  type: 'string',
  valueHint: 'N',
  description: 'Photos to work on at the same time (default: one for each processor core)',
} as const
