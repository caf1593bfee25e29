import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import type { Calibration, Condition } from './calibration.ts'

/** All calibrations of one pipeline, at most one for each condition. */
export type CalibrationFile = {
  readonly format: 'xfmr-calibration'
  readonly version: 1
  /** Id of the detector, alignment, recogniser and unmasking that made the scores. */
  readonly pipeline: string
  readonly calibrations: readonly Calibration[]
}

/** Puts calibrations together for writing; `JSON.stringify` gives the file. */
export const calibrationFile = (pipeline: string, calibrations: readonly Calibration[]): CalibrationFile =>
  parseCalibrationFile({ format: 'xfmr-calibration', version: 1, pipeline, calibrations })

/**
 * Checks a calibration file.
 * @param content Its text, or the JSON value in it.
 * @param name For messages.
 * @throws XfmrError `E_BAD_CALIBRATION` saying what is wrong where.
 */
export const parseCalibrationFile = (content: unknown, name = 'The calibration'): CalibrationFile => {
  const value = typeof content === 'string' ? parseJson(content, name) : content
  const { format, version } = (value ?? {}) as Partial<CalibrationFile>
  if (format === 'xfmr-calibration' && typeof version === 'number' && version > 1) {
    throw new XfmrError(
      'E_BAD_CALIBRATION',
      `${name} has format version ${version}; this xfmr reads version 1. Update xfmr.`,
    )
  }
  const result = SCHEMA.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const place = issue.path.length > 0 ? ` at ${issue.path.join('.')}` : ''
  throw new XfmrError('E_BAD_CALIBRATION', `${name} is not valid${place}: ${issue.message}.`, {
    cause: result.error,
  })
}

/**
 * The calibration of a condition.
 * @param pipeline Id of the pipeline that made the scores to be judged.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when the file is of another pipeline, `E_BAD_CALIBRATION` when it has
 * nothing on the condition.
 */
export const calibrationFor = (
  file: CalibrationFile,
  condition: Condition,
  pipeline: string,
): Calibration => {
  if (file.pipeline !== pipeline) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `The calibration was made with pipeline ${file.pipeline}, the scores with ${pipeline}: its error rates don't hold for them.`,
    )
  }
  const found = file.calibrations.find(calibration => calibration.condition === condition)
  if (found) return found
  const known = file.calibrations.map(calibration => calibration.condition).join(', ') || 'none'
  throw new XfmrError(
    'E_BAD_CALIBRATION',
    `The calibration has nothing on ${condition} pairs; it covers: ${known}.`,
  )
}

// --- internal ---

const count = z.int().nonnegative()

const table = z
  .object({ bins: z.array(count), counts: z.array(z.int().positive()) })
  .refine(({ bins, counts }) => bins.length === counts.length, 'bins and counts differ in length')
  .refine(({ bins }) => bins.every((bin, i) => i === 0 || bin > bins[i - 1]!), 'bins must rise')

const calibration = z
  .object({
    condition: z.enum(['bare-bare', 'bare-masked', 'masked-masked']),
    set: z.object({
      name: z.string().min(1),
      date: z.iso.date(),
      synthetic: z.boolean(),
      identities: count,
      genuine: count,
      impostor: count,
      failedToAcquire: z.object({ genuine: count, impostor: count }),
    }),
    bins: z
      .int()
      .min(2)
      .max(2 ** 24)
      .refine(bins => Number.isInteger(Math.log2(bins)), 'must be a power of two'),
    genuine: table,
    impostor: table,
    designEffect: z.object({ genuine: z.number().min(1), impostor: z.number().min(1) }),
    cost: z.object({
      crossValidated: z.number().nonnegative().nullable(),
      minimum: z.number().nonnegative(),
    }),
  })
  .superRefine(({ set, bins, ...rest }, context) => {
    for (const side of ['genuine', 'impostor'] as const) {
      const scored = rest[side].counts.reduce((sum, n) => sum + n, 0)
      const complain = (message: string): void => context.addIssue({ code: 'custom', path: [side], message })
      if (scored === 0) complain('there are no scores')
      if (scored + set.failedToAcquire[side] !== set[side])
        complain(`the counts don't add up to ${set[side]} comparisons`)
      if ((rest[side].bins.at(-1) ?? 0) > bins) complain('a bin lies beyond the last one')
    }
  })

const SCHEMA = z.object({
  format: z.literal('xfmr-calibration'),
  version: z.literal(1),
  pipeline: z.string().min(1),
  calibrations: z
    .array(calibration)
    .refine(
      list => new Set(list.map(entry => entry.condition)).size === list.length,
      'a condition occurs twice',
    ),
})

const parseJson = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new XfmrError('E_BAD_CALIBRATION', `${name} is no JSON: ${(cause as Error).message}.`, { cause })
  }
}
