import type { StudioConfig } from '../../src/studio/config.ts'

/**
 * Keeps the page and ONNX Runtime, so that Studio opens without a network. Models are kept by the worker that loads them. Also adds the
 * headers that isolate the page, for servers that can't.
 */
declare const __SHELL__: { readonly version: string; readonly files: readonly string[] }

type Extendable = Event & { waitUntil(promise: Promise<unknown>): void }
type Fetching = Extendable & { readonly request: Request; respondWith(response: Promise<Response>): void }
const scope = self as unknown as {
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly registration: { readonly scope: string }
}

const { version, files } = __SHELL__
const SHELL = `xfmr-shell-${version}`
const MODELS = 'xfmr-models'
const base = scope.registration.scope
const RUNTIME = ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']

const install = async (): Promise<void> => {
  const cache = await caches.open(SHELL)
  const config = await fetch(new URL('studio.json', base), { cache: 'no-cache' })
  await cache.put(new URL('studio.json', base), config.clone())
  const { runtime, samples } = (await config.json()) as StudioConfig
  const pictures = new Set(samples.flatMap(({ a, b }) => [a, b]))
  const rest = [...files, './', ...RUNTIME.map(name => runtime + name), ...pictures]
  await cache.addAll(rest.map(path => new URL(path, base).href))
  await scope.skipWaiting()
}

const activate = async (): Promise<void> => {
  for (const name of await caches.keys()) {
    if (name.startsWith('xfmr-') && name !== SHELL && name !== MODELS) await caches.delete(name)
  }
  await scope.clients.claim()
}

/** The page and what it is told come from the network where there is one; everything else has its version in its name. */
const answer = async (request: Request): Promise<Response> => {
  const fresh = request.mode === 'navigate' || request.url.endsWith('/studio.json')
  if (fresh) {
    const response = await fetch(request).catch(() => undefined)
    if (response?.ok) return isolated(response)
  }
  const kept = await caches.match(request, { ignoreSearch: request.mode === 'navigate' })
  return isolated(kept ?? (await fetch(request)))
}

const isolated = (response: Response): Response => {
  if (
    response.type === 'opaque' ||
    response.status === 0 ||
    response.headers.has('cross-origin-embedder-policy')
  )
    return response
  const headers = new Headers(response.headers)
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-embedder-policy', 'require-corp')
  headers.set('cross-origin-resource-policy', 'same-origin')
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

scope.addEventListener('install', event => event.waitUntil(install()))
scope.addEventListener('activate', event => event.waitUntil(activate()))
scope.addEventListener('fetch', event => {
  const { method, url } = event.request
  const ours = url.startsWith(base) && !url.startsWith(new URL('v1/', base).href)
  if (method === 'GET' && ours) event.respondWith(answer(event.request))
})
