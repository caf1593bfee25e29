import { describe, expect, it } from 'vitest'
import type { FeatureGrid } from '../recognition/embedding.ts'
import { cellMatches } from './cell-matches.ts'

/** Two rows of two cells with two channels; less the mean (0, 0) these are the features themselves. */
const a: FeatureGrid = { channels: 2, width: 2, height: 2, data: Float32Array.of(1, 0, -1, 0, 0, 1, 0, -1) }
/** The same cells one place further: 0 to 1, 1 to 2, 2 to 3, 3 to 0. */
const b: FeatureGrid = { ...a, data: Float32Array.of(0, 1, 0, -1, -1, 0, 1, 0) }
const contributions = { width: 2, height: 2, data: Float32Array.of(-0.5, 0.25, 0.75, 0) }

describe('cellMatches', () => {
  it('says where cells went, the strongest contributions first', () => {
    const { chosen, mutual } = cellMatches(a, b, contributions, { count: 2 })
    expect(chosen.map(({ cell }) => cell)).toEqual([2, 1, 3, 0])
    expect(chosen.map(({ contribution }) => contribution)).toEqual([0.75, 0.25, 0, -0.5])
    // The best has cosine 1; of the rest two are at right angles, and the one of the lower number comes first.
    expect(chosen[0]!.best).toEqual([
      { cell: 3, cosine: expect.closeTo(1, 6) },
      { cell: 0, cosine: expect.closeTo(0, 6) },
    ])
    expect(chosen.map(({ best }) => best[0]!.cell)).toEqual([3, 2, 0, 1])
    expect(chosen.every(one => one.mutual)).toBe(true)
    expect(mutual).toHaveLength(4)
  })

  it('tells matches that hold one way only', () => {
    // Directions of cells in degrees, in opposite pairs so that their mean is 0. Those of A: 0, 180, 30, 210; of B: 40, 220, 90,
    // 270. Cells 0 and 2 of A are both nearest to cell 0 of B, which is nearer to cell 2; so are 1 and 3 to cell 1.
    const turned = (...degrees: number[]): FeatureGrid => {
      const angles = degrees.map(angle => (angle * Math.PI) / 180)
      return { ...a, data: Float32Array.from([...angles.map(Math.cos), ...angles.map(Math.sin)]) }
    }
    const cells = [0, 1, 2, 3]
    const found = cellMatches(turned(0, 180, 30, 210), turned(40, 220, 90, 270), contributions, { cells })
    expect(found.chosen.map(({ best }) => best[0]!.cell)).toEqual([0, 1, 0, 1])
    expect(found.chosen.map(({ mutual }) => mutual)).toEqual([false, false, true, true])
    expect(found.chosen[0]!.best[0]!.cosine).toBeCloseTo(Math.cos((40 * Math.PI) / 180), 6)
  })

  it('takes the cells that are asked for, and refuses those that are not there', () => {
    expect(cellMatches(a, b, contributions, { cells: [3] }).chosen).toMatchObject([{ cell: 3, mutual: true }])
    for (const cell of [4, -1, 0.5]) {
      expect(() => cellMatches(a, b, contributions, { cells: [cell] })).toThrow(/no cell .*0 to 3/)
    }
  })
})
