import { describe, expect, it } from 'vitest'
import type { FeatureGrid } from '../../recognition/embedding.ts'
import { noiseOf } from './_test-subject.ts'
import { patchCorrespondence } from './correspondence.ts'

const gridOf = (data: Float32Array, width = 4, height = 4): FeatureGrid => ({
  channels: data.length / (width * height),
  width,
  height,
  data,
})

/** A grid whose cells moved one to the right; new ones came in on the left. */
const moved = ({ data, width, ...grid }: FeatureGrid): FeatureGrid => ({
  ...grid,
  width,
  data: data.map((_, i) => (i % width === 0 ? Math.sin(i) : data[i - 1]!)),
})

describe('patchCorrespondence', () => {
  const a = gridOf(noiseOf(24 * 16, 3))

  it('matches a face with itself cell by cell', () => {
    const { fromA, fromB, mutual, similarity } = patchCorrespondence(a, a)
    expect([...fromA]).toEqual([...Array(16).keys()])
    expect(fromB).toEqual(fromA)
    expect(mutual).toHaveLength(16)
    for (let i = 0; i < 16; i++) expect(similarity[i * 17]).toBeCloseTo(1, 6)
  })

  it('finds where cells went', () => {
    const { fromA, mutual } = patchCorrespondence(a, moved(a))
    const there = [...fromA.keys()].filter(i => i % 4 < 3)
    for (const i of there) expect(fromA[i]).toBe(i + 1)
    expect(mutual).toEqual(expect.arrayContaining(there))
  })

  it('is transposed when the faces change places, and does not care for what all cells share', () => {
    const b = moved(a)
    const [there, back] = [patchCorrespondence(a, b), patchCorrespondence(b, a)]
    for (let i = 0; i < 16; i++)
      for (let j = 0; j < 16; j++)
        expect(back.similarity[j * 16 + i]).toBeCloseTo(there.similarity[i * 16 + j]!, 6)
    expect(back.fromA).toEqual(there.fromB)
    const brighter = gridOf(b.data.map((value, i) => 3 * value + Math.floor(i / 16)))
    patchCorrespondence(a, brighter).similarity.forEach((value, i) => {
      expect(value).toBeCloseTo(there.similarity[i]!, 5)
    })
  })

  it('is the cosine of centred features', () => {
    // Two cells, two channels: features (1, 0) and (3, 4), mean (2, 2): (-1, -2) and (1, 2).
    const two = gridOf(Float32Array.of(1, 3, 0, 4), 2, 1)
    expect([...patchCorrespondence(two, two).similarity]).toEqual(
      [1, -1, -1, 1].map(v => expect.closeTo(v, 6)),
    )
  })

  it('with cells that are all alike says nothing, without dividing by zero', () => {
    const flat = gridOf(new Float32Array(32).fill(2))
    expect([...patchCorrespondence(flat, flat).similarity]).toEqual(new Array(256).fill(0))
  })
})
