import { XfmrError } from '../../../src/errors.ts'
import type { StudioConfig, StudioModelName } from '../../../src/studio/config.ts'
import type { ModelBytes, Progress } from './protocol.ts'

/** The cache that models are kept in; the service worker answers from it too. */
export const MODEL_CACHE = 'xfmr-models'

/**
 * Loads all models of a server, those seen before from the browser's cache, which also works without a network.
 * @throws XfmrError `E_MODEL_FETCH`
 */
export const fetchModels = async (
  { models }: StudioConfig,
  base: string,
  onProgress: (progress: Progress) => void,
): Promise<ModelBytes> => {
  const entries = Object.entries(models) as [StudioModelName, NonNullable<(typeof models)[StudioModelName]>][]
  const total = entries.reduce((sum, [, { bytes }]) => sum + bytes, 0)
  // There is none on pages that are not secure, and in some private windows.
  const cache = await globalThis.caches?.open(MODEL_CACHE).catch(() => undefined)
  let loaded = 0
  const load = async (name: string, address: string, bytes: number): Promise<Uint8Array> => {
    const url = new URL(address, base).href
    const kept = await cache?.match(url)
    const content = await read(name, kept ?? (await request(name, url)), bytes, count => {
      loaded += count
      onProgress({ loaded, total })
    })
    if (!kept) await cache?.put(url, new Response(content as Uint8Array<ArrayBuffer>)).catch(() => {})
    return content
  }
  const loadedModels = await Promise.all(
    entries.map(async ([name, { url, bytes }]) => [name, await load(name, url, bytes)] as const),
  )
  if (cache) await dropOthers(cache, new Set(entries.map(([, { url }]) => new URL(url, base).href)))
  return Object.fromEntries(loadedModels)
}

// --- internal ---

const request = async (name: string, url: string): Promise<Response> => {
  const response = await fetch(url).catch((cause: Error) => {
    throw new XfmrError('E_MODEL_FETCH', `The model "${name}" can't be loaded: ${cause.message}.`, { cause })
  })
  if (response.ok) return response
  throw new XfmrError(
    'E_MODEL_FETCH',
    `The model "${name}" can't be loaded: the server answered ${response.status}.`,
  )
}

const read = async (
  name: string,
  response: Response,
  bytes: number,
  onBytes: (count: number) => void,
): Promise<Uint8Array> => {
  const content = new Uint8Array(bytes)
  let at = 0
  const reader = response.body!.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    if (at + value.length > bytes) break
    content.set(value, at)
    at += value.length
    onBytes(value.length)
  }
  if (at === bytes) return content
  throw new XfmrError('E_MODEL_FETCH', `The model "${name}" was not loaded completely. Reload the page.`)
}

/** Models of earlier versions. */
const dropOthers = async (cache: Cache, wanted: ReadonlySet<string>): Promise<void> => {
  for (const { url } of await cache.keys()) if (!wanted.has(url)) await cache.delete(url)
}
