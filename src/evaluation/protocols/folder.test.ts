import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { cosineOf } from '../../recognition/compare.ts'
import { normalise } from '../../recognition/embedding.ts'
import type { FolderPhoto } from '../folder-photos.ts'
import { measure } from '../metrics.ts'
import { scoresOfPairs } from '../scores.ts'
import { runFolder } from './folder.ts'
import type { EmbedPhotos, PhotoOutcome } from './outcomes.ts'

// Twelve people with three bare and two masked photos each.
const photos: FolderPhoto[] = Array.from({ length: 12 }, (_, k) =>
  Array.from({ length: 5 }, (_, n) => ({ photo: `P${k}/${n}.jpg`, identity: `P${k}`, masked: n > 2 })),
).flat()

const vectorOf = (photo: string): Float32Array => {
  const person = createRandom(photo.split('/')[0]!)
  const noise = createRandom(photo)
  const loud = /[34]\.jpg$/.test(photo) ? 1.5 : 0.6
  return normalise(Array.from({ length: 12 }, () => person.normal() + loud * noise.normal())).vector
}
const embed =
  (change: (photo: string) => PhotoOutcome | undefined = () => undefined): EmbedPhotos =>
  async asked =>
    asked.map(
      photo =>
        change(photo) ?? {
          digest: photo,
          embedding: { vector: vectorOf(photo), norm: 1, pipeline: 'p' },
        },
    )

describe('all against all', () => {
  it('compares every two photos of a setting once', async () => {
    const { result, lists } = await runFolder(photos, embed(), { resamples: 20 })
    expect(
      result.settings.map(({ name, genuine, impostor, synthetic }) => [name, genuine, impostor, synthetic]),
    ).toEqual([
      ['bare-bare', 12 * 3, (36 * 35) / 2 - 36, false],
      ['bare-masked', 12 * 6, 36 * 24 - 72, false],
      ['masked-masked', 12, (24 * 23) / 2 - 12, false],
    ])
    const names = new Set(lists[1]!.pairs.map(({ a, b }) => `${a.photo} ${b.photo}`))
    expect(names.size).toBe(36 * 24)
    for (const { a, b, score, genuine } of lists[1]!.pairs) {
      expect(score).toBe(cosineOf(vectorOf(a.photo), vectorOf(b.photo)))
      expect(genuine).toBe(a.identity === b.identity)
    }
    const [bare, mixed] = result.settings
    expect(mixed!.atUnmaskedThreshold!.threshold).toBe(bare!.fmr1000Threshold)
    expect(mixed!.atUnmaskedThreshold!.fnmr).toBeGreaterThan(bare!.fmr1000)
  })

  it('does not compare photos of a person from one session', async () => {
    // Photos 0, 1 and 3 are from May, 2 and 4 from June: of a person's pairs, those across the months remain.
    const dated = photos.map(photo => ({
      ...photo,
      session: /[24]\.jpg$/.test(photo.photo) ? 'june' : 'may',
    }))
    const { result } = await runFolder(dated, embed(), { resamples: 20 })
    expect(result.settings.map(({ name, genuine, impostor }) => [name, genuine, impostor])).toEqual([
      ['bare-bare', 12 * 2, (36 * 35) / 2 - 36],
      ['bare-masked', 12 * 3, 36 * 24 - 72],
      ['masked-masked', 12, (24 * 23) / 2 - 12],
    ])
  })

  it('gives the same numbers when it keeps only a sample', async () => {
    const whole = await runFolder(photos, embed(), { resamples: 20 })
    const part = await runFolder(photos, embed(), { resamples: 200, keep: 60 })
    part.lists.forEach(({ pairs, all }, s) => {
      const full = whole.lists[s]!.pairs
      expect(pairs.filter(({ genuine }) => !genuine)).toHaveLength(60)
      expect(all!.scores.impostor.scored).toBe(full.filter(({ genuine }) => !genuine).length)
      // Binned scores move by less than a bin, which may reorder a few that are that close.
      const [exact, binned] = [measure(scoresOfPairs(full)), part.result.settings[s]!]
      for (const name of ['eer', 'fmr10', 'fmr100', 'zeroFmr', 'auc'] as const) {
        expect(Math.abs(exact[name] - binned[name])).toBeLessThan(0.01)
      }
      expect(binned.gMean).toBeCloseTo(exact.gMean!, 4)
      const [low, high] = binned.intervals.eer!
      expect(low).toBeLessThanOrEqual(binned.eer)
      expect(high).toBeGreaterThanOrEqual(binned.eer)
      const rank = (genuine: boolean) => (a: { score: number | null }, b: { score: number | null }) =>
        genuine ? a.score! - b.score! : b.score! - a.score!
      for (const genuine of [true, false]) {
        const worst = full
          .filter(pair => pair.genuine === genuine)
          .sort(rank(genuine))
          .slice(0, 12)
        expect(all!.worst.filter(pair => pair.genuine === genuine)).toEqual(worst)
      }
    })
  })

  it('counts failures, passes over equal bytes, and reports contradicting labels and people with one photo', async () => {
    const lone: FolderPhoto = { photo: 'Q/0.jpg', identity: 'Q', masked: false }
    const { result } = await runFolder(
      [...photos, lone],
      embed(photo => {
        if (photo === 'P0/0.jpg') return { error: { code: 'E_NO_FACE', message: 'none' } }
        const embedding = { vector: vectorOf(photo), norm: 1, pipeline: 'p' }
        return photo === 'P1/0.jpg' || photo === 'P2/0.jpg' ? { digest: 'x', embedding } : undefined
      }),
      { resamples: 20 },
    )
    expect(result.photos.alone).toEqual(['Q'])
    expect(result.photos.sameBytes).toEqual([{ photos: ['P1/0.jpg', 'P2/0.jpg'], identities: ['P1', 'P2'] }])
    expect(result.photos.failures).toMatchObject([{ photo: 'P0/0.jpg', code: 'E_NO_FACE' }])
    expect(result.settings[0]!.failedToAcquire).toEqual({ genuine: 2, impostor: 34 })
    expect(result.settings[0]!.impostor).toBe((37 * 36) / 2 - 36 - 1)
  })

  it('names settings that the photos do not allow', async () => {
    const bare = photos.filter(({ masked }) => !masked)
    const { result } = await runFolder(bare, embed(), { resamples: 20 })
    expect(result.settings.map(({ name }) => name)).toEqual(['bare-bare'])
    expect(result.omitted!.map(({ name }) => name)).toEqual(['bare-masked', 'masked-masked'])
    const single = photos.filter(({ photo }) => photo.endsWith('0.jpg'))
    await expect(runFolder(single, embed())).rejects.toMatchObject({
      code: 'E_TOO_FEW_SCORES',
      message: expect.stringContaining('bare-bare: no two photos of the same person'),
    })
  })
})
