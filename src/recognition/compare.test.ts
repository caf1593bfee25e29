import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosine, cosineOf } from './compare.ts'
import { type Embedding, normalise } from './embedding.ts'

const vector = fc
  .array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 8, maxLength: 8 })
  .map(values => Float32Array.from(values))
  .filter(values => values.some(value => Math.abs(value) > 1e-3))

const embedding = (values: Float32Array, pipeline = 'p'): Embedding => ({ ...normalise(values), pipeline })

describe('cosineOf', () => {
  it('matches hand-worked angles', () => {
    expect(cosineOf(Float32Array.of(1, 0), Float32Array.of(0, 1))).toBe(0)
    expect(cosineOf(Float32Array.of(3, 4), Float32Array.of(4, 3))).toBeCloseTo(24 / 25, 12)
    expect(cosineOf(Float32Array.of(1, 1), Float32Array.of(-2, -2))).toBe(-1)
  })

  it('is symmetric bit for bit, exactly 1 with itself, and within [-1, 1]', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const score = cosineOf(a, b)
        expect(cosineOf(b, a)).toBe(score)
        expect(cosineOf(a, a)).toBe(1)
        expect(Math.abs(score)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('cosine', () => {
  it('does not depend on the length that a network gave its vectors', () => {
    fc.assert(
      fc.property(vector, vector, fc.integer({ min: 1, max: 50 }), (a, b, factor) => {
        const longer = embedding(a.map(value => value * factor))
        expect(cosine(longer, embedding(b))).toBeCloseTo(cosine(embedding(a), embedding(b)), 5)
      }),
    )
  })

  it('refuses embeddings of different pipelines', () => {
    const a = embedding(Float32Array.of(1, 0), 'one')
    expect(() => cosine(a, embedding(Float32Array.of(1, 0), 'two'))).toThrow(
      expect.objectContaining({
        code: 'E_PIPELINE_MISMATCH',
        message: expect.stringMatching(/"one".*"two"/),
      }),
    )
  })
})

describe('normalise', () => {
  it('splits length and direction', () => {
    const { vector: direction, norm } = normalise([3, 4])
    expect(norm).toBe(5)
    expect([...direction]).toEqual([Math.fround(0.6), Math.fround(0.8)])
  })

  it.each([[[0, 0]], [[Number.NaN, 1]], [[Infinity, 1]]])('refuses %j, which has no direction', values => {
    expect(() => normalise(values)).toThrow(expect.objectContaining({ code: 'E_NOT_FINITE' }))
  })
})
