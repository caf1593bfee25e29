import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { cosineOf } from '../../recognition/compare.ts'
import { type Embedding, normalise } from '../../recognition/embedding.ts'
import { lfwPhoto, parseLfwPairs } from '../lfw-pairs.ts'
import { evaluationResult } from '../result.ts'
import type { EmbedPhotos, PhotoOutcome } from './outcomes.ts'
import { baselineThresholds, measureSetting, runLfw, runPairs } from './verification.ts'

// Four folds; person k has photos 1 and 2 in fold k % 4.
const people = Array.from({ length: 40 }, (_, k) => `P${k}`)
const fold = (f: number) => people.filter((_, k) => k % 4 === f)
const text = [
  '4\t10',
  ...[0, 1, 2, 3].flatMap(f => [
    ...fold(f).map(name => `${name}\t1\t2`),
    ...fold(f).map((name, i, all) => `${name}\t1\t${all[(i + 1) % all.length]}\t2`),
  ]),
].join('\n')
const list = parseLfwPairs(text)

/** Each person is a direction, each photo lies near it. */
const vectorOf = (photo: string): Float32Array => {
  const person = createRandom(photo.split('/')[0]!)
  const noise = createRandom(photo)
  return normalise(Array.from({ length: 16 }, () => person.normal() + 0.5 * noise.normal())).vector
}

const asked: string[][] = []
const embed =
  (change: (photo: string, outcome: PhotoOutcome) => PhotoOutcome = (_, outcome) => outcome): EmbedPhotos =>
  async photos => {
    asked.push([...photos])
    return photos.map(photo =>
      change(photo, { digest: photo, embedding: { vector: vectorOf(photo), norm: 1, pipeline: 'p' } }),
    )
  }

describe('the LFW protocol', () => {
  it('embeds every photo once and compares each pair by cosine', async () => {
    const { lists } = await runLfw(list, embed(), { resamples: 20 })
    expect(new Set(asked.at(-1)).size).toBe(80)
    expect(asked.at(-1)).toHaveLength(80)
    for (const { a, b, score, genuine, same, identities } of lists[0]!.pairs) {
      expect(score).toBe(cosineOf(vectorOf(a.photo), vectorOf(b.photo)))
      expect(genuine).toBe(same)
      expect(identities).toEqual([a.identity, b.identity])
    }
  })

  it('takes another score than the cosine', async () => {
    const score = async (a: Embedding, b: Embedding) => await Promise.resolve(a.vector[0]! * b.vector[0]!)
    for (const run of [runLfw, runPairs]) {
      const { lists } = await run(list, embed(), { resamples: 20, score })
      for (const { a, b, score: found } of lists[0]!.pairs) {
        expect(found).toBe(vectorOf(a.photo)[0]! * vectorOf(b.photo)[0]!)
      }
    }
  })

  it('gives a result that fits the published shape', async () => {
    const { result } = await runLfw(list, embed(), { resamples: 20 })
    const whole = {
      version: '0',
      pipeline: 'p',
      dataset: 'd',
      date: '2026-11-24',
      face: 'central',
      failurePolicy: 'reject',
      intervals: { level: 0.95, resamples: 20, seed: '1' },
      ...result,
    }
    expect(evaluationResult.parse(whole)).toEqual(whole)
    const [setting] = result.settings
    expect(setting).toMatchObject({ name: 'UMR-UMP', condition: 'bare-bare', genuine: 40, impostor: 40 })
    expect(setting!.folds).toHaveLength(4)
    expect(setting!.atUnmaskedThreshold).toMatchObject({
      threshold: setting!.fmr1000Threshold,
      fnmr: setting!.fmr1000,
    })
    expect(setting!.intervals['at.unmaskedFmr1000.fnmr']).toHaveLength(2)
  })

  it('counts photos without a face, and names them', async () => {
    const bad = lfwPhoto('P0', 1).photo
    const { lists, result } = await runLfw(
      list,
      embed((photo, outcome) =>
        photo === bad ? { error: { code: 'E_NO_FACE', message: 'none' } } : outcome,
      ),
      { resamples: 20 },
    )
    expect(result.photos).toMatchObject({
      total: 80,
      identities: 40,
      failures: [{ photo: bad, code: 'E_NO_FACE' }],
    })
    expect(lists[0]!.pairs.filter(({ score }) => score === null)).toHaveLength(2)
    expect(result.settings[0]!.failedToAcquire).toEqual({ genuine: 1, impostor: 1 })
    expect(result.settings[0]!.genuine).toBe(40)
  })

  it('reports the same bytes under two identities', async () => {
    const [one, two] = [lfwPhoto('P1', 2).photo, lfwPhoto('P7', 1).photo]
    const { result } = await runLfw(
      list,
      embed((photo, outcome) => ({
        ...outcome,
        digest: [one, two, lfwPhoto('P1', 1).photo].includes(photo) ? 'x' : photo,
      })),
      { resamples: 20 },
    )
    expect(result.photos.sameBytes).toHaveLength(1)
    expect(result.photos.sameBytes[0]!.identities.sort()).toEqual(['P1', 'P7'])
    expect(result.photos.sameBytes[0]!.photos).toContain(one)
  })

  it('refuses a list without folds, and mixed pipelines', async () => {
    const flat = { folds: 1, pairs: list.pairs.map(pair => ({ ...pair, fold: 1 })) }
    await expect(runLfw(flat, embed())).rejects.toThrow('needs pairs in folds')
    const mixed = embed((photo, outcome) =>
      'embedding' in outcome && photo.endsWith('2.jpg')
        ? { embedding: { ...outcome.embedding, pipeline: 'q' } }
        : outcome,
    )
    await expect(runLfw(list, mixed)).rejects.toThrow('different pipelines')
  })
})

describe('any list of pairs', () => {
  it('is measured without accuracy or a baseline', async () => {
    const flat = { folds: 1, pairs: list.pairs.map(pair => ({ ...pair, fold: 1 })) }
    const { result } = await runPairs(flat, embed(), {
      resamples: 20,
      facts: { name: 'x', condition: 'bare-masked', synthetic: true },
    })
    expect(result.settings[0]).toMatchObject({
      name: 'x',
      condition: 'bare-masked',
      synthetic: true,
      atUnmaskedThreshold: null,
    })
    expect(result.settings[0]!.accuracy).toBeUndefined()
  })
})

it('judges a masked setting by the thresholds of the unmasked one', async () => {
  const { lists } = await runLfw(list, embed(), { resamples: 20 })
  const baseline = baselineThresholds(lists[0]!.pairs)
  const worse = lists[0]!.pairs.map(pair => ({ ...pair, score: pair.score! - 0.3 }))
  const setting = measureSetting(
    { name: 'UMR-MP', condition: 'bare-masked', synthetic: true },
    worse,
    { resamples: 20 },
    baseline,
  )
  const fnmr = worse.filter(({ genuine, score }) => genuine && score < baseline.fmr1000).length / 40
  expect(setting.atUnmaskedThreshold).toMatchObject({ threshold: baseline.fmr1000, fnmr })
  expect(setting.at.unmaskedFmr100!.threshold).toBe(baseline.fmr100)
})
