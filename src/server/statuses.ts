import type { XfmrErrorCode } from '../errors.ts'

/** The HTTP status of an error. Codes that no client can cause are 500. */
export const statusOf = (code: XfmrErrorCode): ErrorStatus => STATUSES[code] ?? 500

/** Statuses of the errors that clients can expect. */
export type ErrorStatus = 400 | 401 | 403 | 404 | 408 | 409 | 413 | 415 | 422 | 429 | 500 | 503

// --- internal ---

/** 400: the request itself; 422: a request in order, about a photo, a face or numbers that are not. */
const STATUSES: Readonly<Partial<Record<XfmrErrorCode, ErrorStatus>>> = {
  E_BAD_REQUEST: 400,
  E_USAGE: 400,
  E_SUBJECT_NAME: 400,
  E_UNAUTHORISED: 401,
  E_FORBIDDEN: 403,
  E_NOT_FOUND: 404,
  E_UNKNOWN_SUBJECT: 404,
  E_UNKNOWN_EXAMPLE: 404,
  E_SUBJECT_EXISTS: 409,
  E_PIPELINE_MISMATCH: 409,
  E_TOO_LARGE: 413,
  E_MEDIA_TYPE: 415,
  E_DECODE: 422,
  E_TOO_SMALL: 422,
  E_NO_FACE: 422,
  E_SEVERAL_FACES: 422,
  E_LANDMARKS: 422,
  E_PROFILE: 422,
  E_EMBEDDING: 422,
  E_NOT_FINITE: 422,
  E_UNKNOWN_LAYER: 422,
  E_TOO_FEW_SCORES: 422,
  E_BAD_CALIBRATION: 422,
  E_BUSY: 429,
  E_TIMEOUT: 503,
  E_GALLERY_BUSY: 503,
}
