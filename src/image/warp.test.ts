import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise, pixel, waves } from '../../test/photos.ts'
import { type Affine, apply, compose, invert } from './affine.ts'
import type { Photo } from './photo.ts'
import { shrink } from './shrink.ts'
import { warp, warpGrey } from './warp.ts'

const IDENTITY: Affine = [1, 0, 0, 0, 1, 0]

describe('warp', () => {
  it('leaves a photo alone under the identity', () => {
    const photo = noise(23, 17)
    expect(warp(photo, IDENTITY, 23, 17).data).toEqual(photo.data)
  })

  it('shifts by whole pixels exactly and fills what comes from outside', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), (dx, dy) => {
        const photo = noise(8, 7)
        const moved = warp(photo, [1, 0, dx, 0, 1, dy], 8, 7, { fill: 77 })
        for (let y = 0; y < 7; y++) {
          for (let x = 0; x < 8; x++) {
            const inside = x - dx >= 0 && x - dx < 8 && y - dy >= 0 && y - dy < 7
            expect(pixel(moved, x, y)).toEqual(inside ? pixel(photo, x - dx, y - dy) : [77, 77, 77])
          }
        }
      }),
    )
  })

  it('turns by a right angle exactly', () => {
    const photo = noise(5, 9)
    // (x, y) -> (8 - y, x)
    const turned = warp(photo, [0, -1, 8, 1, 0, 0], 9, 5)
    for (let y = 0; y < 9; y++)
      for (let x = 0; x < 5; x++) expect(pixel(turned, 8 - y, x)).toEqual(pixel(photo, x, y))
  })

  it('blends four neighbours by hand-worked shares', () => {
    const photo: Photo = {
      width: 2,
      height: 2,
      data: Uint8Array.of(0, 0, 0, 100, 0, 0, 50, 40, 0, 200, 0, 255),
    }
    // The result's only pixel lies at (0.25, 0.5) of the photo.
    expect(pixel(warp(photo, [1, 0, -0.25, 0, 1, -0.5], 1, 1), 0, 0)).toEqual([
      56, // 0.5 * (0.25 * 100) + 0.5 * (0.75 * 50 + 0.25 * 200) = 56.25
      15, // 0.5 * 0.75 * 40 = 15
      32, // 0.5 * 0.25 * 255 = 31.875
    ])
  })

  it('equals a slow, obvious bilinear sampler', () => {
    fc.assert(
      fc.property(similarity(0.6, 4), fc.integer({ min: 0, max: 255 }), (transform, fill) => {
        const photo = noise(19, 14)
        const result = warp(photo, transform, 21, 16, { fill })
        const back = invert(transform)
        for (let y = 0; y < 16; y++) {
          for (let x = 0; x < 21; x++) {
            const expected = slowSample(photo, apply(back, [x, y]), fill)
            pixel(result, x, y).forEach((value, c) => {
              expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(0.5 + 1e-9)
            })
          }
        }
      }),
    )
  })

  it('comes back after the inverse, but for the blur of sampling twice', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: 0.9, max: 1.6, noNaN: true }),
        (angle, scale) => {
          const photo = waves(60, 60)
          const transform = about(30, 30, angle, scale)
          const back = warp(
            warp(photo, compose(transform, [1, 0, 40, 0, 1, 40]), 140, 140),
            invert(compose(transform, [1, 0, 40, 0, 1, 40])),
            60,
            60,
          )
          for (let y = 2; y < 58; y++) {
            for (let x = 2; x < 58; x++) {
              pixel(back, x, y).forEach((value, c) => {
                expect(Math.abs(value - pixel(photo, x, y)[c]!)).toBeLessThanOrEqual(5)
              })
            }
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('averages blocks before it shrinks by two or more', () => {
    const photo = noise(90, 80)
    const third: Affine = [1 / 3.5, 0.01, 1, -0.01, 1 / 3.5, 2]
    const result = warp(photo, third, 25, 23, { fill: 9 })
    const blocks = shrink(photo, 3, 3)
    const back = compose(invert(third), blocks.transform)
    for (let y = 0; y < 23; y++) {
      for (let x = 0; x < 25; x++) {
        const expected = slowSample(blocks.photo, apply(back, [x, y]), 9)
        pixel(result, x, y).forEach((value, c) => {
          expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(0.5 + 1e-9)
        })
      }
    }
  })

  it('shows fine stripes as an even grey instead of a false pattern', () => {
    // Sampling every tenth pixel would see stripes of one colour only; 9x9 blocks differ from even by 1 in 18.
    const data = new Uint8Array(400 * 400 * 3)
    for (let i = 0; i < 400 * 400; i++) data.fill(i % 2 ? 255 : 0, i * 3, i * 3 + 3)
    const small = warp({ width: 400, height: 400, data }, [0.1, 0, 0, 0, 0.1, 0], 38, 38)
    for (let y = 1; y < 38; y++) {
      for (let x = 1; x < 38; x++) expect(Math.abs(pixel(small, x, y)[0]! - 127.5)).toBeLessThanOrEqual(15)
    }
  })

  it('draws nothing but fill when the photo lies elsewhere', () => {
    const far = warp(noise(10, 10), [1, 0, 1000, 0, 1, -1000], 6, 5, { fill: 3 })
    expect(far.data).toEqual(new Uint8Array(6 * 5 * 3).fill(3))
  })

  it('gives the same bytes on every machine', () => {
    // Changes only when the sampling rules change, which would change every embedding: then the pipeline id must change.
    const turned = warp(noise(64, 48), [0.9, -0.31, 12.25, 0.31, 0.9, -3.5], 64, 64)
    const small = warp(noise(200, 160), [0.3, 0.1, 3, -0.1, 0.3, 9], 64, 64)
    expect(hash(turned)).toBe('57364b08c60b5ac0')
    expect(hash(small)).toBe('90422e9c97b1a2b7')
  })
})

describe('warpGrey', () => {
  it('is the luma of what warp draws', () => {
    const photo = noise(30, 30)
    const transform: Affine = [0.8, 0.3, -2, -0.3, 0.8, 5]
    const grey = warpGrey(photo, transform, 20, 20, { fill: 50 })
    const colour = warp(photo, transform, 20, 20, { fill: 50 })
    for (let i = 0; i < 400; i++) {
      const [r, g, b] = pixel(colour, i % 20, Math.floor(i / 20))
      expect(Math.abs(grey[i]! - (0.299 * r! + 0.587 * g! + 0.114 * b!))).toBeLessThan(0.51)
    }
  })
})

const hash = ({ data }: Photo): string => createHash('sha256').update(data).digest('hex').slice(0, 16)

const about = (x: number, y: number, angle: number, scale: number): Affine => {
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
  return [cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y]
}

const similarity = (low: number, high: number) =>
  fc
    .tuple(
      fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
      fc.double({ min: low, max: high, noNaN: true }),
      fc.double({ min: -15, max: 15, noNaN: true }),
      fc.double({ min: -15, max: 15, noNaN: true }),
    )
    .map(([angle, scale, dx, dy]): Affine => compose(about(9, 7, angle, scale), [1, 0, dx, 0, 1, dy]))

const slowSample = (photo: Photo, [x, y]: readonly [number, number], fill: number): number[] => {
  const at = (column: number, row: number): number[] =>
    column >= 0 && column < photo.width && row >= 0 && row < photo.height
      ? pixel(photo, column, row)
      : [fill, fill, fill]
  const [x0, y0] = [Math.floor(x), Math.floor(y)]
  const [u, v] = [x - x0, y - y0]
  return [0, 1, 2].map(
    c =>
      (1 - u) * (1 - v) * at(x0, y0)[c]! +
      u * (1 - v) * at(x0 + 1, y0)[c]! +
      (1 - u) * v * at(x0, y0 + 1)[c]! +
      u * v * at(x0 + 1, y0 + 1)[c]!,
  )
}
