import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CROP_SIZE, type CropPlace, cropTransform, firstPlace, pointsOf, sharesOf } from '../../face/crop.ts'
import { MIRROR } from '../../face/mirror.ts'
import type { Photo, Point } from '../../image/photo.ts'
import { createRandom } from '../../random.ts'
import { jittered, type LandmarkSample, putSample, sampleAt } from './sample.ts'

const places = fc
  .tuple(
    fc.double({ min: -50, max: 250, noNaN: true }),
    fc.double({ min: -50, max: 250, noNaN: true }),
    fc.double({ min: 20, max: 200, noNaN: true }),
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  )
  .map(
    ([x, y, side, angle]): CropPlace => ({ centre: [x, y], side, level: [Math.cos(angle), Math.sin(angle)] }),
  )

const points68 = (seed: number): Point[] => {
  const random = createRandom('points', seed)
  return MIRROR.map(() => [random.uniform(60, 140), random.uniform(60, 140)])
}

/** A black photo with one soft white spot. */
const spotted = ([spotX, spotY]: Point): Photo => {
  const data = new Uint8Array(200 * 200 * 3)
  for (let y = 0; y < 200; y++) {
    for (let x = 0; x < 200; x++) {
      const square = (x - spotX) ** 2 + (y - spotY) ** 2
      data.fill(Math.round(255 * Math.exp(-square / 18)), (y * 200 + x) * 3, (y * 200 + x) * 3 + 3)
    }
  }
  return { width: 200, height: 200, data }
}

/** Where the light of a crop lies, as shares of it. */
const brightest = (at: (i: number) => number): Point => {
  let [sum, sumX, sumY] = [0, 0, 0]
  for (let i = 0; i < CROP_SIZE * CROP_SIZE; i++) {
    sum += at(i)
    sumX += at(i) * ((i % CROP_SIZE) + 0.5)
    sumY += at(i) * (Math.floor(i / CROP_SIZE) + 0.5)
  }
  return [sumX / sum / CROP_SIZE, sumY / sum / CROP_SIZE]
}

describe('labels of crops', () => {
  it('lead back to the points of the photo, wherever the crop lies', () => {
    fc.assert(
      fc.property(places, fc.integer(), (place, seed) => {
        const points = points68(seed)
        const toCrop = cropTransform(place)
        pointsOf(sharesOf(points, toCrop), toCrop).forEach(([x, y], i) => {
          expect(x).toBeCloseTo(points[i]![0], 2)
          expect(y).toBeCloseTo(points[i]![1], 2)
        })
      }),
      { seed: 1 },
    )
  })

  it('lie where the crop shows what was at the point, as it is and in the mirror', () => {
    const photo = spotted([104, 93])
    const points = points68(1).with(36, [104, 93])
    for (let i = 0; i < 20; i++) {
      const random = createRandom('place', i)
      const place = jittered({ centre: [100, 100], side: 90, level: [1, 0] }, random, {
        shift: 0.05,
        scale: 0.1,
        turn: 12,
      })
      const { crop, shares, masked } = sampleAt(photo, points, place, true)
      const [x, y] = brightest(at => crop[at]!)
      expect(Math.abs(x - shares[72]!)).toBeLessThan(0.004)
      expect(Math.abs(y - shares[73]!)).toBeLessThan(0.004)
      const [input, target] = [new Float32Array(2 * CROP_SIZE ** 2), new Float32Array(2 * 136)]
      putSample({ crop, shares, masked }, 1, true, input, target)
      // The outer corner of the other eye, in the mirror.
      const other = brightest(at => input[CROP_SIZE ** 2 + at]!)
      expect(MIRROR[36]).toBe(45)
      expect(Math.abs(other[0] - target[136 + 90]!)).toBeLessThan(0.004)
      expect(Math.abs(other[1] - target[136 + 91]!)).toBeLessThan(0.004)
      expect(target.subarray(0, 136)).toEqual(new Float32Array(136))
    }
  })

  it('stay as they are when seen in a mirror twice', () => {
    const random = createRandom('twice')
    const sample: LandmarkSample = {
      crop: Uint8Array.from({ length: CROP_SIZE ** 2 }, () => random.index(256)),
      shares: Float32Array.from({ length: 136 }, () => random.index(1024) / 1024),
      masked: false,
    }
    const [input, target] = [new Float32Array(CROP_SIZE ** 2), new Float32Array(136)]
    putSample(sample, 0, true, input, target)
    const mirrored = { ...sample, crop: Uint8Array.from(input, value => value * 256), shares: target.slice() }
    putSample(mirrored, 0, true, input, target)
    expect(Uint8Array.from(input, value => value * 256)).toEqual(sample.crop)
    expect(target).toEqual(sample.shares)
  })
})

describe('jittered', () => {
  const place = firstPlace([20, 30, 80, 100])

  it('moves nothing by nothing', () => {
    expect(jittered(place, createRandom(1), { shift: 0, scale: 0, turn: 0 })).toEqual(place)
  })

  it('spreads as asked and turns by 25 degrees at most', () => {
    const drawn = Array.from({ length: 2000 }, (_, i) =>
      jittered(place, createRandom('jitter', i), { shift: 0.05, scale: 0.1, turn: 20 }),
    )
    const deviation = (values: number[]): number =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    expect(deviation(drawn.map(({ centre }) => (centre[0] - place.centre[0]) / place.side))).toBeCloseTo(
      0.05,
      2,
    )
    expect(deviation(drawn.map(({ side }) => Math.log(side / place.side)))).toBeCloseTo(0.1, 2)
    for (const { level } of drawn) {
      expect(Math.hypot(...level)).toBeCloseTo(1, 9)
      expect(Math.abs(Math.atan2(level[1], level[0]))).toBeLessThanOrEqual((25.0001 * Math.PI) / 180)
    }
  })
})
