import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../test/models.ts'
import { type Comparison, openXfmr, type Photo, readPhoto, type Xfmr } from '../node.ts'
import type { PairExplanation } from './explainer.ts'

const PEOPLE = [
  ['franck_02221.jpg', 'franck_04000.jpg'],
  ['cage.jpg', 'cage2_crop.jpg'],
  ['bieber_small.jpg', 'Justin-Bieber2_crop.jpg'],
  ['SeanConnery.jpg', 'sean_guru2_crop.jpg'],
] as const

const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)

/** The decomposition as computed, independent of the score that is printed. */
const partsOf = ({ a, b }: PairExplanation): number[] =>
  [a, b].map(face => total(face.contributions.data) + face.bias)

describe('explain', () => {
  let xfmr: Xfmr
  const photos = new Map<string, Photo>()
  const compare = (one: string, other: string): Promise<Comparison> =>
    xfmr.compare(photos.get(one)!, photos.get(other)!, { faceA: 'largest', faceB: 'largest' })

  beforeAll(async () => {
    xfmr = await openXfmr()
    for (const file of PEOPLE.flat()) photos.set(file, await readPhoto(samplePhotoPath(file)))
  })
  afterAll(() => xfmr.release())

  it('tells the same person from others on every pair of sample photos, the same way round and back', async () => {
    const files = PEOPLE.flat()
    for (const one of files) {
      for (const other of files) {
        const { cosine } = await compare(one, other)
        expect((await compare(other, one)).cosine).toBe(cosine)
        const same = PEOPLE.some(
          person =>
            (person as readonly string[]).includes(one) && (person as readonly string[]).includes(other),
        )
        if (one === other) expect(cosine).toBe(1)
        else if (same) expect(cosine).toBeGreaterThan(0.4)
        else expect(cosine).toBeLessThan(0.25)
      }
    }
  })

  it('takes the score apart exactly: 49 cells and the bias add up to the cosine on both faces', async () => {
    for (const [one, other] of [
      ...PEOPLE,
      ['cage.jpg', 'bieber_small.jpg'],
      ['franck_02221.jpg', 'SeanConnery.jpg'],
    ]) {
      const comparison = await compare(one!, other!)
      const explanation = await xfmr.explain(comparison)
      expect(explanation.exact).toBe(true)
      expect(explanation.a.contributions.data).toHaveLength(49)
      for (const sum of partsOf(explanation)) expect(Math.abs(sum - comparison.cosine)).toBeLessThan(1e-4)
    }
  })

  it('all 512 channels and the bias add up to the cosine as well', async () => {
    const comparison = await compare('cage.jpg', 'cage2_crop.jpg')
    const { a } = await xfmr.explain(comparison, { channels: 512 })
    const sum = total(a.channels.map(({ contribution }) => contribution)) + a.bias
    expect(Math.abs(sum - comparison.cosine)).toBeLessThan(1e-4)
    for (const { contribution, contributions } of a.channels.slice(0, 20)) {
      expect(total(contributions.data)).toBeCloseTo(contribution, 5)
    }
  })

  it('with the true cosine as target the cells and bias cancel out instead', async () => {
    const comparison = await compare('cage.jpg', 'cage2_crop.jpg')
    const explanation = await xfmr.explain(comparison, { target: 'cosine' })
    expect(explanation.exact).toBe(false)
    for (const sum of partsOf(explanation)) expect(Math.abs(sum)).toBeLessThan(1e-4)
  })

  it('adds up with mirror averaging too', async () => {
    const mirrored = await openXfmr({ flip: true })
    const comparison = await mirrored.compare(photos.get('cage.jpg')!, photos.get('cage2_crop.jpg')!)
    const explanation = await mirrored.explain(comparison)
    for (const sum of partsOf(explanation)) expect(Math.abs(sum - comparison.cosine)).toBeLessThan(1e-4)
    expect(comparison.pipeline).not.toBe(xfmr.pipeline)
    await mirrored.release()
  })

  it('maps the layers that were asked for, by size or name, in network order', async () => {
    const comparison = await compare('cage.jpg', 'cage2_crop.jpg')
    const { a } = await xfmr.explain(comparison, { methods: ['layercam', 'gradcam'], layers: ['7x7', '471'] })
    expect(a.maps.map(({ method }) => method)).toEqual(['layercam', 'gradcam'])
    expect(a.maps[0]!.layers.map(({ layer }) => layer.name)).toEqual(['471', '507'])
    expect(a.maps[0]!.layers[0]!.map).toMatchObject({ width: 14, height: 14 })
    expect(a.maps[0]!.map).toMatchObject({ width: 112, height: 112 })
  })

  it('HiResCAM at the last grid is the contributions', async () => {
    const comparison = await compare('cage.jpg', 'cage2_crop.jpg')
    const { a, b } = await xfmr.explain(comparison, { methods: ['hirescam'] })
    for (const { maps, contributions } of [a, b]) expect(maps[0]!.map).toEqual(contributions)
  })

  it('lists the layers when one is unknown', async () => {
    const comparison = await compare('cage.jpg', 'cage2_crop.jpg')
    await expect(xfmr.explain(comparison, { layers: ['conv99'] })).rejects.toMatchObject({
      code: 'E_UNKNOWN_LAYER',
      message: expect.stringMatching(/conv99.*7x7 \(= 507\).*471/),
    })
  })

  it('a face compared with itself: its contributions are its own and add up to 1', async () => {
    const explanation = await xfmr.explain(await compare('cage.jpg', 'cage.jpg'))
    for (const sum of partsOf(explanation)) expect(sum).toBeCloseTo(1, 4)
    expect(explanation.a.contributions.data).toEqual(explanation.b.contributions.data)
  })
})
