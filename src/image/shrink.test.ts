import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise, pixel } from '../../test/photos.ts'
import { apply } from './affine.ts'
import { shrink } from './shrink.ts'

describe('shrink', () => {
  it('averages every block, also those that the edge cuts short', () => {
    fc.assert(
      fc.property(size, size, factor, factor, (width, height, factorX, factorY) => {
        const photo = noise(width, height)
        const { photo: small } = shrink(photo, factorX, factorY)
        expect([small.width, small.height]).toEqual([Math.ceil(width / factorX), Math.ceil(height / factorY)])
        for (let y = 0; y < small.height; y++) {
          for (let x = 0; x < small.width; x++) {
            expect(pixel(small, x, y)).toEqual(blockMean(photo, x * factorX, y * factorY, factorX, factorY))
          }
        }
      }),
      { numRuns: 40 },
    )
  })

  it('gives the same blocks for a region as for the whole photo', () => {
    fc.assert(
      fc.property(size, size, factor, fc.tuple(edge, edge, edge, edge), (width, height, by, region) => {
        const photo = noise(width, height)
        const whole = shrink(photo, by, by)
        const part = shrink(photo, by, by, region)
        // Where the region's first block lies in the whole.
        const [left, top] = [0, 1].map(axis =>
          Math.round(whole.transform[2 + 3 * axis]! - part.transform[2 + 3 * axis]!),
        )
        for (let y = 0; y < part.photo.height; y++) {
          for (let x = 0; x < part.photo.width; x++) {
            expect(pixel(part.photo, x, y)).toEqual(pixel(whole.photo, x + left!, y + top!))
          }
        }
        const [x0, y0, x1, y1] = region
        if (x0 < 0 || y0 < 0 || x1 > width || y1 > height || x1 <= x0 || y1 <= y0) return
        expect(left! * by).toBeLessThanOrEqual(x0)
        expect(top! * by).toBeLessThanOrEqual(y0)
        expect((left! + part.photo.width) * by).toBeGreaterThanOrEqual(x1)
        expect((top! + part.photo.height) * by).toBeGreaterThanOrEqual(y1)
      }),
    )
  })

  it('maps the middle of a block to the middle of its pixel', () => {
    const { transform } = shrink(noise(20, 20), 4, 5, [8, 10, 20, 20])
    const first = apply(transform, [9.5, 12])
    const second = apply(transform, [13.5, 17])
    for (const axis of [0, 1]) {
      expect(first[axis]).toBeCloseTo(0, 12)
      expect(second[axis]).toBeCloseTo(1, 12)
    }
  })
})

const size = fc.integer({ min: 1, max: 30 })
const factor = fc.integer({ min: 1, max: 7 })
const edge = fc.integer({ min: -10, max: 40 })

const blockMean = (
  photo: ReturnType<typeof noise>,
  left: number,
  top: number,
  width: number,
  height: number,
): number[] =>
  [0, 1, 2].map(c => {
    const values: number[] = []
    for (let y = top; y < Math.min(top + height, photo.height); y++) {
      for (let x = left; x < Math.min(left + width, photo.width); x++) values.push(pixel(photo, x, y)[c]!)
    }
    return Math.floor(values.reduce((sum, value) => sum + value, 0) / values.length + 0.5)
  })
