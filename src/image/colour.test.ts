import { describe, expect, it } from 'vitest'
import { colourIndex, colourMap, colourMapNames } from './colour.ts'

const colour = (name: Parameters<typeof colourMap>[0], index: number): number[] => [
  ...colourMap(name).table.subarray(index * 3, index * 3 + 3),
]

describe('colourMap', () => {
  it('has the published end colours', () => {
    // Inferno and viridis as tabulated by their authors, RdBu as published by ColorBrewer (ends of the 11-class scheme).
    expect(colour('inferno', 0)).toEqual([0x00, 0x00, 0x04])
    expect(colour('inferno', 255)).toEqual([0xfc, 0xff, 0xa4])
    expect(colour('viridis', 0)).toEqual([0x44, 0x01, 0x54])
    expect(colour('viridis', 255)).toEqual([0xfd, 0xe7, 0x25])
    expect(colour('blue-red', 0)).toEqual([0x05, 0x30, 0x61])
    expect(colour('blue-red', 255)).toEqual([0x67, 0x00, 0x1f])
    expect(colour('purple-orange', 0)).toEqual([0x2d, 0x00, 0x4b])
    expect(colour('purple-orange', 255)).toEqual([0x7f, 0x3b, 0x08])
    expect(colour('greys', 0)).toEqual([0, 0, 0])
    expect(colour('greys', 255)).toEqual([255, 255, 255])
  })

  it('is neutral in the middle of every diverging map but the tints, and nowhere else', () => {
    const diverging = colourMapNames().filter(name => colourMap(name).kind === 'diverging')
    for (const name of diverging.filter(name => !name.endsWith('-tint'))) {
      const spread = (index: number): number => {
        const channels = colour(name, index)
        return Math.max(...channels) - Math.min(...channels)
      }
      expect(spread(127)).toBeLessThanOrEqual(15)
      expect(spread(128)).toBeLessThanOrEqual(15)
      expect(spread(30)).toBeGreaterThan(60)
      expect(spread(225)).toBeGreaterThan(60)
    }
  })

  it('keeps the two hues of a tint apart right up to the middle', () => {
    const [red, , blue] = [0, 1, 2].map(
      c => colour('purple-orange-tint', 128)[c]! - colour('purple-orange-tint', 127)[c]!,
    )
    expect(red).toBeGreaterThan(60)
    expect(blue).toBeLessThan(-60)
  })

  it('gets steadily lighter in the sequential maps made for it', () => {
    for (const name of ['inferno', 'magma', 'viridis', 'cividis', 'greys'] as const) {
      const { table } = colourMap(name)
      const light = (i: number): number =>
        0.2126 * table[3 * i]! + 0.7152 * table[3 * i + 1]! + 0.0722 * table[3 * i + 2]!
      for (let i = 8; i < 256; i += 8) expect(light(i)).toBeGreaterThan(light(i - 8))
    }
  })

  it('is built once', () => {
    expect(colourMap('turbo')).toBe(colourMap('turbo'))
  })
})

describe('colourIndex', () => {
  it('spreads the range over the colours and stops at its ends', () => {
    const range = { low: -2, high: 2 }
    expect([-9, -2, 0, 1, 2, 9].map(value => colourIndex(value, range, 'diverging'))).toEqual([
      0, 0, 128, 191, 255, 255,
    ])
  })

  it('gives a range without extent the neutral colour', () => {
    const range = { low: 3, high: 3 }
    expect(colourIndex(3, range, 'sequential')).toBe(0)
    expect(colourIndex(3, range, 'diverging')).toBe(128)
  })
})
