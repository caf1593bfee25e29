import { describe, expect, it } from 'vitest'
import { drawFrame, drawLine } from './draw.ts'
import type { Photo } from './photo.ts'

const black = (width: number, height: number): Photo => ({
  width,
  height,
  data: new Uint8Array(width * height * 3),
})
/** The red plane, row by row. */
const rowsOf = ({ width, height, data }: Photo): number[][] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!),
  )

const stroke = { colour: [200, 100, 50], width: 1 } as const

describe('drawLine', () => {
  it('of one pixel along a row covers these pixels alone', () => {
    const photo = drawLine(black(6, 3), [1, 1], [4, 1], stroke)
    expect(rowsOf(photo)).toEqual([Array(6).fill(0), [0, 200, 200, 200, 200, 0], Array(6).fill(0)])
    expect([...photo.data.subarray((6 + 2) * 3, (6 + 3) * 3)]).toEqual([200, 100, 50])
  })

  it('between two rows colours both by half', () => {
    expect(rowsOf(drawLine(black(3, 2), [0, 0.5], [2, 0.5], stroke))).toEqual([
      [100, 100, 100],
      [100, 100, 100],
    ])
  })

  it('leaves gaps, stops at the edges, and leaves the photo as it was', () => {
    const photo = black(8, 1)
    const dashed = drawLine(photo, [0, 0], [20, 0], { ...stroke, dash: 2 })
    expect(rowsOf(dashed)).toEqual([[200, 200, 0, 0, 200, 200, 0, 0]])
    expect(photo.data.every(value => value === 0)).toBe(true)
  })

  it('without length is a dot', () => {
    const dot = rowsOf(drawLine(black(5, 5), [2, 2], [2, 2], { ...stroke, width: 3 }))
    // Distance 1 lies within the radius of 1.5; that of the corners, 1.414, is 0.586 inside the soft edge.
    expect(dot[2]).toEqual([0, 200, 200, 200, 0])
    expect(dot[1]).toEqual([0, 117, 200, 117, 0])
    expect(dot[0]).toEqual([0, 0, 0, 0, 0])
  })
})

describe('drawFrame', () => {
  it('draws inside the edges, and what lies beyond the photo is left out', () => {
    const frame = drawFrame(black(5, 4), { left: 1, top: 0, width: 4, height: 4 }, stroke)
    expect(rowsOf(frame)).toEqual([
      [0, 200, 200, 200, 200],
      [0, 200, 0, 0, 200],
      [0, 200, 0, 0, 200],
      [0, 200, 200, 200, 200],
    ])
    const cut = drawFrame(black(2, 2), { left: -1, top: -1, width: 3, height: 3 }, stroke)
    expect(rowsOf(cut)).toEqual([
      [0, 200],
      [200, 200],
    ])
  })
})
