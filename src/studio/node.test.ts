import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../models/node/digest.ts'
import { modelStore } from '../models/node.ts'
import { STUDIO_MODELS } from './config.ts'
import { openStudio, type Studio } from './node.ts'

let app: string
let studio: Studio

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'xfmr-site-'))
  await mkdir(join(app, 'assets'))
  await writeFile(join(app, 'index.html'), '<!doctype html>page')
  await writeFile(join(app, 'assets', 'index-1a2b.js'), 'script')
  studio = await openStudio({ store: modelStore(), app, api: '/v1/' })
})
afterAll(() => rm(app, { recursive: true, force: true }))

const get = (path: string, method = 'GET'): Promise<Response | undefined> =>
  studio.respond(new Request(`http://127.0.0.1${path}`, { method }))

describe('the site of Studio', () => {
  it('isolates the page and lets nothing foreign in', async () => {
    const response = (await get('/'))!
    expect(await response.text()).toBe('<!doctype html>page')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'content-security-policy': expect.stringMatching(/^default-src 'none';/),
    })
  })

  it('serves every model under a name that changes with it', async () => {
    const { models } = JSON.parse(await (await get('/studio.json'))!.text())
    expect(Object.keys(models).sort()).toEqual([...STUDIO_MODELS].sort())
    for (const { url, bytes, sha256: hash } of Object.values<(typeof studio.config.models)['detector']>(
      models,
    ) as { url: string; bytes: number; sha256: string }[]) {
      const response = (await get(`/${url}`))!
      const body = new Uint8Array(await response.arrayBuffer())
      expect([body.length, sha256(body)]).toEqual([bytes, hash])
      expect(url).toContain(hash.slice(0, 8))
      expect(response.headers.get('cache-control')).toContain('immutable')
    }
  })

  it('has the runtime that it names, and the photos of all pairs', async () => {
    const { runtime, samples } = studio.config
    const names = [
      `${runtime}ort-wasm-simd-threaded.mjs`,
      `${runtime}ort-wasm-simd-threaded.wasm`,
      ...samples.flatMap(({ a, b }) => [a, b]),
    ]
    for (const name of names) expect((await get(`/${name}`, 'HEAD'))?.status, name).toBe(200)
  })

  it('leaves all other requests to the server', async () => {
    for (const path of ['/v1/compare', '/assets', '/../package.json', '/%2e%2e/package.json', '/%ff', '/x'])
      expect(await get(path), path).toBeUndefined()
    expect(await get('/', 'POST')).toBeUndefined()
  })

  it('answers HEAD without a body', async () => {
    const response = (await get('/assets/index-1a2b.js', 'HEAD'))!
    expect(await response.text()).toBe('')
    expect(response.headers.get('content-length')).toBe('6')
  })

  it('says how to build a page that is missing', async () => {
    await expect(openStudio({ store: modelStore(), app: join(app, 'none') })).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringContaining('npm run build'),
    })
  })
})
