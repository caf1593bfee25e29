import { describe, expect, it } from 'vitest'
import { fromHalf, toHalf } from './half.ts'

describe('float16', () => {
  it.each([
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x03ff, (1023 / 1024) * 2 ** -14],
    [0x0001, 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ])('%i is %d', (bits, value) => {
    expect(fromHalf(Uint16Array.of(bits))[0]).toBe(value)
    expect(toHalf(Float32Array.of(value))[0]).toBe(bits)
  })

  it('goes back and forth for every number', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
      bits => (bits & 0x7c00) !== 0x7c00 || (bits & 1023) === 0,
    )
    expect(toHalf(fromHalf(all))).toEqual(all)
  })

  it('rounds to the nearest, ties to even', () => {
    const step = 2 ** -10
    const rounded = (value: number): number => fromHalf(toHalf(Float32Array.of(value)))[0]!
    expect(rounded(1 + 0.5 * step)).toBe(1)
    expect(rounded(1 + 1.5 * step)).toBe(1 + 2 * step)
    expect(rounded(1 + 0.51 * step)).toBe(1 + step)
    expect(rounded(2 - 0.4 * step)).toBe(2)
    expect(rounded(65519)).toBe(65504)
    expect(rounded(65520)).toBe(Infinity)
    expect(rounded(2 ** -26)).toBe(0)
    expect(Number.isNaN(rounded(Number.NaN))).toBe(true)
  })
})
