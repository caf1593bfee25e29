import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { duration, fixed, oneIn, percent, plain, roundTogether, signed, whole } from './numbers.ts'

describe('numbers in print', () => {
  it('have true minus signs, and none at a rounded zero', () => {
    expect([0.12345, -0.12345, -0.00001, 0].map(value => fixed(value))).toEqual([
      '0.1235',
      '\u22120.1235',
      '0.0000',
      '0.0000',
    ])
    expect([0.12345, -0.12345, 0.00001].map(value => signed(value, 3))).toEqual([
      '+0.123',
      '\u22120.123',
      '0.000',
    ])
    expect(plain(fixed(-1.5, 1))).toBe('-1.5')
  })

  it('are grouped by thousands', () => {
    expect([7, 999, 1000, 1234567].map(whole)).toEqual(['7', '999', '1,000', '1,234,567'])
  })

  it('say rates in per cent and in words', () => {
    expect([0, 0.00034, 0.001, 0.0113, 0.227, 1].map(rate => plain(percent(rate)))).toEqual([
      '0 %',
      '0.034 %',
      '0.10 %',
      '1.13 %',
      '22.7 %',
      '100 %',
    ])
    expect([0, 0.001, 0.0113, 1 / 3000, 0.5, 1].map(oneIn)).toEqual([
      undefined,
      'about 1 in 1,000',
      'about 1 in 88',
      'about 1 in 3,000',
      'about 50 in 100',
      'all',
    ])
  })

  it('say times', () => {
    expect([0.84, 212.4, 1420].map(ms => plain(duration(ms)))).toEqual(['0.8 ms', '212 ms', '1.4 s'])
  })
})

describe('roundTogether', () => {
  it('gives the last unit to the largest remainders', () => {
    // 0.34 + 0.33 + 0.33 round to 0.3 each, one tenth short: it goes to the first, whose remainder is largest.
    expect(roundTogether([0.34, 0.33, 0.33], 1)).toEqual([0.4, 0.3, 0.3])
    expect(roundTogether([-0.06, 0.66], 1)).toEqual([-0.1, 0.7])
  })

  it('adds up to the printed total, no number off by more than one unit of its last place', () => {
    const values = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 5 }), (exact, decimals) => {
        const rounded = roundTogether(exact, decimals)
        const unit = 10 ** decimals
        const sum = rounded.reduce((total, value) => total + Math.round(value * unit), 0)
        const total = exact.reduce((before, value) => before + value, 0)
        expect(sum - Math.round(Number(total.toFixed(decimals)) * unit)).toBeCloseTo(0, 9)
        rounded.forEach((value, i) => {
          expect(Math.abs(value - exact[i]!) * unit).toBeLessThanOrEqual(1 + 1e-9)
        })
      }),
    )
  })
})
