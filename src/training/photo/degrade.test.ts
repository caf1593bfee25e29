import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Photo } from '../../image/photo.ts'
import { createRandom } from '../../random.ts'
import { type Degradation, degrade, NO_DEGRADATION, randomDegradation } from './degrade.ts'
import { jpegRoundTrip } from './node.ts'

/** Smooth coloured hills with some texture. */
const scene = (width: number, height: number): Photo => {
  const random = createRandom('scene', width, height)
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor(i / 3) % width
    data[i] = 128 + 60 * Math.sin(x / 9 + (i % 3)) + random.uniform(-10, 10)
  }
  return { width, height, data }
}

const flat = (width: number, height: number, level: number): Photo => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(level),
})

const only = (change: Partial<Degradation>): Degradation => ({ ...NO_DEGRADATION, ...change })

const column = ({ width, data }: Photo, x: number, y = 0): number => data[(y * width + x) * 3]!

describe('degrade', () => {
  it('changes nothing without damage', async () => {
    const photo = scene(40, 30)
    expect(await degrade(photo, NO_DEGRADATION, jpegRoundTrip)).toEqual(photo)
  })

  it('keeps the size, leaves the photo alone, and depends on seed and name only', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 8, max: 70 }),
        fc.integer({ min: 8, max: 70 }),
        fc.string(),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        async (width, height, name, strength) => {
          const photo = scene(width, height)
          const recipe = randomDegradation(3, name, { strength, faceWidth: width })
          const damaged = await degrade(photo, recipe, jpegRoundTrip)
          expect([damaged.width, damaged.height, damaged.data.length]).toEqual([
            width,
            height,
            width * height * 3,
          ])
          expect(photo).toEqual(scene(width, height))
          const again = randomDegradation(3, name, { strength, faceWidth: width })
          expect(again).toEqual(recipe)
          expect(await degrade(photo, JSON.parse(JSON.stringify(again)), jpegRoundTrip)).toEqual(damaged)
        },
      ),
      { numRuns: 40, seed: 1 },
    )
  })

  it('applies gain, gamma and contrast as written', async () => {
    const photo = flat(4, 4, 100)
    expect(column(await degrade(photo, only({ gains: [1.5, 1, 1] })), 1)).toBe(150)
    // 255 * (100/255)^2 = 39.2
    expect(column(await degrade(photo, only({ gamma: 2 })), 1)).toBe(39)
    // 127.5 + 2 * (100 - 127.5) = 72.5, rounded up
    expect(column(await degrade(photo, only({ contrast: 2 })), 1)).toBe(73)
    expect(column(await degrade(photo, only({ contrast: 20 })), 1)).toBe(0)
  })

  it('turns colours grey without saturation', async () => {
    const photo: Photo = { width: 1, height: 1, data: Uint8Array.of(200, 100, 50) }
    // 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2
    expect([...(await degrade(photo, only({ saturation: 0 }))).data]).toEqual([124, 124, 124])
  })

  it('blurs a line to the width asked for', async () => {
    const photo = flat(61, 5, 0)
    for (let y = 0; y < 5; y++) photo.data.fill(255, (y * 61 + 30) * 3, (y * 61 + 31) * 3)
    for (const sigma of [1.5, 3]) {
      const blurred = await degrade(photo, only({ blur: sigma }))
      let sum = 0
      let variance = 0
      for (let x = 0; x < 61; x++) sum += column(blurred, x, 2)
      for (let x = 0; x < 61; x++) variance += ((x - 30) ** 2 * column(blurred, x, 2)) / sum
      expect(Math.sqrt(variance)).toBeCloseTo(sigma, 0)
      // Nothing gets lost but by rounding.
      expect(Math.abs(sum - 255)).toBeLessThan(10)
    }
  })

  it('smears along the direction of motion only', async () => {
    const photo = flat(21, 21, 0)
    photo.data.fill(250, (10 * 21 + 10) * 3, (10 * 21 + 11) * 3)
    const smeared = await degrade(photo, only({ motion: [4, 0] }))
    expect([8, 9, 10, 11, 12].map(x => column(smeared, x, 10))).toEqual([50, 50, 50, 50, 50])
    expect([7, 13].map(x => column(smeared, x, 10))).toEqual([0, 0])
    expect([9, 11].map(y => column(smeared, 10, y))).toEqual([0, 0])
  })

  it('darkens the far side by the depth of the shadow', async () => {
    const shadow = { direction: [1, 0], depth: 0.5, at: 0, edge: 0.2 } as const
    const shaded = await degrade(flat(100, 20, 200), only({ shadow }))
    expect(column(shaded, 0)).toBe(200)
    expect(column(shaded, 99)).toBe(100)
    for (let x = 1; x < 100; x++) expect(column(shaded, x)).toBeLessThanOrEqual(column(shaded, x - 1))
  })

  it('adds noise of the strength asked for, without a bias', async () => {
    const noisy = await degrade(flat(100, 100, 128), only({ noise: 6, seed: 'a' }))
    const mean = noisy.data.reduce((sum, value) => sum + value, 0) / noisy.data.length
    const variance = noisy.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noisy.data.length
    expect(mean).toBeCloseTo(128, 0)
    expect(Math.sqrt(variance)).toBeGreaterThan(5.5)
    expect(Math.sqrt(variance)).toBeLessThan(6.5)
  })

  it('loses the detail that a smaller photo can not hold, and no more', async () => {
    const stripes = flat(64, 8, 0)
    for (let i = 0; i < 64 * 8; i++) if (i % 2) stripes.data.fill(255, i * 3, i * 3 + 3)
    const coarse = await degrade(stripes, only({ scale: 0.5 }))
    for (let x = 0; x < 64; x++) expect(Math.abs(column(coarse, x, 4) - 128)).toBeLessThanOrEqual(1)
    expect(await degrade(flat(64, 8, 77), only({ scale: 0.3 }))).toEqual(flat(64, 8, 77))
  })

  it('recompresses at the quality asked for', async () => {
    const photo = scene(64, 64)
    const error = async (quality: number): Promise<number> => {
      const { data } = await degrade(photo, only({ quality }), jpegRoundTrip)
      return data.reduce((sum, value, i) => sum + Math.abs(value - photo.data[i]!), 0) / data.length
    }
    const [good, poor] = [await error(95), await error(15)]
    expect(good).toBeGreaterThan(0)
    expect(poor).toBeGreaterThan(1.5 * good)
  })
})

describe('randomDegradation', () => {
  const recipes = (strength: number, faceWidth = 200): Degradation[] =>
    Array.from({ length: 400 }, (_, i) => randomDegradation(1, `photo ${i}`, { strength, faceWidth }))

  it('brings faces to 40 to 120 pixels, or leaves them as they are', () => {
    for (const { scale } of recipes(1)) {
      expect(scale === 1 || (200 * scale > 39.9 && 200 * scale < 120.1)).toBe(true)
    }
    for (const { scale } of recipes(1, 50)) expect(scale).toBeLessThanOrEqual(1)
  })

  it('has every kind of damage some of the time', () => {
    const drawn = recipes(1)
    for (const key of [
      'scale',
      'shadow',
      'blur',
      'noise',
      'saturation',
      'gamma',
      'contrast',
      'quality',
    ] as const) {
      const harmless = drawn.filter(recipe => recipe[key] === NO_DEGRADATION[key]).length
      expect(harmless).toBeGreaterThan(20)
      expect(harmless).toBeLessThan(380)
    }
    for (const { quality } of drawn) if (quality !== null) expect(quality).toBeGreaterThanOrEqual(30)
  })

  it('damages more when it is asked to, and not at all at 0', () => {
    const mean = (strength: number): number => recipes(strength).reduce((sum, { noise }) => sum + noise, 0)
    expect(mean(2)).toBeCloseTo(2 * mean(1), 1)
    expect(recipes(0)[0]).toEqual(NO_DEGRADATION)
  })
})
