import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { noise, pixel, waves } from '../../test/photos.ts'
import type { FloatMap } from '../image/map.ts'
import { encodePng, readPhoto } from '../image/node.ts'
import { contributionFigure } from './files.ts'
import { enlarged, greyed, reduced, sideBySide, strengthRange } from './pictures.ts'

/** One strong cell for, at row 2 and column 5, one weaker against, at row 5 and column 1; every other cell is zero. */
const cells = (scale = 1): FloatMap => {
  const data = new Float32Array(49)
  data[2 * 7 + 5] = 0.2 * scale
  data[5 * 7 + 1] = -0.1 * scale
  return { width: 7, height: 7, data }
}

describe('contributionFigure', () => {
  const face = waves(112, 112)
  const figure = contributionFigure([face, face], { a: cells(), b: cells(0.5) })

  it('puts every cell where it belongs, coloured by its sign', () => {
    expect([figure.width, figure.height]).toEqual([448 + 16 + 448, 448])
    const [red, , blue] = pixel(figure, 5 * 64 + 32, 2 * 64 + 32)
    expect(red! - blue!).toBeGreaterThan(80)
    const [weakRed, , weakBlue] = pixel(figure, 1 * 64 + 32, 5 * 64 + 32)
    expect(weakBlue! - weakRed!).toBeGreaterThan(15)
    // Grey where the map says nothing.
    const silent = pixel(figure, 3 * 64 + 32, 3 * 64 + 32)
    expect(Math.max(...silent) - Math.min(...silent)).toBeLessThanOrEqual(2)
  })

  it('gives both faces one scale', () => {
    const [red, , blue] = pixel(figure, 5 * 64 + 32, 2 * 64 + 32)
    const [otherRed, , otherBlue] = pixel(figure, 448 + 16 + 5 * 64 + 32, 2 * 64 + 32)
    expect(otherRed! - otherBlue!).toBeLessThan((red! - blue!) * 0.75)
    expect(otherRed! - otherBlue!).toBeGreaterThan((red! - blue!) * 0.25)
  })

  it('looks as it did', async () => {
    const path = new URL('./golden/contributions.png', import.meta.url)
    if (process.env.XFMR_GOLDEN) await writeFile(path, await encodePng(figure))
    const golden = await readPhoto(new Uint8Array(await readFile(path)))
    expect([golden.width, golden.height]).toEqual([figure.width, figure.height])
    let difference = 0
    for (let i = 0; i < golden.data.length; i++) {
      difference = Math.max(difference, Math.abs(golden.data[i]! - figure.data[i]!))
    }
    expect(difference).toBeLessThanOrEqual(2)
  })
})

describe('pictures', () => {
  it('turn grey by luma', () => {
    const photo = { width: 3, height: 1, data: Uint8Array.of(255, 0, 0, 0, 255, 0, 10, 20, 200) }
    // 0.299 * 255 = 76.2; 0.587 * 255 = 149.7; 0.299 * 10 + 0.587 * 20 + 0.114 * 200 = 37.5.
    expect([...greyed(photo).data]).toEqual([76, 76, 76, 150, 150, 150, 38, 38, 38])
  })

  it('keep their colours at the edges when enlarged', () => {
    const photo = noise(5, 4)
    const large = enlarged(photo, 3)
    for (const [x, y] of [
      [0, 0],
      [4, 3],
      [2, 1],
    ] as const) {
      expect(pixel(large, x * 3 + 1, y * 3 + 1)).toEqual(pixel(photo, x, y))
    }
    expect(pixel(large, 0, 0)).toEqual(pixel(photo, 0, 0))
  })

  it('shrink to a limit, and stay as they are below it', () => {
    const photo = waves(300, 200)
    expect(reduced(photo, 300)).toBe(photo)
    const small = reduced(photo, 100)
    expect([small.width, small.height]).toEqual([100, 67])
    // The middle stays in the middle.
    pixel(small, 50, 33).forEach((value, c) => {
      expect(Math.abs(value - pixel(photo, 151, 100)[c]!)).toBeLessThan(8)
    })
  })

  it('stand next to each other', () => {
    const left = noise(2, 3, 1)
    const right = noise(4, 3, 2)
    const both = sideBySide(left, right, 1)
    expect([both.width, both.height]).toEqual([7, 3])
    expect(pixel(both, 1, 2)).toEqual(pixel(left, 1, 2))
    expect(pixel(both, 2, 1)).toEqual([255, 255, 255])
    expect(pixel(both, 3, 0)).toEqual(pixel(right, 0, 0))
    expect(pixel(both, 6, 2)).toEqual(pixel(right, 3, 2))
  })
})

describe('strengthRange', () => {
  it('ends at the 99th percentile of the sizes, with zero in the middle', () => {
    const data = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i + 1 : -(i + 1)))
    expect(strengthRange({ width: 20, height: 10, data })).toEqual({ low: -198, high: 198 })
  })
})
