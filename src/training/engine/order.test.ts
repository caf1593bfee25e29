import { expect, test } from 'vitest'
import { batchesOf, epochOrder } from './order.ts'

test('every sample once, in an order of seed and epoch', () => {
  const first = epochOrder(1000, 7, 0)
  expect([...first].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect(epochOrder(1000, 7, 0)).toEqual(first)
  for (const other of [epochOrder(1000, 7, 1), epochOrder(1000, 8, 0)]) {
    const same = other.filter((sample, i) => sample === first[i]).length
    expect(same).toBeLessThan(15)
  }
})

test('batches are whole', () => {
  expect(batchesOf(Int32Array.of(3, 1, 4, 0, 2), 2)).toEqual([Int32Array.of(3, 1), Int32Array.of(4, 0)])
  expect(batchesOf(Int32Array.of(0), 2)).toEqual([])
})
