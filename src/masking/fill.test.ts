import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Point } from '../image/photo.ts'
import { ellipse, fillPolygons, strokeOutline } from './fill.ts'

const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0)

const shoelace = (polygon: readonly Point[]): number =>
  Math.abs(
    polygon.reduce((total, [x, y], i) => {
      const [nx, ny] = polygon[(i + 1) % polygon.length]!
      return total + x * ny - nx * y
    }, 0) / 2,
  )

test('a square on pixel borders covers its pixels fully, half a pixel further it covers halves', () => {
  const square = (at: number): Point[] => [
    [at, at],
    [at + 2, at],
    [at + 2, at + 2],
    [at, at + 2],
  ]
  // Pixel 1 spans 0.5 to 1.5.
  expect([...fillPolygons([square(0.5)], 4, 4).data]).toEqual([
    0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0,
  ])
  expect([...fillPolygons([square(1)], 4, 4).data.slice(4, 8)]).toEqual([0, 0.25, 0.5, 0.25])
})

test('the coverage of any triangle inside the raster adds up to its area', () => {
  const coordinate = fc.double({ min: 0, max: 19, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 3 }), triangle => {
      const { data } = fillPolygons([triangle], 20, 20)
      expect(sum(data)).toBeCloseTo(shoelace(triangle), 1.5)
    }),
    { numRuns: 300 },
  )
})

test('agrees with counting 16 x 16 points per pixel, also where the shape leaves the raster', () => {
  const polygon: Point[] = [
    [-3, 2],
    [5, -4],
    [14, 6],
    [7, 15],
    [3, 8],
  ]
  const inside = (px: number, py: number): boolean => {
    let odd = false
    polygon.forEach(([ax, ay], i) => {
      const [bx, by] = polygon[(i + 1) % polygon.length]!
      if (ay > py !== by > py && px < ax + ((py - ay) * (bx - ax)) / (by - ay)) odd = !odd
    })
    return odd
  }
  const { data } = fillPolygons([polygon], 12, 12)
  for (let y = 0; y < 12; y++) {
    for (let x = 0; x < 12; x++) {
      let hits = 0
      for (let k = 0; k < 256; k++)
        if (inside(x - 0.5 + ((k % 16) + 0.5) / 16, y - 0.5 + (Math.floor(k / 16) + 0.5) / 16)) hits++
      expect(Math.abs(data[y * 12 + x]! - hits / 256)).toBeLessThan(0.05)
    }
  }
})

test('a polygon that turns the other way cuts a hole', () => {
  const outer = ellipse([15, 15], 12, 12)
  const inner = ellipse([15, 15], 6, 6).toReversed()
  const { data } = fillPolygons([outer, inner], 31, 31)
  expect(data[15 * 31 + 15]).toBe(0)
  expect(sum(data)).toBeCloseTo(Math.PI * (144 - 36), -1)
})

test('a stroke is as long and wide as asked, whichever way it runs', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 71 }),
      fc.double({ min: 0.4, max: 5, noNaN: true }),
      (step, width) => {
        const angle = (step * Math.PI) / 36
        const line: Point[] = [
          [20, 20],
          [20 + 12 * Math.cos(angle), 20 + 12 * Math.sin(angle)],
        ]
        expect(sum(fillPolygons([strokeOutline(line, width)], 40, 40).data)).toBeCloseTo(12 * width, 1.5)
      },
    ),
  )
})

test('a thin curved stroke has no beads: its coverage per unit of length is even', () => {
  const arc = Array.from({ length: 13 }, (_, i): Point => {
    const angle = (i / 12) * (Math.PI / 2)
    return [2 + 36 * Math.sin(angle), 38 - 36 * Math.cos(angle)]
  })
  const { data } = fillPolygons([strokeOutline(arc, 0.8)], 40, 40)
  expect(sum(data)).toBeCloseTo(0.8 * 36 * (Math.PI / 2), -0.3)
  expect(Math.max(...data)).toBeLessThan(0.9)
})

test('a closed stroke is a frame with mitred corners', () => {
  const square: Point[] = [
    [5, 5],
    [25, 5],
    [25, 25],
    [5, 25],
  ]
  const { data } = fillPolygons([strokeOutline(square, 2, true)], 31, 31)
  expect(sum(data)).toBeCloseTo(22 * 22 - 18 * 18, 1)
  expect(data[15 * 31 + 15]).toBe(0)
})
