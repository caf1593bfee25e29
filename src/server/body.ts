import type { IncomingMessage } from 'node:http'
import { XfmrError } from '../errors.ts'
import type { Budget, Limits } from './limits.ts'
import { boundaryOf, parseMultipart } from './multipart.ts'
import { strictJson, strictText } from './text.ts'

/** A body in memory, and how to say that it is no longer needed. */
export type HeldBody = { readonly bytes: Uint8Array; release(): void }

/**
 * Reads a request's body from Node's own stream (a web stream costs half a millisecond a request), and stops at once where it grows beyond the limit, whatever its headers promise.
 * @throws XfmrError `E_TOO_LARGE` beyond `limits.body`; `E_BUSY` where all bodies together would exceed the budget;
 * `E_MEDIA_TYPE` for a compressed body, which could unfold to any size; `E_BAD_REQUEST` when the client stops half-way
 */
export const readBody = async (
  request: IncomingMessage,
  limits: Pick<Limits, 'body'>,
  budget: Budget,
): Promise<HeldBody> => {
  const encoding = request.headers['content-encoding']
  if (encoding && encoding !== 'identity')
    throw new XfmrError('E_MEDIA_TYPE', 'Compressed request bodies are not accepted. Send it as it is.')
  const promised = Number(request.headers['content-length'] ?? 0)
  if (promised > limits.body) throw tooLarge(limits.body)
  let held = 0
  const hold = (bytes: number): void => {
    if (bytes <= held) return
    if (!budget.take(bytes - held)) throw new XfmrError('E_BUSY', 'Too much is being sent at the moment.')
    held = bytes
  }
  const release = (): void => {
    budget.give(held)
    held = 0
  }
  try {
    hold(promised)
    return { bytes: await collect(request, limits.body, hold), release }
  } catch (error) {
    release()
    throw error
  }
}

/**
 * Makes sure of something before a body is read. When it fails the body is still taken off the line, though not kept: a client that sends does
 * not look at the answer, and one that is cut off meanwhile never sees it.
 */
export const orDiscard = async (
  check: () => void,
  request: IncomingMessage,
  limits: Pick<Limits, 'body'>,
): Promise<void> => {
  try {
    check()
  } catch (error) {
    let length = 0
    for await (const chunk of chunksOf(request)) {
      length += chunk.length
      if (length > limits.body) break
    }
    throw error
  }
}

/**
 * The fields of a body by name: values as JSON has them, and files (`Uint8Array` with a name) from forms. A text field of a form is read
 * as JSON where it is JSON (`true`, `0.01`, `[1, 2]`), else as text. A field that comes several times becomes a list.
 * @throws XfmrError `E_MEDIA_TYPE`, `E_BAD_REQUEST`
 */
export const parseBody = (bytes: Uint8Array, contentType: string, maxParts: number): Fields => {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/json') return jsonFields(bytes, contentType)
  if (type === 'multipart/form-data') return formFields(bytes, boundaryOf(contentType), maxParts)
  throw new XfmrError('E_MEDIA_TYPE', 'Send application/json or multipart/form-data.')
}

/** A file out of a form. */
export type FormFile = { readonly file: Uint8Array; readonly filename: string }

export type Fields = Readonly<Record<string, unknown>>

// --- internal ---

const collect = async (
  request: IncomingMessage,
  limit: number,
  hold: (bytes: number) => void,
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(request)) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    hold(length)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
}

/** Leaves the connection open when the reader stops, so that the answer can still be sent. */
async function* chunksOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  const chunks = request.iterator({ destroyOnReturn: false })
  try {
    yield* chunks as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new XfmrError('E_BAD_REQUEST', 'The connection ended before the request did.', { cause })
  }
}

const tooLarge = (limit: number): XfmrError =>
  new XfmrError('E_TOO_LARGE', `The request is larger than ${limit} bytes. Send fewer or smaller photos.`, {
    details: { maxBytes: limit },
  })

const jsonFields = (bytes: Uint8Array, contentType: string): Fields => {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]
  if (charset && charset.toLowerCase() !== 'utf-8')
    throw new XfmrError('E_MEDIA_TYPE', 'JSON is sent as UTF-8.')
  const value = strictJson(bytes, 'The body')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new XfmrError('E_BAD_REQUEST', 'The body is not a JSON object.')
  return value as Fields
}

const formFields = (bytes: Uint8Array, boundary: string, maxParts: number): Fields => {
  const fields = new Map<string, unknown[]>()
  for (const { name, filename, data } of parseMultipart(bytes, boundary, maxParts)) {
    const value = filename === undefined ? textField(data) : ({ file: data, filename } satisfies FormFile)
    fields.set(name, [...(fields.get(name) ?? []), value])
  }
  return Object.fromEntries(
    [...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
}

const textField = (data: Uint8Array): unknown => {
  const text = strictText(data, 'A field of the form')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
