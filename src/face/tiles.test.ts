import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise, pixel } from '../../test/photos.ts'
import { resize } from '../image/resize.ts'
import { tilesOf } from './tiles.ts'

describe('tilesOf', () => {
  it('cuts an enlarged view into frames that cover it and overlap by half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 300 }),
        fc.integer({ min: 48, max: 300 }),
        fc.constantFrom(2, 4),
        (width, height, level) => {
          const photo = noise(width, height)
          const tiles = tilesOf(photo, 32, 24, level)
          const scale = level * Math.min(32 / width, 24 / height)
          if (scale > 1) {
            expect(tiles).toEqual([])
            return
          }
          const view = resize(photo, Math.round(width * scale), Math.round(height * scale))
          const size = [view.width, view.height]
          // A small box in any place lies whole in one tile, and comes back to its place in the photo.
          for (let y = 0; y + 8 < size[1]!; y += 5) {
            for (let x = 0; x + 11 < size[0]!; x += 5) {
              const whole = tiles.filter(({ photo: tile, toPhoto, cuts }) => {
                const [left, top] = toPhoto([0, 0, 1, 1])
                const [u, v] = [x - (left * size[0]!) / width, y - (top * size[1]!) / height]
                const inside =
                  u > -1e-6 && v > -1e-6 && u + 11 <= tile.width + 1e-6 && v + 8 <= tile.height + 1e-6
                if (!inside || cuts([u, v, 11, 8])) return false
                expect(pixel(tile, Math.round(u), Math.round(v))).toEqual(pixel(view, x, y))
                const [px, py, pw, ph] = toPhoto([u, v, 11, 8])
                expect(px).toBeCloseTo((x * width) / size[0]!, 6)
                expect(py).toBeCloseTo((y * height) / size[1]!, 6)
                expect(pw).toBeCloseTo((11 * width) / size[0]!, 6)
                expect(ph).toBeCloseTo((8 * height) / size[1]!, 6)
                return true
              })
              expect(whole.length).toBeGreaterThan(0)
            }
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it('knows which boxes a tile cuts, and that the edge of the photo cuts nothing', () => {
    const tiles = tilesOf(noise(128, 96), 32, 24, 2)
    expect(tiles).toHaveLength(9)
    const middle = tiles[4]!
    expect(middle.cuts([0.5, 8, 10, 10])).toBe(true)
    expect(middle.cuts([8, 1, 10, 10])).toBe(true)
    expect(middle.cuts([21, 8, 10, 10])).toBe(true)
    expect(middle.cuts([8, 13, 10, 10])).toBe(true)
    expect(middle.cuts([8, 8, 10, 10])).toBe(false)
    expect(tiles[0]!.cuts([-1, -1, 10, 10])).toBe(false)
    expect(tiles[8]!.cuts([24, 16, 9, 9])).toBe(false)
  })
})
