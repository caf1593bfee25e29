import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PhotoOutcome } from '../protocols/outcomes.ts'
import { type EmbeddingCache, openEmbeddingCache } from './embedding-cache.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-cache-'))
})
afterEach(() => rm(folder, { recursive: true }))

const digestOf = (n: number): string => n.toString(16).padStart(64, '0')
const embedding = (n: number): PhotoOutcome => ({
  digest: digestOf(n),
  embedding: {
    vector: Float32Array.from({ length: 8 }, (_, i) => Math.sin(n + i / 7)),
    norm: n + 0.1,
    pipeline: 'p',
  },
})

const using = async <T>(
  work: (cache: EmbeddingCache) => Promise<T>,
  pipeline = 'p',
  choice = 'central',
): Promise<T> => {
  const cache = await openEmbeddingCache(folder, pipeline, choice)
  try {
    return await work(cache)
  } finally {
    await cache.close()
  }
}

const shardFile = async (): Promise<string> => {
  const [place] = await readdir(folder)
  return join(folder, place!, '0.jsonl')
}

describe('the embedding cache', () => {
  it('gives back the same bits after it was closed', async () => {
    await using(async cache => {
      for (const n of [1, 2, 3]) await cache.add(digestOf(n), embedding(n))
    })
    await using(async cache => {
      for (const n of [1, 2, 3]) expect(await cache.get(digestOf(n))).toEqual(embedding(n))
      expect(await cache.get(digestOf(4))).toBeUndefined()
    })
  })

  it('remembers which faces were corrected, and keeps them apart from others', async () => {
    const plain = embedding(1) as Extract<PhotoOutcome, { embedding: unknown }>
    const corrected = {
      ...plain,
      embedding: { ...plain.embedding, pipeline: 'p/u', unmasked: true },
    } as const
    await using(cache => cache.add(digestOf(1), plain))
    await using(cache => cache.add(digestOf(1), corrected), 'p/u')
    expect(await using(cache => cache.get(digestOf(1)))).toEqual(plain)
    expect(await using(cache => cache.get(digestOf(1)), 'p/u')).toEqual(corrected)
  })

  it('remembers why a photo failed', async () => {
    const failure: PhotoOutcome = { digest: digestOf(5), error: { code: 'E_NO_FACE', message: 'No face.' } }
    await using(cache => cache.add(digestOf(5), failure))
    expect(await using(cache => cache.get(digestOf(5)))).toEqual(failure)
  })

  it('keeps pipelines and ways of choosing a face apart', async () => {
    await using(cache => cache.add(digestOf(1), embedding(1)))
    expect(await using(cache => cache.get(digestOf(1)), 'q')).toBeUndefined()
    expect(await using(cache => cache.get(digestOf(1)), 'p', 'largest')).toBeUndefined()
    expect(await using(cache => cache.get(digestOf(1)))).toBeDefined()
  })

  it('goes on after a crash in the middle of a row', async () => {
    await using(async cache => {
      for (const n of [1, 2, 3]) await cache.add(digestOf(n), embedding(n))
    })
    const file = await shardFile()
    await truncate(file, (await readFile(file)).length - 20)
    await using(async cache => {
      expect(await cache.get(digestOf(2))).toEqual(embedding(2))
      expect(await cache.get(digestOf(3))).toBeUndefined()
      await cache.add(digestOf(3), embedding(3))
    })
    expect(await using(cache => cache.get(digestOf(3)))).toEqual(embedding(3))
  })

  it('skips rows that are no rows', async () => {
    await using(cache => cache.add(digestOf(1), embedding(1)))
    await appendFile(
      await shardFile(),
      'not json\n{"digest":"x"}\nnull\n{"digest":"y","norm":1,"vector":"abc"}\n',
    )
    expect(await using(cache => cache.get(digestOf(1)))).toEqual(embedding(1))
  })

  it('takes rows of two processes at once', async () => {
    const [one, two] = [
      await openEmbeddingCache(folder, 'p', 'c'),
      await openEmbeddingCache(folder, 'p', 'c'),
    ]
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 ? one : two).add(digestOf(n), embedding(n))),
    )
    await one.close()
    await two.close()
    await using(
      async cache => {
        for (let n = 0; n < 60; n++) expect(await cache.get(digestOf(n))).toEqual(embedding(n))
      },
      'p',
      'c',
    )
  })

  it('says when it cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(openEmbeddingCache(join(folder, 'file'), 'p', 'c')).rejects.toMatchObject({
      code: 'E_WRITE',
    })
  })
})
