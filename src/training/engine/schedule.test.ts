import { expect, test } from 'vitest'
import { EUM_SCHEDULE, rateAt, type Schedule } from './schedule.ts'

const length = { stepsPerEpoch: 4, epochs: 10 }
const rates = (schedule: Schedule) => Array.from({ length: 40 }, (_, step) => rateAt(schedule, step, length))

test('constant', () => {
  expect(new Set(rates({ kind: 'constant', rate: 0.3 }))).toEqual(new Set([0.3]))
})

test('the published one: a tenth after every third epoch', () => {
  const expected = Array.from({ length: 40 }, (_, step) => 0.1 * 0.1 ** Math.floor(step / 12))
  expect(rates(EUM_SCHEDULE)).toEqual(expected.map(rate => expect.closeTo(rate, 10)))
})

test('warm-up, then half a cosine', () => {
  const found = rates({ kind: 'cosine', rate: 1, warmUp: 1, floor: 0.2 })
  expect(found.slice(0, 5)).toEqual([0.25, 0.5, 0.75, 1, 1])
  // Half way down after half of the 36 steps.
  expect(found[4 + 18]).toBeCloseTo(0.6, 10)
  expect(found[39]).toBeCloseTo(0.2 + 0.4 * (1 + Math.cos((Math.PI * 35) / 36)), 10)
  expect(found.slice(4)).toEqual([...found.slice(4)].sort((a, b) => b - a))
})

test('a warm-up as long as the training never divides by zero', () => {
  const schedule: Schedule = { kind: 'cosine', rate: 1, warmUp: 10 }
  expect(rateAt(schedule, 39, length)).toBe(1)
  expect(rateAt(schedule, 40, length)).toBe(1)
})
