import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shownSum, sumLine } from './sums.ts'

/** Ten-thousandths; never -0, which `toBe` tells from 0. */
const units = (value: number): number => Math.round(value * 1e4) + 0

describe('shownSum', () => {
  it('splits a sum into what raised and what lowered it', () => {
    const sum = shownSum(
      [
        [0.3, -0.1],
        [0.25, 0],
      ],
      -0.05,
      0.4,
      true,
    )
    expect(sum).toMatchObject({
      total: 0.45,
      raised: { sum: 0.55, count: 2 },
      lowered: { sum: -0.1, count: 1 },
      bias: -0.05,
      rest: 0,
      score: 0.4,
    })
    expect(sumLine(sum)).toBe('0.4500 (4 cells) \u2212 0.0500 (bias) = 0.4000 (score)')
  })

  it('says what an inexact decomposition leaves open', () => {
    const sum = shownSum([[0.3]], 0.05, 0.5, false)
    expect(sum.rest).toBe(0.15)
    expect(sumLine(sum)).toBe(
      '0.3000 (1 cells) + 0.0500 (bias) + 0.1500 (not accounted for) = 0.5000 (score)',
    )
  })

  it('adds up in print, cell by cell', () => {
    const cell = fc.double({ min: -0.2, max: 0.2, noNaN: true })
    const grid = fc.array(fc.array(cell, { minLength: 7, maxLength: 7 }), { minLength: 7, maxLength: 7 })
    fc.assert(
      fc.property(grid, cell, (cells, bias) => {
        const score = cells.flat().reduce((total, value) => total + value, bias)
        const sum = shownSum(cells, bias, score, true)
        const printed = sum.cells.flat().reduce((total, value) => total + units(value), 0)
        expect(printed).toBe(units(sum.total))
        expect(units(sum.raised.sum) + units(sum.lowered.sum)).toBe(units(sum.total))
        expect(printed + units(sum.bias)).toBe(units(sum.score))
        expect(sum.score.toFixed(4)).toBe(score.toFixed(4).replace(/^-(0\.0+)$/, '$1'))
      }),
    )
  })
})
