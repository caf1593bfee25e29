import { describe, expect, it } from 'vitest'
import { noise, waves } from '../../../test/photos.ts'
import type { AlignedFace } from '../../face/face.ts'
import type { FloatMap } from '../../image/map.ts'
import { lowInside } from './agreement.ts'
import { centreMap, edgeMap, randomMap, randomPixels } from './baselines.ts'
import { deletionAndInsertion, endsOf, RESTORED, restoration, road, type Score } from './metrics.ts'
import { addNoise, paste, patchOpacity } from './pasting.ts'
import { areaUnder, SHARES } from './pixels.ts'

const SIDE = 28
const face: AlignedFace = { ...noise(SIDE, SIDE, 4), transform: [1, 0, 0, 0, 1, 0] }

/** A linear network: the score is a weighted sum of pixels, so that what each pixel adds is known. */
const linear = (weights: Float32Array): Score & { runs: number } => {
  const score = (async (faces: readonly AlignedFace[]) => {
    score.runs += faces.length
    return faces.map(
      ({ data }) => weights.reduce((sum, w, i) => sum + (w * data[i]!) / 255, 0) / weights.length,
    )
  }) as unknown as Score & { runs: number }
  score.runs = 0
  return score
}

/** Weights of one blob off the middle. */
const weights = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)]
  return Math.exp(-((x - 8) ** 2 + (y - 19) ** 2) / 40)
})

/** What each pixel adds to the score. */
const truth: FloatMap = {
  width: SIDE,
  height: SIDE,
  data: Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
    [0, 1, 2].reduce((sum, c) => sum + weights[i * 3 + c]! * face.data[i * 3 + c]!, 0),
  ),
}

const rivals: Record<string, FloatMap> = {
  centre: centreMap(face),
  edges: edgeMap(face),
  random: randomMap(face, 1),
  pixels: randomPixels(face, 1),
  opposite: { ...truth, data: truth.data.map(value => -value) },
}

const areas = async (map: FloatMap): Promise<{ deletion: number; insertion: number }> => {
  const score = linear(weights)
  const { deletion, insertion } = await deletionAndInsertion(
    { face, map, score, seed: 'x' },
    await endsOf(face, score),
  )
  return { deletion: areaUnder(deletion), insertion: areaUnder(insertion) }
}

describe('areaUnder', () => {
  it('is the trapezoid rule on evenly spaced places', () => {
    expect(areaUnder([1, 0])).toBe(0.5)
    expect(areaUnder([4, 2, 1])).toBe((3 + 1.5) / 2)
    expect(areaUnder(SHARES.map(share => 3 * share))).toBeCloseTo(1.5, 12)
  })
})

describe('deletionAndInsertion', () => {
  it('does what the definition says, pixel by pixel', async () => {
    const score = linear(weights)
    const { deletion, insertion } = await deletionAndInsertion(
      { face, map: truth, score, seed: 'x' },
      await endsOf(face, score),
    )
    const ranked = [...truth.data.keys()].sort((i, j) => truth.data[j]! - truth.data[i]!)
    for (const [k, share] of SHARES.entries()) {
      const first = new Set(ranked.slice(0, Math.round(share * ranked.length)))
      const sumOver = (keep: (i: number) => boolean): number =>
        truth.data.reduce((sum, value, i) => (keep(i) ? sum + value : sum), 0) / 255 / weights.length
      expect(deletion[k]).toBeCloseTo(
        sumOver(i => !first.has(i)),
        6,
      )
      expect(insertion[k]).toBeCloseTo(
        sumOver(i => first.has(i)),
        6,
      )
    }
    expect(score.runs).toBe(2 + 18)
  })

  it('puts the true map before all others', async () => {
    const best = await areas(truth)
    for (const [name, map] of Object.entries(rivals)) {
      const { deletion, insertion } = await areas(map)
      expect(deletion, name).toBeGreaterThan(best.deletion)
      expect(insertion, name).toBeLessThan(best.insertion)
    }
  })

  it('takes coarse maps enlarged', async () => {
    const cell: FloatMap = {
      width: 4,
      height: 4,
      data: Float32Array.from({ length: 16 }, (_, i) => +(i === 9)),
    }
    const { deletion } = await areas(cell)
    expect(deletion).toBeLessThan((await areas(rivals.random!)).deletion)
  })
})

describe('road', () => {
  it('prefers the true map: least less most relevant removed', async () => {
    const smooth: AlignedFace = { ...waves(SIDE, SIDE), transform: [1, 0, 0, 0, 1, 0] }
    // The network looks for the contrast between two places, which imputation levels out.
    const contrast = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)]
      return Math.hypot(x - 8, y - 19) < 4 ? 1 : Math.hypot(x - 8, y - 8) < 4 ? -1 : 0
    })
    const sure: FloatMap = {
      width: SIDE,
      height: SIDE,
      data: Float32Array.from({ length: SIDE * SIDE }, (_, i) => Math.abs(contrast[i * 3]!)),
    }
    const score = linear(contrast)
    const [whole] = await score([smooth])
    const gain = async (map: FloatMap): Promise<number> => {
      const { most, least } = await road({ face: smooth, map, score, seed: 'x' })
      return Math.sign(whole!) * (least[0]! - most[0]!)
    }
    const found = await gain(sure)
    expect(found).toBeGreaterThan(0)
    expect(await gain(rivals.pixels!)).toBeLessThan(found)
    expect(await gain({ ...sure, data: sure.data.map(value => -value) })).toBeLessThan(0)
  })
})

describe('restoration', () => {
  it('restores what the map calls dissimilar first, and with it the score', async () => {
    const stranger = new Uint8Array(face.data.length)
    const opacity = patchOpacity(face, 'pair')
    const patched = paste(face, { data: stranger }, opacity)
    const score = linear(weights)
    const lost = {
      width: SIDE,
      height: SIDE,
      data: Float32Array.from(truth.data, (v, i) => (opacity[i] ? -v : v)),
    }
    const judge = async (map: FloatMap) => restoration({ face: patched, map, score, seed: 'x' }, face, false)
    const [right, wrong] = [await judge(lost), await judge(rivals.pixels!)]
    expect(right).toHaveLength(RESTORED.length)
    expect(right[0]).toBe(wrong[0])
    expect(areaUnder(right)).toBeGreaterThan(areaUnder(wrong))
  })

  it('replaces 27 of 49 patches, others for another pair', () => {
    const opacity = patchOpacity(face, 'pair')
    expect(opacity.filter(Boolean)).toHaveLength(27 * 16)
    expect(patchOpacity(face, 'pair')).toEqual(opacity)
    expect(patchOpacity(face, 'other')).not.toEqual(opacity)
  })
})

describe('paste', () => {
  it('mixes by opacity', () => {
    const white = { data: new Uint8Array(face.data.length).fill(255) }
    const half = paste(face, white, new Float32Array(SIDE * SIDE).fill(0.5))
    half.data.forEach((value, i) => {
      expect(value).toBe(Math.round((255 + face.data[i]!) / 2))
    })
  })

  it('is found by a map that is low there', () => {
    const inside = Float32Array.from({ length: 16 }, (_, i) => Number(i < 4))
    expect(
      lowInside(
        inside.map(value => -value),
        inside,
      ),
    ).toBe(1)
  })
})

describe('addNoise', () => {
  it('has the deviation that was asked for', () => {
    const grey = { ...face, data: new Uint8Array(face.data.length).fill(128) }
    const { data } = addNoise(grey, 5, 'x')
    const spread = Math.sqrt(data.reduce((sum, value) => sum + (value - 128) ** 2, 0) / data.length)
    expect(spread).toBeGreaterThan(4.6)
    expect(spread).toBeLessThan(5.4)
  })
})
