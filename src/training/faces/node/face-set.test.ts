import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { samplePhotoPath } from '../../../../test/models.ts'
import { openXfmr } from '../../../node.ts'
import { cosine } from '../../../recognition/compare.ts'
import { buildFaceSet } from './build.ts'
import { openFaceSet, openShards, type PhotoResult, writeShard } from './face-set.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-faces-'))
})
afterEach(() => rm(folder, { recursive: true }))

const FACE = 112 * 112 * 3
const key = { pipeline: 'p', seed: '1' }

const result = (name: string, identity: string, values: readonly number[]): PhotoResult => ({
  name,
  identity,
  views: {
    target: Float32Array.of(values[0]!, 0.5),
    mirrored: Float32Array.of(values[0]!, -0.5),
    views: values.map((value, i) => ({
      mask: i > 0 ? { type: 'cloth', coverage: 'high' } : null,
      degraded: i > 1,
      aligned: {
        width: 112,
        height: 112,
        data: new Uint8Array(FACE).fill(value),
        transform: [1, 0, 0, 0, 1, 0],
      },
    })),
    failed: [{ masked: true, code: 'E_NO_FACE' }],
  },
})

test('faces come back from the disk, in the order of their shards', async () => {
  await openShards(folder, key)
  await writeShard(folder, 1, [result('c', 'z', [9])])
  await writeShard(folder, 0, [
    result('a', 'x', [1, 2, 3]),
    { name: 'bad', identity: 'x', code: 'E_DECODE' },
    result('b', 'y', [4, 5]),
  ])
  const set = await openFaceSet(folder)
  expect(set.key).toEqual(key)
  expect(set.photos.map(({ name, identity }) => name + identity)).toEqual(['ax', 'by', 'cz'])
  expect(set.photos.map(({ target, mirrored }) => [...target, ...mirrored])).toEqual(
    [1, 4, 9].map(value => [value, 0.5, value, -0.5]),
  )
  expect(set.rows.map(({ photo, mask, degraded }) => [photo, mask !== null, degraded])).toEqual([
    [0, false, false],
    [0, true, false],
    [0, true, true],
    [1, false, false],
    [1, true, false],
    [2, false, false],
  ])
  const pixels = new Uint8Array(FACE)
  const read = [5, 0, 2, 4].map(row => {
    set.read(row, pixels)
    expect(pixels.every(value => value === pixels[0])).toBe(true)
    return pixels[0]
  })
  expect(read).toEqual([9, 1, 3, 5])
  expect(set.failures.map(({ name, code }) => `${name} ${code}`)).toEqual([
    'a E_NO_FACE',
    'bad E_DECODE',
    'b E_NO_FACE',
    'c E_NO_FACE',
  ])
  set.close()
})

test('a shard that was cut short is made again; other settings are refused', async () => {
  await openShards(folder, key)
  await writeShard(folder, 0, [result('a', 'x', [1])])
  await mkdir(join(folder, '00001.part'))
  await writeFile(join(folder, '00001.part', 'pixels.rgb'), 'cut')
  expect([...(await openShards(folder, key)).done]).toEqual([0])
  await writeShard(folder, 1, [result('b', 'y', [2])])
  expect((await readdir(folder)).sort()).toEqual(['00000', '00001', 'set.json'])
  await expect(openShards(folder, { ...key, seed: '2' })).rejects.toMatchObject({ code: 'E_BAD_DATASET' })
})

test('a real photo becomes masked faces that the detector found again', async () => {
  const xfmr = await openXfmr({ unmask: 'never' })
  const photo = { path: samplePhotoPath('cage.jpg'), name: 'cage.jpg', identity: 'cage' }
  const settings = { open: {}, views: { seed: '1', masked: 3, degraded: 1, strength: 1 }, jobs: 1 }
  const missing = { path: join(folder, 'none.jpg'), name: 'none.jpg', identity: 'none' }
  const set = await buildFaceSet(xfmr, [photo, missing], { ...settings, folder: join(folder, 'a') })
  const again = await buildFaceSet(xfmr, [photo, missing], { ...settings, folder: join(folder, 'b') })
  expect(set.rows.filter(({ mask }) => mask).length).toBe(3)
  expect(set.rows.filter(({ mask }) => !mask).length).toBe(2)
  expect(set.failures.map(({ name }) => name)).toEqual(['none.jpg'])
  const [one, two] = [new Uint8Array(FACE), new Uint8Array(FACE)]
  for (let row = 0; row < set.rows.length; row++) {
    set.read(row, one)
    again.read(row, two)
    expect(one).toEqual(two)
    const aligned = { width: 112, height: 112, data: one, transform: [1, 0, 0, 0, 1, 0] as const }
    const [embedding] = await xfmr.embed([aligned])
    const target = { vector: set.photos[0]!.target, norm: 1, pipeline: xfmr.pipeline }
    // The photo itself is its own target; every view of it is still like that person.
    if (row === 0) expect(cosine(embedding!, target)).toBeCloseTo(1, 5)
    else expect(cosine(embedding!, target)).toBeGreaterThan(0.1)
  }
  set.close()
  again.close()
  await xfmr.release()
}, 60_000)
