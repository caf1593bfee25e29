import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hull, normalQuantile, quantile, wilson } from './intervals.ts'

describe("Wilson's interval", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i', (events, trials, low, high) => {
    const [found, top] = wilson(events / trials, trials)
    expect(found).toBeCloseTo(low, 4)
    expect(top).toBeCloseTo(high, 4)
  })

  it('holds exactly the shares that the score test does not reject', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (trials, part) => {
          const share = Math.round(part * trials) / trials
          const z = normalQuantile(0.975)
          for (const limit of wilson(share, trials)) {
            expect(Math.abs(share - limit)).toBeCloseTo(z * Math.sqrt((limit * (1 - limit)) / trials), 8)
          }
        },
      ),
    )
  })

  it('refuses a share of nothing', () => {
    expect(() => wilson(0, 0)).toThrow('no interval')
  })
})

it('knows the normal quantiles', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13)
  expect(normalQuantile(0.005)).toBeCloseTo(-2.5758293035489004, 13)
  expect(normalQuantile(0.9999995)).toBeCloseTo(4.891638475699, 8)
  expect(normalQuantile(0.5)).toBe(0)
})

it('interpolates quantiles', () => {
  expect(quantile([1, 2, 4], 0.5)).toBe(2)
  expect(quantile([1, 2, 4], 0.75)).toBe(3)
  expect(quantile([1, 2, 4], 1)).toBe(4)
  expect(quantile([7], 0.3)).toBe(7)
})

it('joins intervals', () => {
  expect(hull([0.1, 0.3], [0.2, 0.4])).toEqual([0.1, 0.4])
})
