import { z } from 'zod'
import type { FormFile } from './body.ts'
import { hasControl } from './text.ts'

/** A photo as it came in: the bytes of a picture file in memory of their own, so that they can move to another thread. */
export type PhotoFile = { readonly bytes: Uint8Array<ArrayBuffer>; readonly name: string }

/** Characters of a name at most. */
export const MAX_NAME = 200

/** Why a name can't be the name of a photo or of somebody new; `undefined` where it can. Names are labels, never paths. */
export const nameProblem = (name: string): string | undefined => {
  if (name.length === 0 || name.length > MAX_NAME) return `a name has 1 to ${MAX_NAME} characters`
  if (hasControl(name)) return 'a name has no control characters'
  if (/[/\\]/.test(name) || name === '.' || name === '..') return 'a name has no slashes and is not a path'
  return undefined
}

/**
 * A photo in a request: a file of a form; or in JSON the bytes in base64, alone or as `{data, name}`. Addresses are never fetched.
 * @param fallback Name of a photo that comes without one.
 */
export const photoField = (fallback: string) =>
  z.unknown().transform((value, context): PhotoFile => {
    const fail = (message: string): never => {
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    const { source, name = fallback } = photoSource(value) ?? {}
    if (source === undefined)
      return fail('a photo is a file of the form, or base64 text, or {"data": base64, "name"}')
    const problem = nameProblem(name)
    if (problem) return fail(problem)
    const bytes = typeof source === 'string' ? fromBase64(source) : new Uint8Array(source)
    if (!bytes) return fail('not base64; addresses are not fetched')
    if (bytes.length === 0) return fail('the photo is empty (0 bytes)')
    return { bytes, name }
  })

// --- internal ---

const photoSource = (value: unknown): { source: string | Uint8Array; name?: string } | undefined => {
  if (typeof value === 'string') return { source: value }
  if (typeof value !== 'object' || value === null) return undefined
  if ((value as Partial<FormFile>).file instanceof Uint8Array) {
    const { file, filename } = value as FormFile
    return filename === '' ? { source: file } : { source: file, name: filename }
  }
  const { data, name, ...rest } = value as { data?: unknown; name?: unknown }
  if (typeof data !== 'string' || Object.keys(rest).length > 0) return undefined
  if (name === undefined) return { source: data }
  return typeof name === 'string' ? { source: data, name } : undefined
}

/** Base64 (either alphabet), with or without padding, alone or as a data URL. */
const fromBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  const comma = text.startsWith('data:') ? text.indexOf(',') : -1
  if (comma !== -1 && !text.slice(0, comma).endsWith(';base64')) return undefined
  let [start, end] = [comma + 1, text.length]
  while (end > start && end > text.length - 2 && text[end - 1] === '=') end--
  const length = Math.floor(((end - start) * 3) / 4)
  const bytes = new Uint8Array(length)
  // Node skips what is not base64, so that less than the length comes out.
  const written = Buffer.from(bytes.buffer).write(comma === -1 ? text : text.slice(start), 'base64')
  return written === length && (end - start) % 4 !== 1 ? bytes : undefined
}
