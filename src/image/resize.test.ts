import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise, numbers, pixel } from '../../test/photos.ts'
import type { FloatMap } from './map.ts'
import type { Photo } from './photo.ts'
import { resize, resizeMap } from './resize.ts'
import { shrink } from './shrink.ts'

describe('resize', () => {
  it('leaves the size it has alone', () => {
    const photo = { ...noise(13, 8), name: 'noise' }
    expect(resize(photo, 13, 8)).toEqual(photo)
  })

  it('equals a slow, obvious bilinear resize with repeated edges', () => {
    fc.assert(
      fc.property(length, length, length, length, (fromW, fromH, width, height) => {
        const photo = noise(fromW, fromH)
        const factors = [Math.floor(fromW / width), Math.floor(fromH / height)].map(f => Math.max(f, 1))
        const source = shrink(photo, factors[0]!, factors[1]!).photo
        const result = resize(photo, width, height)
        expect(result.data).toHaveLength(width * height * 3)
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            const at = [
              ((x + 0.5) * fromW) / width / factors[0]! - 0.5,
              ((y + 0.5) * fromH) / height / factors[1]! - 0.5,
            ]
            pixel(result, x, y).forEach((value, c) => {
              expect(Math.abs(value - slow(source, c, at[0]!, at[1]!))).toBeLessThanOrEqual(0.5 + 1e-9)
            })
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('resizeMap', () => {
  const pair: FloatMap = { width: 2, height: 1, data: Float32Array.of(-4, 4) }

  it('enlarges by hand-worked shares', () => {
    expect([...resizeMap(pair, 4, 1).data]).toEqual([-4, -2, 2, 4])
    expect([...resizeMap(pair, 8, 2).data]).toEqual(
      [...Array(2).keys()].flatMap(() => [-4, -4, -3, -1, 1, 3, 4, 4]),
    )
  })

  it('keeps the cells with nearest', () => {
    expect([...resizeMap(pair, 6, 1, 'nearest').data]).toEqual([-4, -4, -4, 4, 4, 4])
  })

  it('never leaves the range of its values', () => {
    fc.assert(
      fc.property(length, length, length, length, fc.integer(), (fromW, fromH, width, height, seed) => {
        const next = numbers(seed)
        const data = Float32Array.from({ length: fromW * fromH }, () => next() * 20 - 10)
        const resized = resizeMap({ width: fromW, height: fromH, data }, width, height).data
        expect(Math.min(...resized)).toBeGreaterThanOrEqual(Math.min(...data) - 1e-5)
        expect(Math.max(...resized)).toBeLessThanOrEqual(Math.max(...data) + 1e-5)
      }),
    )
  })
})

const length = fc.integer({ min: 1, max: 16 })

const slow = (photo: Photo, c: number, x: number, y: number): number => {
  const at = (column: number, row: number): number =>
    pixel(
      photo,
      Math.min(Math.max(column, 0), photo.width - 1),
      Math.min(Math.max(row, 0), photo.height - 1),
    )[c]!
  // Where a last block is cut short, the position itself may lie beyond the last centre.
  const [px, py] = [Math.min(Math.max(x, 0), photo.width - 1), Math.min(Math.max(y, 0), photo.height - 1)]
  const [x0, y0] = [Math.floor(px), Math.floor(py)]
  const [u, v] = [px - x0, py - y0]
  return (
    (1 - u) * (1 - v) * at(x0, y0) +
    u * (1 - v) * at(x0 + 1, y0) +
    (1 - u) * v * at(x0, y0 + 1) +
    u * v * at(x0 + 1, y0 + 1)
  )
}
