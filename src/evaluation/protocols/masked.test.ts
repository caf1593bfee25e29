import { describe, expect, it } from 'vitest'
import { FLAT_TYPES } from '../../masking/recipe.ts'
import { createRandom } from '../../random.ts'
import { normalise } from '../../recognition/embedding.ts'
import { parseLfwPairs } from '../lfw-pairs.ts'
import { evaluationResult } from '../result.ts'
import { type EmbedMasked, runMfr } from './masked.ts'
import { runNist } from './nist.ts'
import type { PhotoOutcome } from './outcomes.ts'
import type { DrawnMask } from './verification.ts'

// Two folds of 20 people; photo 1 is the reference, photo 2 the probe.
const people = Array.from({ length: 40 }, (_, k) => `P${k}`)
const text = [
  '2\t20',
  ...[people.slice(0, 20), people.slice(20)].flatMap(fold => [
    ...fold.map(name => `${name}\t1\t2`),
    ...fold.map((name, i) => `${name}\t1\t${fold[(i + 1) % 20]}\t2`),
  ]),
].join('\n')
const list = parseLfwPairs(text)
const OPTIONS = { resamples: 20, maskSeed: '1' }

/** A person is a direction; a mask adds a direction of its own, the stronger the more it covers. */
const vectorOf = (photo: string, mask: DrawnMask | undefined): Float32Array => {
  const person = createRandom(photo.split('/')[0]!)
  const noise = createRandom(photo)
  const cover = mask ? { low: 1, medium: 3, high: 9 }[mask.type!.split('-')[1]!]! : 0
  return normalise([...Array.from({ length: 16 }, () => person.normal() + 0.3 * noise.normal()), cover])
    .vector
}

const standIn = (
  change: (photo: string, mask?: DrawnMask, unmask?: 'always') => PhotoOutcome | undefined = () => undefined,
) => {
  const asked: { mask: string; photos: readonly string[] }[] = []
  const embed: EmbedMasked = (mask, unmask) => async photos => {
    asked.push({ mask: mask ? `${mask.type} ${mask.colour ?? ''}`.trim() : 'none', photos })
    return photos.map(
      photo =>
        change(photo, mask, unmask) ?? {
          digest: photo,
          embedding: { vector: vectorOf(photo, mask), norm: 1, pipeline: 'p' },
        },
    )
  }
  return { asked, embed }
}

const fits = (result: object): void => {
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
}

const mask = { type: 'wide-high' } as const

/** A correction that finds the person again behind a mask, and confuses everybody without one. */
const corrected: Parameters<typeof standIn>[0] = (photo, mask, unmask) => {
  if (!mask && !unmask) return undefined
  const vector = vectorOf(mask ? photo : 'nobody', undefined)
  const pipeline = unmask ? 'always' : 'p'
  return { digest: photo, embedding: { vector, norm: 1, pipeline, unmasked: true } }
}
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

describe('mfr', () => {
  it('says who was corrected, and what the correction costs bare faces where that is asked for', async () => {
    const { embed } = standIn(corrected)
    const { lists, result } = await runMfr(list, embed, { ...OPTIONS, mask, correctBare: true })
    fits(result)
    expect(result.settings.map(({ name, corrected }) => [name, corrected])).toEqual([
      ['UMR-UMP', undefined],
      ['UMR-MP', { first: 0, second: 1 }],
      ['MR-MP', { first: 1, second: 1 }],
      ['UMR-UMP(always)', { first: 1, second: 1 }],
    ])
    const [bare, probe, , always] = result.settings
    expect(probe!.eer).toBe(bare!.eer)
    expect(always!.eer).toBeGreaterThan(0.4)
    expect(always!.at.unmaskedFmr1000!.threshold).toBe(bare!.atUnmaskedThreshold!.threshold)
    expect(lists.map(({ correctedAll }) => correctedAll ?? false)).toEqual([false, false, false, true])
    const plain = await runMfr(list, embed, { ...OPTIONS, mask })
    expect(plain.result.settings).toEqual(result.settings.slice(0, 3))
  })

  it('masks no photo, the second one, both', async () => {
    const { asked, embed } = standIn()
    const { lists, result } = await runMfr(list, embed, { ...OPTIONS, mask })
    fits(result)
    expect(asked.map(({ mask, photos }) => [mask, photos.length])).toEqual([
      ['none', 80],
      ['wide-high', 80],
    ])
    expect(result.masks).toEqual({ type: 'wide-high', seed: '1' })
    expect(result.settings.map(({ name, condition, synthetic }) => [name, condition, synthetic])).toEqual([
      ['UMR-UMP', 'bare-bare', false],
      ['UMR-MP', 'bare-masked', true],
      ['MR-MP', 'masked-masked', true],
    ])
    const worn = [
      [undefined, undefined],
      [undefined, mask],
      [mask, mask],
    ]
    lists.forEach(({ pairs, masks }, s) => {
      expect(masks).toEqual(worn[s])
      for (const { a, b, score } of pairs) {
        expect(score).toBeCloseTo(dot(vectorOf(a.photo, worn[s]![0]), vectorOf(b.photo, worn[s]![1])), 5)
      }
    })
  })

  it('judges masked pairs by the thresholds of the unmasked ones', async () => {
    const { lists, result } = await runMfr(list, standIn().embed, { ...OPTIONS, mask })
    const [bare, probe, both] = result.settings
    for (const [i, setting] of [probe!, both!].entries()) {
      const scores = lists[i + 1]!.pairs
      for (const [rates, threshold] of [
        [setting.at.unmaskedFmr100!, bare!.fmr100Threshold],
        [setting.atUnmaskedThreshold!, bare!.fmr1000Threshold],
      ] as const) {
        const count = (genuine: boolean, pass: boolean) =>
          scores.filter(pair => pair.genuine === genuine && pair.score! >= threshold === pass).length
        expect(rates).toEqual({
          threshold,
          fmr: count(false, true) / 40,
          fnmr: count(true, false) / 40,
          average: (count(false, true) / 40 + count(true, false) / 40) / 2,
        })
      }
      expect(setting.intervals['at.unmaskedFmr1000.average']).toHaveLength(2)
    }
    // A mask on one face drives scores down; on both it makes strangers alike.
    expect(probe!.atUnmaskedThreshold!.fnmr).toBeGreaterThan(0.9)
    expect(both!.atUnmaskedThreshold!.fmr).toBeGreaterThan(bare!.fmr1000 + 0.3)
  })

  it('counts photos that fail only with a mask on', async () => {
    const bad = 'P0/P0_0002.jpg'
    const { embed } = standIn((photo, mask) =>
      photo === bad && mask ? { error: { code: 'E_NO_FACE', message: 'none' } } : undefined,
    )
    const { result } = await runMfr(list, embed, { ...OPTIONS, mask })
    expect(result.settings.map(({ failedToAcquire }) => failedToAcquire)).toEqual([
      { genuine: 0, impostor: 0 },
      { genuine: 1, impostor: 1 },
      { genuine: 1, impostor: 1 },
    ])
    expect(result.photos.failures).toEqual([
      { photo: bad, mask: 'wide-high', code: 'E_NO_FACE', message: 'none' },
    ])
    expect(result.settings[1]!.genuine).toBe(40)
  })

  it('takes masked pairs from some folds, thresholds from all', async () => {
    const { asked, embed } = standIn()
    const { result } = await runMfr(list, embed, { ...OPTIONS, mask, folds: [2] })
    expect(asked.map(({ photos }) => photos.length)).toEqual([80, 40])
    expect(result.settings.map(({ genuine }) => genuine)).toEqual([40, 20, 20])
    await expect(runMfr(list, embed, { ...OPTIONS, mask, folds: [3] })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('no fold 3'),
    })
  })
})

describe('nist', () => {
  it('masks probes in every shape and colour, and finds that coverage costs', async () => {
    const { asked, embed } = standIn()
    const { lists, result } = await runNist(list, embed, { ...OPTIONS, colours: ['black', 'red'] })
    fits(result)
    expect(asked.map(({ mask }) => mask)).toEqual([
      'none',
      ...['black', 'red'].flatMap(colour => FLAT_TYPES.map(type => `${type} ${colour}`)),
    ])
    for (const { photos } of asked.slice(1)) {
      expect(photos.every(photo => photo.endsWith('_0002.jpg'))).toBe(true)
      expect(photos).toHaveLength(40)
    }
    expect(lists).toHaveLength(13)
    const cells = result.settings.slice(1)
    expect(cells[0]!.cell).toEqual({ shape: 'wide', coverage: 'high', colour: 'black' })
    const threshold = result.settings[0]!.fmr1000Threshold
    const fnmr = (coverage: string): number[] =>
      cells.filter(({ cell }) => cell!.coverage === coverage).map(s => s.atUnmaskedThreshold!.fnmr)
    expect(cells.every(s => s.atUnmaskedThreshold!.threshold === threshold)).toBe(true)
    expect(Math.max(...fnmr('low'))).toBeLessThan(Math.min(...fnmr('high')))
    expect(Math.max(...fnmr('low'))).toBeLessThanOrEqual(Math.min(...fnmr('medium')))
  })
})
