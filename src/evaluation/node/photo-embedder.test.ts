import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseFace, type FaceChoice } from '../../face/choose.ts'
import type { Face } from '../../face/face.ts'
import { encodePng } from '../../image/node.ts'
import type { Photo } from '../../image/photo.ts'
import { normalise } from '../../recognition/embedding.ts'
import { openPairDataset } from './dataset.ts'
import { openEmbeddingCache } from './embedding-cache.ts'
import { photoEmbedder } from './photo-embedder.ts'

let root: string
const grey = (level: number): Photo => ({ width: 20, height: 20, data: new Uint8Array(1200).fill(level) })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'xfmr-photos-'))
  await mkdir(join(root, 'images', 'A'), { recursive: true })
  for (const [name, level] of [
    ['a', 10],
    ['b', 90],
    ['c', 200],
    ['empty', 0],
  ] as const) {
    await writeFile(join(root, 'images', 'A', `${name}.png`), await encodePng(grey(level)))
  }
  await writeFile(join(root, 'images', 'A', 'text.png'), 'no photo')
})
afterAll(() => rm(root, { recursive: true }))

/** Stands for the models: a "face" is a photo that is not black, its embedding follows from its brightness. */
const stand = () => {
  const calls = { find: 0 }
  const face: Face = { box: [0, 0, 20, 20], score: 1, landmarks: [] }
  return {
    calls,
    xfmr: {
      findFace: async (photo: Photo, choice?: FaceChoice) => {
        calls.find++
        await new Promise(resolve => setTimeout(resolve, photo.data[0]! % 7))
        return chooseFace(photo.data[0] === 0 ? [] : [face], choice, photo)
      },
      examine: async (photo: Photo, found: Face) => ({
        face: found,
        aligned: { ...photo, transform: [1, 0, 0, 0, 1, 0] as const },
        embedding: { ...normalise([photo.data[0]!, 255 - photo.data[0]!]), pipeline: 'p' },
        mask: null,
        unmasked: false,
      }),
    },
  }
}

const PHOTOS = ['A/a.png', 'A/text.png', 'A/b.png', 'A/empty.png', 'A/c.png', 'A/gone.png']

describe('embedding files', () => {
  it('keeps the order, whatever the number of jobs, and reports what failed', async () => {
    const run = (jobs: number) =>
      photoEmbedder({ root: join(root, 'images'), xfmr: stand().xfmr, jobs })(PHOTOS)
    const outcomes = await run(1)
    expect(await run(4)).toEqual(outcomes)
    expect(outcomes.map(outcome => ('error' in outcome ? outcome.error.code : 'fine'))).toEqual([
      'fine',
      'E_DECODE',
      'fine',
      'E_NO_FACE',
      'fine',
      'E_NOT_FOUND',
    ])
  })

  it('asks the models only once for each content', async () => {
    const folder = join(root, 'cache')
    const { xfmr, calls } = stand()
    const run = async () => {
      const cache = await openEmbeddingCache(folder, 'p', 'central')
      const outcomes = await photoEmbedder({ root: join(root, 'images'), xfmr, cache })(PHOTOS)
      await cache.close()
      return outcomes
    }
    const first = await run()
    expect(calls.find).toBe(4)
    expect(await run()).toEqual(first)
    expect(calls.find).toBe(4)
  })

  it('keeps changed photos apart from others, and takes no other face than the changed one', async () => {
    const { xfmr, calls } = stand()
    const cache = await openEmbeddingCache(join(root, 'changed'), 'p', 'central')
    const run = (level: number, box: Face['box'] = [0, 0, 20, 20]) =>
      photoEmbedder({
        root: join(root, 'images'),
        xfmr,
        cache,
        change: {
          key: path => `${path} ${level} ${box}`,
          apply: async () => ({ photo: grey(level), face: { box, score: 1, landmarks: [] } }),
        },
      })(['A/a.png'])
    const [plain] = await photoEmbedder({ root: join(root, 'images'), xfmr, cache })(['A/a.png'])
    const [bright] = await run(200)
    expect(bright).not.toEqual(plain)
    expect(bright!.digest).toBe(plain!.digest)
    expect(calls.find).toBe(2)
    expect(await run(200)).toEqual([bright])
    expect(calls.find).toBe(2)
    expect(await run(200, [15, 15, 5, 5])).toMatchObject([{ error: { code: 'E_NO_FACE' } }])
    await cache.close()
  })

  it('stops when the fault is not the photo', async () => {
    const { xfmr } = stand()
    const broken = { ...xfmr, examine: async () => Promise.reject(new TypeError('defect')) }
    await expect(photoEmbedder({ root: join(root, 'images'), xfmr: broken })(['A/a.png'])).rejects.toThrow(
      'defect',
    )
  })

  it('reports progress', async () => {
    const seen: number[] = []
    const { xfmr } = stand()
    await photoEmbedder({ root: join(root, 'images'), xfmr, onProgress: done => seen.push(done) })(PHOTOS)
    expect(seen).toEqual([1, 2, 3, 4, 5, 6])
  })
})

describe('a data set', () => {
  it('is found with its photos beside it', async () => {
    await writeFile(join(root, 'pairs.csv'), 'a,b,same\nA/a.png,A/b.png,1\nA/a.png,A/c.png,0\n')
    const found = await openPairDataset(root)
    expect(found).toMatchObject({ root: join(root, 'images'), pairsFile: join(root, 'pairs.csv') })
    expect(found.list.pairs).toHaveLength(2)
    expect(await openPairDataset(join(root, 'pairs.csv'), { photos: join(root, 'images') })).toEqual(found)
  })

  it('is refused with a list of the photos that are missing', async () => {
    await writeFile(join(root, 'other.csv'), 'a,b,same\nA/a.png,A/z.png,1\nA/a.png,A/y.png,0\n')
    await expect(openPairDataset(join(root, 'other.csv'))).rejects.toMatchObject({
      code: 'E_BAD_PAIRS',
      message: expect.stringContaining('A/z.png does not exist'),
    })
    await expect(openPairDataset(join(root, 'images'))).rejects.toThrow('no pairs.txt')
    await expect(openPairDataset(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
  })
})
