import { XfmrError } from '../errors.ts'
import { strictText } from './text.ts'

/** One part of a form. */
export type Part = {
  readonly name: string
  /** Present for files. Nothing is ever read or written under this name. */
  readonly filename: string | undefined
  /** A view into the body. */
  readonly data: Uint8Array
}

/**
 * Reads a `multipart/form-data` body that lies in memory (RFC 7578, RFC 2046 section 5.1). Stricter than the standards where leniency serves
 * nobody: no text before the first boundary, no nesting, no transfer encodings.
 * @throws XfmrError `E_BAD_REQUEST` malformed, cut short, or too many parts
 */
export const parseMultipart = (body: Uint8Array, boundary: string, maxParts: number): Part[] => {
  if (!BOUNDARY.test(boundary)) throw malformed('its boundary is missing or not allowed')
  // A view, without a copy.
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const first = Buffer.from(`--${boundary}`)
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  if (!bytes.subarray(0, first.length).equals(first)) throw malformed('it does not begin with its boundary')
  const parts: Part[] = []
  let at = first.length
  for (;;) {
    const mark = bytes.toString('latin1', at, at + 2)
    if (mark === '--') return parts
    if (mark !== '\r\n') throw malformed('there is something else behind a boundary')
    if (parts.length === maxParts) throw malformed(`it has more than ${maxParts} parts`)
    at += 2
    const headersEnd = bytes.subarray(at, at + MAX_HEADERS).indexOf('\r\n\r\n')
    if (headersEnd === -1) throw malformed('the headers of a part have no end')
    const start = at + headersEnd + 4
    const end = bytes.indexOf(delimiter, start)
    if (end === -1) throw malformed('it is cut short: the last boundary is missing')
    parts.push({ ...describe(bytes.subarray(at, at + headersEnd)), data: body.subarray(start, end) })
    at = end + delimiter.length
  }
}

/** The boundary of a `multipart/form-data` content type; empty where there is none. */
export const boundaryOf = (contentType: string): string => parameters(contentType).get('boundary') ?? ''

// --- internal ---

const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

const MAX_HEADERS = 4096

const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g

const describe = (headers: Uint8Array): Pick<Part, 'name' | 'filename'> => {
  const lines = strictText(headers, 'The headers of a part').split('\r\n')
  const fields = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw malformed('a header of a part has no name')
    fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const encoding = fields.get('content-transfer-encoding')?.toLowerCase() ?? 'binary'
  if (!['binary', '8bit', '7bit'].includes(encoding)) throw malformed('a part has a transfer encoding')
  const disposition = fields.get('content-disposition') ?? ''
  const found = parameters(disposition)
  const name = found.get('name')
  if (!/^form-data\s*(;|$)/i.test(disposition) || name === undefined)
    throw malformed('a part has no name (Content-Disposition: form-data; name="...")')
  return { name, filename: found.get('filename') }
}

const parameters = (header: string): Map<string, string> => {
  const found = new Map<string, string>()
  for (const [, name, quoted, bare] of header.matchAll(PARAMETER))
    found.set(name!.toLowerCase(), quoted === undefined ? bare! : unquote(quoted))
  return found
}

/** curl writes \" for a quote, browsers write %22, and %0D and %0A for line breaks. */
const unquote = (text: string): string =>
  text
    .replace(/\\(["\\])/g, '$1')
    .replace(/%(22|0D|0A)/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))

const malformed = (why: string): XfmrError =>
  new XfmrError('E_BAD_REQUEST', `The multipart body can't be read: ${why}.`)
