import { XfmrError } from '../errors.ts'
import { allows, type KeyRing, type Scope, type StoredKey } from './keys.ts'

/** Who may call the server. */
export type Access = {
  /** The keys that are asked for; `undefined`: nobody is asked, only this machine can connect. */
  readonly keys: (() => Promise<KeyRing>) | undefined
  /** Other web pages that may call the server, as `https://example.org`. */
  readonly origins: readonly string[]
}

/**
 * Refuses what a foreign web page sends through the browser of somebody who can reach the server.
 * Without keys the host must also be this machine by name, so that no other name can be pointed at it (DNS rebinding).
 * @throws XfmrError `E_FORBIDDEN`
 */
export const checkOrigin = (headers: Headers, { keys, origins }: Access): void => {
  const host = headers.get('host') ?? ''
  if (!keys && !isLoopback(host.replace(/:\d+$/, '')))
    throw new XfmrError('E_FORBIDDEN', 'Without API keys the server only answers to localhost.')
  const origin = headers.get('origin')
  if (
    origin !== null &&
    origin !== `http://${host}` &&
    origin !== `https://${host}` &&
    !origins.includes(origin)
  )
    throw new XfmrError('E_FORBIDDEN', 'Requests from other web pages are refused. See --origin.')
  if (
    origin === null &&
    headers.get('sec-fetch-site') === 'cross-site' &&
    headers.get('sec-fetch-mode') !== 'navigate'
  )
    throw new XfmrError('E_FORBIDDEN', 'Requests from other web pages are refused. See --origin.')
}

/** @throws XfmrError `E_BAD_REQUEST` for an address whose escapes are no UTF-8 */
export const checkAddress = (url: string): void => {
  try {
    decodeURIComponent(url.replace(/^[a-z]+:\/\/[^/]*/i, ''))
  } catch (cause) {
    throw new XfmrError('E_BAD_REQUEST', 'The address is not valid UTF-8.', { cause })
  }
}

/**
 * The key of a request: `Authorization: Bearer KEY` or `X-API-Key: KEY`; `undefined` where no keys are asked for.
 * @throws XfmrError `E_UNAUTHORISED` without a known key, `E_FORBIDDEN` when it lacks the scope
 */
export const checkKey = async (
  headers: Headers,
  { keys }: Access,
  scope: Scope,
): Promise<StoredKey | undefined> => {
  if (!keys) return undefined
  const bearer = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const text = bearer ?? headers.get('x-api-key')
  if (!text) throw new XfmrError('E_UNAUTHORISED', 'An API key is needed: Authorization: Bearer KEY.')
  const key = (await keys()).find(text)
  if (!key) throw new XfmrError('E_UNAUTHORISED', 'This API key is not known.')
  if (!allows(key, scope)) throw new XfmrError('E_FORBIDDEN', `This API key lacks the scope "${scope}".`)
  return key
}

/** Whether a host name or address is this machine itself. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)
