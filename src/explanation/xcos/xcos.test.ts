import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { productsOf, xcosOf, xcosOfContributions } from './xcos.ts'

const size = { width: 3, height: 2 }
const vectors = fc.float32Array({ minLength: 24, maxLength: 24, noNaN: true, min: -10, max: 10 })

describe('xcosOf', () => {
  it('is the weighted mean of the cells, worked by hand', () => {
    const { score, similarity, attention } = xcosOf([1, 0.5, -0.5, 0], [2, 1, 1, 0], { width: 2, height: 2 })
    expect([...attention]).toEqual([0.5, 0.25, 0.25, 0])
    expect([...similarity]).toEqual([1, 0.5, -0.5, 0])
    expect(score).toBe(0.5)
  })

  it('lets every cell count alike where nothing tells them apart', () => {
    expect(xcosOf([1, 0, 0, 1], [0, 0, 0, 0], { width: 2, height: 2 }).score).toBe(0.5)
  })

  it('brings what rounding left outside back into [-1, 1]', () => {
    expect(xcosOf([1.0000001, 1], [1, 3], { width: 2, height: 1 }).score).toBe(1)
  })
})

describe('xcosOfContributions', () => {
  it('takes cosine and lengths cell by cell, worked by hand', () => {
    const a = Float32Array.of(3, 4, 1, 0)
    const b = Float32Array.of(4, 3, 0, 2)
    const { similarity, attention, score } = xcosOfContributions(a, b, { width: 2, height: 1 })
    expect(similarity[0]).toBeCloseTo(24 / 25, 12)
    expect(similarity[1]).toBe(0)
    expect(attention[0]).toBeCloseTo(25 / 27, 12)
    expect(score).toBeCloseTo(24 / 27, 12)
  })

  it('is the same in both directions, bit for bit, in [-1, 1], and adds up', () => {
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        const one = xcosOfContributions(a, b, size)
        const other = xcosOfContributions(b, a, size)
        expect(other).toEqual(one)
        expect(Math.abs(one.score)).toBeLessThanOrEqual(1)
        const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
        expect(sum(one.attention)).toBeCloseTo(1, 12)
        expect(sum(productsOf(one))).toBeCloseTo(one.score, 12)
        expect(one.similarity.every(value => Math.abs(value) <= 1)).toBe(true)
        expect(one.attention.every(value => value >= 0)).toBe(true)
      }),
    )
  })

  it('gives exactly 1 for a face and itself', () => {
    fc.assert(
      fc.property(vectors, drawn => {
        // A cell without any contribution has no direction that could be like itself.
        const a = drawn.map(x => (Math.abs(x) > 1e-3 ? x : 0.5))
        expect(xcosOfContributions(a, a, size).score).toBe(1)
      }),
    )
  })
})
