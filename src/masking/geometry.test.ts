import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blur } from '../image/blur.ts'
import type { Point } from '../image/photo.ts'
import { solve } from '../solve.ts'
import { landmarksOf, poseOf } from './_test-face.ts'
import { fitHead } from './head.ts'
import { thinPlateSpline } from './warp.ts'

test('solve: the solution put back in gives the right-hand sides', () => {
  const value = fc.double({ min: -5, max: 5, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 25, maxLength: 25 }),
      fc.array(value, { minLength: 5, maxLength: 5 }),
      (m, b) => {
        // Strong diagonal: no singular matrix.
        const matrix = Float64Array.from(m, (entry, i) => (i % 6 === 0 ? entry + 30 : entry))
        const [x] = solve(matrix, [Float64Array.from(b)])
        for (let r = 0; r < 5; r++) {
          const back = x!.reduce((total, entry, c) => total + matrix[r * 5 + c]! * entry, 0)
          expect(back).toBeCloseTo(b[r]!, 9)
        }
      },
    ),
  )
})

test('solve exchanges rows where the diagonal is zero', () => {
  const [x] = solve(Float64Array.of(0, 2, 3, 0), [Float64Array.of(4, 9)])
  expect([...x!]).toEqual([3, 2])
})

test('thin-plate spline: hits its points without slack, keeps any affine map, and gives way with slack', () => {
  const from: Point[] = [
    [0, 0],
    [10, 1],
    [3, 9],
    [11, 12],
    [6, 5],
  ]
  const bent: Point[] = [
    [1, 1],
    [11, 0],
    [2, 10],
    [12, 12],
    [7, 7],
  ]
  const hit = thinPlateSpline(
    from,
    bent,
    from.map(() => 0),
  )
  from.forEach((point, i) => {
    expect(hit(point)[0]).toBeCloseTo(bent[i]![0], 8)
    expect(hit(point)[1]).toBeCloseTo(bent[i]![1], 8)
  })
  const affine = ([x, y]: Point): Point => [2 * x - y + 3, 0.5 * x + y - 1]
  const kept = thinPlateSpline(
    from,
    from.map(affine),
    from.map(() => 0.5),
  )
  expect(kept([20, -7])[0]).toBeCloseTo(50, 7)
  expect(kept([20, -7])[1]).toBeCloseTo(2, 7)
  const loose = thinPlateSpline(
    from,
    bent,
    from.map(() => 5),
  )
  const miss = from.map((point, i) =>
    Math.hypot(loose(point)[0] - bent[i]![0], loose(point)[1] - bent[i]![1]),
  )
  expect(Math.max(...miss)).toBeGreaterThan(0.3)
})

test('thin-plate spline: between its points it is the textbook sum with Math.log', () => {
  // Symmetric square with its middle pushed up: by symmetry no linear part in x, checked against the closed form.
  const from: Point[] = [
    [-1, -1],
    [1, -1],
    [-1, 1],
    [1, 1],
    [0, 0],
  ]
  const to = from.map(([x, y], i): Point => [x, y + (i === 4 ? 1 : 0)])
  const map = thinPlateSpline(
    from,
    to,
    from.map(() => 0),
  )
  const U = (r2: number): number => (r2 > 0 ? r2 * Math.log(r2) : 0)
  // Weights (c, c, c, c, -4c) and a constant d: at the corner c (U(4) + U(4) + U(8)) - 4 c U(2) + d = 0, at the middle 4 c U(2) + d = 1.
  const c = 1 / (8 * U(2) - 2 * U(4) - U(8))
  const d = 1 - 4 * c * U(2)
  const at = (x: number, y: number): number =>
    c *
      (U((x + 1) ** 2 + (y + 1) ** 2) +
        U((x - 1) ** 2 + (y + 1) ** 2) +
        U((x + 1) ** 2 + (y - 1) ** 2) +
        U((x - 1) ** 2 + (y - 1) ** 2)) -
    4 * c * U(x * x + y * y) +
    d
  for (const [x, y] of [
    [0.5, 0],
    [0.3, -0.7],
    [2, 3],
  ] as Point[])
    expect(map([x, y])[1] - y).toBeCloseTo(at(x, y), 7)
})

test('fitHead finds scale, place and turn of the mean head', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: -30, max: 30 }),
      fc.integer({ min: -40, max: 40 }),
      fc.integer({ min: 10, max: 200 }),
      (yaw, pitch, roll, scale) => {
        const pose = poseOf(yaw, pitch, roll, scale, [120, 90])
        const found = fitHead(landmarksOf(pose))
        expect(found.scale).toBeCloseTo(scale, 6)
        expect(found.origin[0]).toBeCloseTo(120, 6)
        for (let k = 0; k < 3; k++) {
          expect(found.right[k]).toBeCloseTo(pose.right[k]!, 6)
          expect(found.down[k]).toBeCloseTo(pose.down[k]!, 6)
          expect(found.toward[k]).toBeCloseTo(pose.toward[k]!, 6)
        }
      },
    ),
  )
})

test('fitHead names the angles: nose to the right is positive yaw, chin up positive pitch', () => {
  const turned = landmarksOf(poseOf(20, 0, 0, 50, [0, 0]))
  expect(turned[30]![0]).toBeGreaterThan(turned[27]![0])
  expect(fitHead(turned).yaw).toBeCloseTo(20, 1)
  const up = landmarksOf(poseOf(0, 15, 0, 50, [0, 0]))
  expect(up[30]![1]).toBeLessThan(landmarksOf(poseOf(0, 0, 0, 50, [0, 0]))[30]![1])
  expect(fitHead(up).pitch).toBeCloseTo(15, 1)
  expect(fitHead(landmarksOf(poseOf(0, 0, 12, 50, [0, 0]))).roll).toBeCloseTo(12, 1)
})

test('blur keeps the sum and spreads a point to the asked variance', () => {
  for (const sigma of [0.8, 1.5, 3.3]) {
    const size = 41
    const data = new Float32Array(size * size)
    data[20 * size + 20] = 1
    blur(data, size, size, sigma)
    let total = 0
    let spread = 0
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        total += data[y * size + x]!
        spread += data[y * size + x]! * (x - 20) ** 2
      }
    }
    expect(total).toBeCloseTo(1, 4)
    expect(Math.sqrt(spread / total) / sigma).toBeGreaterThan(0.95)
    expect(Math.sqrt(spread / total) / sigma).toBeLessThan(1.08)
  }
})
