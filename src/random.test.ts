import { expect, test } from 'vitest'
import { createRandom } from './random.ts'

test('the same words give the same numbers, other words others', () => {
  const first = Array.from({ length: 5 }, (_, i) => i).map(createRandom('7', 'a.jpg', 'type').uniform)
  const draw = (...words: (string | number)[]): number[] => {
    const random = createRandom(...words)
    return Array.from({ length: 5 }, () => random.uniform())
  }
  expect(first).toHaveLength(5)
  expect(draw(7, 'a.jpg')).toEqual(draw('7', 'a.jpg'))
  expect(draw(7, 'a.jpg')).not.toEqual(draw(8, 'a.jpg'))
  expect(draw('ab', 'c')).not.toEqual(draw('a', 'bc'))
})

test('even draws are even: mean, variance and share below a quarter', () => {
  const random = createRandom('evenness')
  const values = Array.from({ length: 20_000 }, () => random.uniform())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  expect(mean).toBeCloseTo(0.5, 1.9)
  expect(variance).toBeCloseTo(1 / 12, 2)
  expect(values.filter(value => value < 0.25).length / values.length).toBeCloseTo(0.25, 1.9)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...values)).toBeLessThan(1)
})

test('bell-shaped draws have mean 0 and standard deviation 1', () => {
  const random = createRandom('bell')
  const values = Array.from({ length: 20_000 }, () => random.normal())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(1, 1.5)
})

test('weights decide how often a choice comes up; weight 0 never', () => {
  const random = createRandom('weights')
  const counts = { a: 0, b: 0, c: 0 }
  for (let i = 0; i < 8000; i++) counts[random.weighted({ a: 3, b: 1, c: 0 })]++
  expect(counts.c).toBe(0)
  expect(counts.a / 8000).toBeCloseTo(0.75, 1.5)
})
