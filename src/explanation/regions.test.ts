import { describe, expect, it } from 'vitest'
import { ARC_TEMPLATE } from '../face/align.ts'
import type { Point } from '../image/photo.ts'
import { mainRegion, REGIONS, type RegionName, regionShares, sharedRegions, sumByRegion } from './regions.ts'

const [[leftX, eyeY], [rightX], [noseX, noseY], [mouthX, mouthY], [mouthEnd]] = ARC_TEMPLATE as [
  Point,
  Point,
  Point,
  Point,
  Point,
]
const middle = (leftX + rightX) / 2
const span = (from: Point, to: Point, count: number): Point[] =>
  Array.from({ length: count }, (_, i) => {
    const t = i / (count - 1)
    return [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])]
  })
const ring = ([x, y]: Point, rx: number, ry: number, count: number): Point[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = Math.PI + (i / count) * 2 * Math.PI
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)]
  })

/** 68 landmarks of a face that fits the template. */
const landmarks: Point[] = [
  ...Array.from({ length: 17 }, (_, i): Point => {
    const angle = Math.PI - (i / 16) * Math.PI
    return [middle + 42 * Math.cos(angle), 55 + 56 * Math.sin(angle)]
  }),
  ...span([24, 41], [48, 41], 5),
  ...span([63, 41], [88, 41], 5),
  ...span([middle, eyeY], [noseX, noseY - 3], 4),
  ...span([noseX - 8, noseY + 4], [noseX + 8, noseY + 4], 5),
  ...ring([leftX, eyeY], 7, 3, 6),
  ...ring([rightX, eyeY], 7, 3, 6),
  ...ring([(mouthX + mouthEnd) / 2, mouthY], (mouthEnd - mouthX) / 2, 6, 12),
  ...ring([(mouthX + mouthEnd) / 2, mouthY], 10, 2, 8),
]
const aligned = { width: 112, height: 112, data: new Uint8Array(0), transform: [1, 0, 0, 0, 1, 0] as const }
const face = { box: [0, 0, 112, 112] as const, score: 1, landmarks }
const grid = { width: 7, height: 7 }

const fine = regionShares({ face, aligned }, { width: 56, height: 56 })
const regionAt = ([x, y]: Point): RegionName =>
  mainRegion(fine, Math.floor(y / 2) * 56 + Math.floor(x / 2)).name

describe('regionShares', () => {
  it('finds every part where the landmarks put it', () => {
    const places: [Point, RegionName][] = [
      [[leftX, eyeY], 'left-eye'],
      [[rightX, eyeY], 'right-eye'],
      [[36, 41], 'brows'],
      [[noseX, noseY], 'nose'],
      [[middle, eyeY + 8], 'nose'],
      [[middle - 5, eyeY + 8], 'nose'],
      [[(mouthX + mouthEnd) / 2, mouthY], 'mouth'],
      [[middle, 106], 'chin'],
      [[24, 72], 'cheeks'],
      [[88, 72], 'cheeks'],
      [[middle, 22], 'forehead'],
      [[4, 20], 'around'],
      [[2, 108], 'around'],
    ]
    expect(places.map(([point]) => regionAt(point))).toEqual(places.map(([, name]) => name))
  })

  it('divides every cell among the regions', () => {
    for (const size of [grid, { width: 4, height: 4 }, { width: 14, height: 14 }]) {
      const { shares } = regionShares({ face, aligned }, size)
      for (let cell = 0; cell < size.width * size.height; cell++) {
        expect(REGIONS.reduce((sum, { name }) => sum + shares[name][cell]!, 0)).toBeCloseTo(1, 12)
      }
    }
  })

  it('follows the photo by way of the transform', () => {
    const far = {
      face: { ...face, landmarks: landmarks.map(([x, y]): Point => [2 * x + 30, 2 * y - 10]) },
      aligned: { ...aligned, transform: [0.5, 0, -15, 0, 0.5, 5] as const },
    }
    expect(regionShares(far, grid)).toEqual(regionShares({ face, aligned }, grid))
  })
})

describe('sumByRegion', () => {
  it('adds up to what the cells add up to', () => {
    const own = regionShares({ face, aligned }, grid)
    const data = Float64Array.from({ length: 49 }, (_, i) => Math.sin(i))
    const total = data.reduce((sum, value) => sum + value, 0)
    for (const shares of [own, sharedRegions(own, own)]) {
      const sums = sumByRegion(data, shares)
      expect(Object.values(sums).reduce((sum, value) => sum + value, 0)).toBeCloseTo(total, 10)
    }
    expect(sharedRegions(own, own)).toEqual(own)
  })
})
