import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Affine, apply, compose, fitSimilarity, invert } from './affine.ts'
import type { Point } from './photo.ts'

const number = fc.double({ min: -50, max: 50, noNaN: true })
const point = fc.tuple(number, number)
const similarity = fc
  .tuple(
    fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    fc.double({ min: 0.2, max: 5, noNaN: true }),
    number,
    number,
  )
  .map(([angle, scale, x, y]): Affine => {
    const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)]
    return [cos, -sin, x, sin, cos, y]
  })

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6)
  })
}

describe('affine maps', () => {
  it('apply as written', () => {
    expect(apply([1, 2, 3, 4, 5, 6], [10, 100])).toEqual([213, 546])
  })

  it('compose in reading order', () => {
    fc.assert(
      fc.property(similarity, similarity, point, (first, then, p) => {
        expectClose(apply(compose(first, then), p), apply(then, apply(first, p)))
      }),
    )
  })

  it('undo themselves by the inverse', () => {
    fc.assert(
      fc.property(similarity, point, (map, p) => {
        expectClose(apply(invert(map), apply(map, p)), p)
      }),
    )
  })
})

describe('fitSimilarity', () => {
  it('finds the similarity that made the points', () => {
    fc.assert(
      fc.property(similarity, map => {
        const from: Point[] = [
          [0, 0],
          [10, 1],
          [4, 7],
          [-3, 12],
          [8, -5],
        ]
        expectClose(
          fitSimilarity(
            from,
            from.map(p => apply(map, p)),
          ),
          map,
        )
      }),
    )
  })

  it('leaves no better similarity nearby when the points do not fit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(point, point), { minLength: 4, maxLength: 8 }), pairs => {
        const from = pairs.map(([p]) => p)
        const to = pairs.map(([, q]) => q)
        const spread = from.reduce((sum, [x, y]) => sum + (x - from[0]![0]) ** 2 + (y - from[0]![1]) ** 2, 0)
        fc.pre(spread > 10)
        const [cos, , tx, sin, , ty] = fitSimilarity(from, to)
        const error = (c: number, s: number, x: number, y: number): number =>
          from.reduce((sum, p, i) => {
            const [u, v] = apply([c, -s, x, s, c, y], p)
            return sum + (u - to[i]![0]) ** 2 + (v - to[i]![1]) ** 2
          }, 0)
        const best = error(cos, sin, tx, ty)
        for (const step of [0.01, -0.01]) {
          expect(error(cos + step, sin, tx, ty)).toBeGreaterThan(best - 1e-6)
          expect(error(cos, sin + step, tx, ty)).toBeGreaterThan(best - 1e-6)
          expect(error(cos, sin, tx + step, ty)).toBeGreaterThan(best - 1e-6)
          expect(error(cos, sin, tx, ty + step)).toBeGreaterThan(best - 1e-6)
        }
      }),
    )
  })
})
