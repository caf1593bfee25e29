/**
 * Every code that an {@link XfmrError} can carry. Codes are stable: scripts may match on them.
 * They are listed with their meaning in `docs/errors.md`.
 */
export type XfmrErrorCode =
  | 'E_USAGE'
  | 'E_NOT_FOUND'
  | 'E_READ'
  | 'E_WRITE'
  | 'E_DECODE'
  | 'E_TOO_LARGE'
  | 'E_TOO_SMALL'
  | 'E_NO_FACE'
  | 'E_SEVERAL_FACES'
  | 'E_LANDMARKS'
  | 'E_PROFILE'
  | 'E_MODEL_MISSING'
  | 'E_MODEL_FETCH'
  | 'E_MODEL_INTEGRITY'
  | 'E_MODEL_INVALID'
  | 'E_MODEL_SHAPE'
  | 'E_PIPELINE_MISMATCH'
  | 'E_UNSUPPORTED_OP'
  | 'E_UNKNOWN_LAYER'
  | 'E_RUNTIME'
  | 'E_BAD_PAIRS'
  | 'E_BAD_DATASET'
  | 'E_BAD_SCORES'
  | 'E_TOO_FEW_SCORES'
  | 'E_BAD_CALIBRATION'
  | 'E_NOT_FINITE'
  | 'E_BAD_REQUEST'
  | 'E_MEDIA_TYPE'
  | 'E_UNAUTHORISED'
  | 'E_FORBIDDEN'
  | 'E_BUSY'
  | 'E_TIMEOUT'
  | 'E_GALLERY'
  | 'E_GALLERY_BUSY'
  | 'E_GALLERY_KEY'
  | 'E_SUBJECT_NAME'
  | 'E_SUBJECT_EXISTS'
  | 'E_UNKNOWN_SUBJECT'
  | 'E_UNKNOWN_EXAMPLE'
  | 'E_EMBEDDING'
  | 'E_BAD_LINE'
  | 'E_UNKNOWN_BATCH'
  | 'E_INTERNAL'

/** What an {@link XfmrError} can carry besides its message. */
export type XfmrErrorOptions = {
  /** The error that led to this one. */
  cause?: unknown
  /** Facts for programs, for instance the faces that `E_SEVERAL_FACES` found. JSON-serialisable. */
  details?: Record<string, unknown>
}

/**
 * The one error class of xfmr. The message says what was wrong with what, and what to do about it;
 * `code` is stable and meant for programs.
 */
export class XfmrError extends Error {
  override readonly name = 'XfmrError'
  readonly code: XfmrErrorCode
  readonly details: Record<string, unknown> | undefined

  constructor(code: XfmrErrorCode, message: string, { cause, details }: XfmrErrorOptions = {}) {
    super(message, { cause })
    this.code = code
    this.details = details
  }
}

/** The JSON form of any thrown value: `{code, message, details?}`. Unknown errors become `E_INTERNAL`. */
export const errorToJson = (
  error: unknown,
): { code: XfmrErrorCode; message: string; details?: Record<string, unknown> } => {
  if (error instanceof XfmrError) {
    const { code, message, details } = error
    return details ? { code, message, details } : { code, message }
  }
  return { code: 'E_INTERNAL', message: error instanceof Error ? error.message : String(error) }
}
