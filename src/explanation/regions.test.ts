import { describe, expect, it } from 'vitest'
import { ARC_TEMPLATE } from '../face/align.ts'
import { REGIONS, regionOf, sumByRegion } from './regions.ts'

const grid = { width: 7, height: 7 }

describe('regions', () => {
  it('hold the points of the template that they are named after', () => {
    const at = ARC_TEMPLATE.map(([x, y]) => regionOf(Math.floor(y / 16), Math.floor(x / 16), grid))
    expect(at).toEqual(['eyes', 'eyes', 'nose', 'mouth', 'mouth'])
  })

  it('are the same left and right', () => {
    for (let row = 0; row < 7; row++) {
      for (let column = 0; column < 7; column++) {
        expect(regionOf(row, column, grid)).toBe(regionOf(row, 6 - column, grid))
      }
    }
  })

  it('divide a grid of any size without overlap', () => {
    for (const [width, height] of [
      [7, 7],
      [14, 14],
      [4, 4],
      [7, 5],
    ] as const) {
      const data = Float32Array.from({ length: width * height }, (_, i) => 2 ** (i % 20))
      const total = data.reduce((sum, value) => sum + value, 0)
      const sums = sumByRegion({ width, height, data })
      expect(Object.keys(sums).sort()).toEqual(REGIONS.map(({ name }) => name).sort())
      expect(Object.values(sums).reduce((sum, value) => sum + value, 0)).toBe(total)
    }
  })

  it('have the sizes of the 7x7 partition', () => {
    const ones = { ...grid, data: new Float32Array(49).fill(1) }
    expect(sumByRegion(ones)).toEqual({
      forehead: 10,
      eyes: 10,
      nose: 3,
      mouth: 3,
      cheeks: 4,
      chin: 5,
      edges: 14,
    })
  })
})
