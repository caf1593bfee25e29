import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise, pixel } from '../../test/photos.ts'
import { apply } from './affine.ts'
import { letterbox } from './letterbox.ts'
import { resize } from './resize.ts'

describe('letterbox', () => {
  it('centres a resized photo in the frame, normalised, with zeros beside it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom(1, 0.75, 0.5),
        (w, h, zoom) => {
          const photo = noise(w, h)
          const { data } = letterbox(photo, 32, 24, { zoom })
          const scale = zoom * Math.min(32 / w, 24 / h)
          const [width, height] = [w, h].map(side => Math.max(1, Math.round(side * scale)))
          const inner = resize(photo, width!, height!)
          const [left, top] = [Math.floor((32 - width!) / 2), Math.floor((24 - height!) / 2)]
          for (let y = 0; y < 24; y++) {
            for (let x = 0; x < 32; x++) {
              const inside = x >= left && x < left + width! && y >= top && y < top + height!
              const expected = inside ? pixel(inner, x - left, y - top) : [127, 127, 127]
              for (let c = 0; c < 3; c++) {
                const value = data[c * 32 * 24 + y * 32 + x]! * 128 + 127
                // `resize` rounds to whole numbers, the letterbox does not.
                expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(inside ? 0.5001 : 0)
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is the plain photo when the size fits', () => {
    const photo = noise(32, 24)
    const { data, transform } = letterbox(photo, 32, 24)
    expect(transform).toEqual([1, 0, 0, 0, 1, 0])
    expect(data[0]).toBe((photo.data[0]! - 127) / 128)
    expect(data[2 * 32 * 24 + 5]).toBe((photo.data[5 * 3 + 2]! - 127) / 128)
  })

  it('tells where points of the photo went', () => {
    // 100x50 at zoom 0.5 becomes 80x40 with 120 beside and 100 above it.
    const { transform } = letterbox(noise(100, 50), 320, 240, { zoom: 0.5 })
    const corner = apply(transform, [-0.5, -0.5])
    expect(corner[0]).toBeCloseTo(79.5, 10)
    expect(corner[1]).toBeCloseTo(79.5, 10)
    const opposite = apply(transform, [99.5, 49.5])
    expect(opposite[0]).toBeCloseTo(239.5, 10)
    expect(opposite[1]).toBeCloseTo(159.5, 10)
  })

  it('overwrites all of a frame that is used again', () => {
    const out = new Float32Array(3 * 32 * 24).fill(9)
    const photo = noise(10, 40)
    expect(letterbox(photo, 32, 24, { out }).data).toBe(out)
    expect(out).toEqual(letterbox(photo, 32, 24).data)
  })
})
