import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lowInside, rankCorrelation, shareInside } from './agreement.ts'
import { descending, ranksOf } from './order.ts'

const values = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 3, maxLength: 30 })

describe('ranks', () => {
  it('shares ranks among equals', () => {
    expect([...ranksOf([10, 20, 20, 5, 20])]).toEqual([2, 4, 4, 1, 4])
  })

  it('counts, for each value, those below and half of the equal ones', () => {
    fc.assert(
      fc.property(values, list => {
        const slow = list.map(value => {
          const below = list.filter(other => other < value).length
          const equal = list.filter(other => other === value).length
          return below + (equal + 1) / 2
        })
        expect([...ranksOf(list)]).toEqual(slow)
      }),
    )
  })
})

describe('descending', () => {
  it('orders by value, largest first', () => {
    expect([...descending({ data: Float32Array.of(0.5, -1, 3, 2) }, 'x')]).toEqual([2, 3, 0, 1])
  })

  it('takes equal values in random order, the same for the same seed', () => {
    const flat = { data: new Float32Array(2000) }
    const order = descending(flat, 'pair 1')
    expect(order).toEqual(descending(flat, 'pair 1'))
    expect(order).not.toEqual(descending(flat, 'pair 2'))
    // Neither half of the picture is preferred.
    const early = order.slice(0, 1000).filter(i => i < 1000).length
    expect(Math.abs(early - 500)).toBeLessThan(70)
  })
})

describe('rankCorrelation', () => {
  it('is what a hand calculation gives', () => {
    // Ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24) = 0.8
    expect(rankCorrelation([1, 2, 3, 4, 5], [20, 10, 400, 300, 5000])).toBeCloseTo(0.8, 12)
    expect(rankCorrelation([1, 2, 3], [9, 4, 1])).toBe(-1)
  })

  it('is 0 for a map without any order', () => {
    expect(rankCorrelation([1, 2, 3], [7, 7, 7])).toBe(0)
  })

  it('does not care for a growing change of scale', () => {
    fc.assert(
      fc.property(values, list => {
        const other = list.map((value, i) => value * 3 - (i % 3))
        const direct = rankCorrelation(list, other)
        expect(rankCorrelation(list.map(Math.exp), other)).toBeCloseTo(direct, 10)
        expect(rankCorrelation(other, list)).toBeCloseTo(direct, 10)
      }),
    )
  })
})

describe('lowInside', () => {
  it('is the share of pairs (inside, outside) with the smaller value inside', () => {
    fc.assert(
      fc.property(values, list => {
        const inside = list.map((_, i) => Number(i % 3 === 0))
        let [won, pairs] = [0, 0]
        list.forEach((value, i) => {
          if (!inside[i]) return
          list.forEach((other, j) => {
            if (inside[j]) return
            pairs++
            won += value < other ? 1 : value === other ? 0.5 : 0
          })
        })
        expect(lowInside(list, inside)).toBeCloseTo(won / pairs, 12)
      }),
    )
  })

  it('says 1 for a map that is low exactly there, NaN where there is no region', () => {
    expect(lowInside([5, -1, 5, -1], [0, 1, 0, 1])).toBe(1)
    expect(lowInside([5, -1], [0, 0])).toBeNaN()
  })
})

describe('shareInside', () => {
  it('counts positive values by opacity', () => {
    expect(shareInside([1, 3, -8, 4], [1, 0.5, 1, 0])).toBeCloseTo(2.5 / 8, 12)
    expect(shareInside([-1, 0], [1, 1])).toBeNaN()
  })
})
