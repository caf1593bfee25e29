import { XfmrError } from '../errors.ts'

/** Bytes as text. @throws XfmrError `E_BAD_REQUEST` for invalid UTF-8 */
export const strictText = (bytes: Uint8Array, what: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new XfmrError('E_BAD_REQUEST', `${what} is not valid UTF-8.`, { cause })
  }
}

/** Bytes as JSON. @throws XfmrError `E_BAD_REQUEST` for invalid UTF-8 or JSON; the message does not repeat the text */
export const strictJson = (bytes: Uint8Array, what: string): unknown => {
  const text = strictText(bytes, what)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new XfmrError('E_BAD_REQUEST', `${what} is not valid JSON.`, { cause })
  }
}

/** True for characters that no name has. */
export const hasControl = (text: string): boolean => /\p{Cc}|\p{Zl}|\p{Zp}|\p{Cs}/u.test(text)
