import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noise } from '../../../test/photos.ts'
import type { AlignedFace } from '../../face/face.ts'
import { imputeLinearly } from './imputation.ts'

const faceOf = (width: number, height: number, seed = 1): AlignedFace => ({
  ...noise(width, height, seed),
  transform: [1, 0, 0, 0, 1, 0],
})

/** Gaussian elimination on the full system, straight from the paper. */
const solved = ({ width, height, data }: AlignedFace, removed: Uint8Array, c: number): number[] => {
  const n = width * height
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Array<number>(n + 1).fill(0)
    row[i] = 1
    if (!removed[i]) {
      row[n] = data[i * 3 + c]!
      return row
    }
    const near: [number, number][] = []
    for (let j = 0; j < n; j++) {
      const dx = Math.abs((i % width) - (j % width))
      const dy = Math.abs(Math.floor(i / width) - Math.floor(j / width))
      if (dx + dy === 1) near.push([j, 2])
      if (dx === 1 && dy === 1) near.push([j, 1])
    }
    const total = near.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [j, weight] of near) row[j] = -weight / total
    return row
  })
  for (let k = 0; k < n; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(rows[best]![k]!) ? k + i : best), k)
    ;[rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!]
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = rows[i]![k]! / rows[k]![k]!
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!)
}

describe('imputeLinearly', () => {
  it('solves the equations of the paper, as elimination does', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 48, maxLength: 48 }), fc.nat(99), (holes, seed) => {
        const face = faceOf(8, 6, seed)
        const removed = Uint8Array.from(holes, Number)
        removed[seed % 48] = 0
        const imputed = imputeLinearly(face, removed, { noise: 0 })
        let worst = 0
        for (let c = 0; c < 3; c++) {
          solved(face, removed, c).forEach((value, i) => {
            worst = Math.max(worst, Math.abs(imputed.data[i * 3 + c]! - value))
          })
        }
        expect(worst).toBeLessThan(0.75)
      }),
      { numRuns: 20 },
    )
  })

  it('goes on with a slope across a hole', () => {
    const face = faceOf(9, 9)
    const slope = { ...face, data: face.data.map((_, i) => 20 * (Math.floor(i / 3) % 9)) }
    const removed = new Uint8Array(81)
    for (const i of [39, 40, 41, 48, 49, 50]) removed[i] = 1
    expect(imputeLinearly(slope, removed, { noise: 0 }).data).toEqual(slope.data)
  })

  it('fills large holes from their edges', () => {
    const face = faceOf(112, 112)
    const removed = new Uint8Array(112 * 112).fill(1)
    for (let y = 0; y < 112; y++) {
      removed.fill(0, y * 112, y * 112 + 8)
      removed.fill(0, y * 112 + 104, y * 112 + 112)
    }
    const slope = { ...face, data: face.data.map((_, i) => 20 + 2 * (Math.floor(i / 3) % 112)) }
    const { data } = imputeLinearly(slope, removed, { noise: 0 })
    // The exact solution is the slope itself.
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - slope.data[i]!)), 0)
    expect(worst).toBeLessThan(5)
  })

  it('keeps what was not removed, adds noise to the rest, and gives the same for the same seed', () => {
    const face = faceOf(32, 32)
    const removed = Uint8Array.from({ length: 1024 }, (_, i) => Number(i % 5 < 2))
    const noisy = imputeLinearly(face, removed, { noise: 0.05 })
    const plain = imputeLinearly(face, removed, { noise: 0 })
    const differences: number[] = []
    removed.forEach((gone, i) => {
      if (gone) differences.push(noisy.data[i * 3]! - plain.data[i * 3]!)
      else expect(noisy.data[i * 3]).toBe(face.data[i * 3])
    })
    const spread = Math.sqrt(differences.reduce((sum, d) => sum + d * d, 0) / differences.length)
    expect(spread).toBeGreaterThan(10)
    expect(spread).toBeLessThan(15.5)
    expect(imputeLinearly(face, removed, { noise: 0.05 }).data).toEqual(noisy.data)
  })

  it('with nothing left takes the mean colour', () => {
    const face = faceOf(4, 4)
    const mean = face.data.filter((_, i) => i % 3 === 1).reduce((sum, value) => sum + value, 0) / 16
    const { data } = imputeLinearly(face, new Uint8Array(16).fill(1), { noise: 0 })
    expect(Math.abs(data[1]! - mean)).toBeLessThanOrEqual(0.5)
  })
})
