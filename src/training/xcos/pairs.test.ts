import { describe, expect, it } from 'vitest'
import { lookAlikes, type PairFace, pairSampler } from './pairs.ts'

const faces: PairFace[] = Array.from({ length: 6 * 3 * 4 }, (_, row) => ({
  row,
  photo: Math.floor(row / 4),
  identity: Math.floor(row / 12),
  masked: row % 4 > 1,
}))
const alike = Array.from({ length: 6 }, (_, i) => [(i + 1) % 6])
const options = { faces, alike, batch: 400, masks: true, seed: '1' }

describe('pairSampler', () => {
  const pairs = pairSampler(options)(0, 0)

  it('draws half of the pairs from one person, never twice the same photo', () => {
    const genuine = pairs.filter(({ a, b }) => a.identity === b.identity)
    expect(genuine).toHaveLength(200)
    expect(genuine.every(({ a, b }) => a.photo !== b.photo)).toBe(true)
  })

  it('makes every second impostor a look-alike', () => {
    const impostors = pairs.filter(({ a, b }) => a.identity !== b.identity)
    const close = impostors.filter(({ a, b }) => b.identity === (a.identity + 1) % 6)
    expect(close.length).toBeGreaterThanOrEqual(100)
    expect(close.length).toBeLessThan(150)
  })

  it('covers all conditions alike, on either side', () => {
    const masked = pairs.map(({ a, b }) => Number(a.masked) + Number(b.masked))
    for (const count of [0, 1, 2]) {
      const share = masked.filter(value => value === count).length / pairs.length
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.08)
    }
    const first = pairs.filter(({ a, b }) => a.masked && !b.masked).length
    const second = pairs.filter(({ a, b }) => !a.masked && b.masked).length
    expect(Math.abs(first - second)).toBeLessThan(50)
    const bare = pairSampler({ ...options, masks: false })(0, 0)
    expect(bare.every(({ a, b }) => !a.masked && !b.masked)).toBe(true)
  })

  it('follows from seed, epoch and number alone', () => {
    expect(pairSampler(options)(0, 0)).toEqual(pairs)
    expect(pairSampler(options)(1, 0)).not.toEqual(pairs)
    expect(pairSampler(options)(0, 1)).not.toEqual(pairs)
  })
})

describe('lookAlikes', () => {
  it('orders the others by cosine', () => {
    const means = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0.8, 0.6)]
    expect(lookAlikes(means, 2)).toEqual([
      [2, 1],
      [2, 0],
      [0, 1],
    ])
    expect(lookAlikes(means, 1)).toEqual([[2], [2], [0]])
  })
})
