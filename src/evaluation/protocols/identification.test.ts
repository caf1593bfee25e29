import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { crossedDesignEffect } from '../_crossed-design-effect.ts'
import { createCalibrator } from '../calibrator.ts'
import type { PairList } from '../pairs.ts'
import { evaluationResult } from '../result.ts'
import { runIdentification, splitPhotos } from './identification.ts'
import type { EmbedMasked } from './masked.ts'

const person = (identity: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ identity, photo: `${identity}/${i + 1}.jpg` }))
// Any two photos make a pair: only who is in which photo matters here.
const listOf = (photos: { identity: string; photo: string }[]): PairList => ({
  folds: 1,
  pairs: photos.map((a, i) => {
    const b = photos[(i + 1) % photos.length]!
    return { a, b, same: a.identity === b.identity, fold: 1 }
  }),
})
const unit = (angle: number): Float32Array => Float32Array.of(Math.cos(angle), Math.sin(angle))

/** Photos as angles in degrees; masks turn by 40. `null`: no face. */
const embedderOf =
  (angles: Record<string, number | null>): EmbedMasked =>
  mask =>
  async photos =>
    photos.map(photo => {
      const angle = angles[photo] ?? null
      if (angle === null) return { error: { code: 'E_NO_FACE', message: 'none' } }
      const radians = ((angle + (mask ? 40 : 0)) * Math.PI) / 180
      return { embedding: { vector: unit(radians), norm: 1, pipeline: 'p' } }
    })

const OPTIONS = { mask: { type: 'random' as const }, maskSeed: '1', resamples: 50 }

describe('identification', () => {
  it('enrols the first photo of everybody with two, and searches for all others', () => {
    const photos = [...person('B', 3).reverse(), ...person('A', 1)]
    const { enrolled, probes } = splitPhotos(new Map(photos.map(({ photo, identity }) => [photo, identity])))
    expect(enrolled.map(({ photo }) => photo)).toEqual(['B/1.jpg'])
    expect(probes.map(({ photo, mated }) => [photo, mated])).toEqual([
      ['A/1.jpg', false],
      ['B/2.jpg', true],
      ['B/3.jpg', true],
    ])
  })

  it('counts what can be counted by hand', async () => {
    // Enrolled at 0, 60 and 120 degrees; strangers at 200 and 300.
    const angles = {
      'A/1.jpg': 0,
      'A/2.jpg': 5,
      'B/1.jpg': 60,
      'B/2.jpg': 70,
      'C/1.jpg': 120,
      'C/2.jpg': 85,
      'D/1.jpg': 200,
      'E/1.jpg': 300,
    }
    const list = listOf([
      ...person('A', 2),
      ...person('B', 2),
      ...person('C', 2),
      ...person('D', 1),
      ...person('E', 1),
    ])
    const { result, calibrations } = await runIdentification(list, embedderOf(angles), OPTIONS)
    const [bare, masked] = result.identification!
    // C's probe is nearer to B. Best scores of strangers: cos 80 and cos 60, so the threshold is the lowest mate above: cos 35.
    expect(bare).toMatchObject({
      gallery: 3,
      mated: 3,
      unmated: 2,
      rank10: 1,
      fpir: 0,
      fnir: 0,
      predictedFpir: 0,
    })
    expect(bare!.rank1).toBeCloseTo(2 / 3, 12)
    expect(bare!.threshold).toBeCloseTo(Math.cos((35 * Math.PI) / 180), 6)
    // Masked: mates at 45, 50 and 5 degrees, A's and B's nearer to others; strangers at 120 and 20.
    expect(masked!.rank1).toBeCloseTo(1 / 3, 12)
    expect(masked!.fnir).toBeCloseTo(2 / 3, 12)
    const [bareCalibration] = calibrations!({ name: 'set', date: '2026-01-01', synthetic: false })
    // Three mated probes with two others each, two strangers with three.
    expect(bareCalibration!.set).toMatchObject({ genuine: 3, impostor: 12, name: 'set' })
    expect(createCalibrator(bareCalibration!).at(0.99).fmr).toBe(0)
    const envelope = { version: '0', pipeline: 'p', dataset: 'd', date: '2026-01-01', face: 'central' }
    const rest = { failurePolicy: 'reject', intervals: { level: 0.95, resamples: 50, seed: '1' } }
    expect(evaluationResult.safeParse({ ...envelope, ...rest, ...result }).error).toBeUndefined()
  })

  it('counts a photo without a face against the system', async () => {
    const list = listOf([...person('A', 2), ...person('B', 3), ...person('C', 1), ...person('D', 1)])
    const angles = { 'A/2.jpg': 0, 'B/1.jpg': 90, 'B/2.jpg': 90, 'C/1.jpg': 200, 'D/1.jpg': null }
    const { result } = await runIdentification(list, embedderOf(angles), OPTIONS)
    // A has no face enrolled, B's third photo shows none.
    expect(result.identification![0]).toMatchObject({
      gallery: 1,
      mated: 3,
      unmated: 2,
      failedToAcquire: { gallery: 1, probes: 2 },
    })
    expect(result.identification![0]!.rank1).toBeCloseTo(1 / 3, 12)
    expect(result.identification![0]!.fnir).toBeCloseTo(2 / 3, 12)
  })

  it('needs people of both kinds', async () => {
    const list = listOf([...person('A', 2), ...person('B', 2)])
    const angles = { 'A/1.jpg': 0, 'A/2.jpg': 0, 'B/1.jpg': 90, 'B/2.jpg': 90 }
    await expect(runIdentification(list, embedderOf(angles), OPTIONS)).rejects.toMatchObject({
      code: 'E_TOO_FEW_SCORES',
    })
  })
})

it('finds no design effect in independent scores, and all of it where probes decide', () => {
  const random = createRandom('crossed')
  const rows = (probe: () => number, cell: () => number) =>
    Array.from({ length: 60 }, () => {
      const own = probe()
      return Float32Array.from({ length: 50 }, () => own + cell())
    })
  expect(crossedDesignEffect(rows(() => 0, random.normal))).toBeLessThan(2.5)
  // All comparisons of a probe come out alike: 50 times fewer are independent.
  const effect = crossedDesignEffect(rows(random.normal, () => 0))
  expect(effect).toBeGreaterThan(40)
  expect(effect).toBeLessThan(62)
})
