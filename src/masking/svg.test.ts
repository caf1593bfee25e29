import { expect, test } from 'vitest'
import { XfmrError } from '../errors.ts'
import { dash, parsePath } from './path.ts'
import { rasteriseSvg } from './svg.ts'

const at = (plane: Float32Array, x: number, y: number, width = 10): number => plane[y * width + x]!

test('paths: absolute and relative commands, curves end where they should', () => {
  expect(parsePath('M1 2L3 4h2v-1z')[0]).toEqual({
    points: [
      [1, 2],
      [3, 4],
      [5, 4],
      [5, 3],
    ],
    closed: true,
  })
  expect(parsePath('m1 2l3-4 .5.5')[0]!.points).toEqual([
    [1, 2],
    [4, -2],
    [4.5, -1.5],
  ])
  const quadratic = parsePath('M0 0Q10 0 10 10')[0]!.points
  // Half-way along: (control points weighted 1/4, 1/2, 1/4).
  expect(quadratic[8]![0]).toBeCloseTo(7.5, 9)
  expect(quadratic[8]![1]).toBeCloseTo(2.5, 9)
  const cubic = parsePath('M0 0c0 8 8 8 8 0')[0]!.points
  expect(cubic[8]![0]).toBeCloseTo(4, 9)
  expect(cubic[8]![1]).toBeCloseTo(6, 9)
  expect(cubic.at(-1)).toEqual([8, 0])
  expect(() => parsePath('M0 0A1 1 0 0 1 2 2')).toThrow(XfmrError)
})

test('dashes have their lengths, also round corners', () => {
  const pieces = dash(
    [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
    [4, 3],
  )
  const lengths = pieces.map(points =>
    points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i]![0], y - points[i]![1]), 0),
  )
  expect(lengths).toEqual([4, 4, 4])
})

test('shapes: fill, opacity, currentColor and its weight under a translucent layer', () => {
  const svg =
    '<svg viewBox="0 0 10 10"><rect width="10" height="10" fill="currentColor"/><g opacity=".5"><rect x="0" y="0" width="5" height="10" fill="#ff8000"/></g></svg>'
  const drawing = rasteriseSvg(svg, 10, 10)
  expect(at(drawing.current, 7, 5)).toBe(1)
  expect(at(drawing.current, 2, 5)).toBeCloseTo(0.5, 6)
  expect(at(drawing.red, 2, 5)).toBeCloseTo(0.5, 6)
  expect(at(drawing.green, 2, 5)).toBeCloseTo((0.5 * 128) / 255, 6)
  expect(at(drawing.blue, 2, 5)).toBe(0)
  expect(at(drawing.alpha, 2, 5)).toBeCloseTo(1, 6)
})

test('gradients run between their stops; strokes have their width; the box is stretched', () => {
  const svg =
    '<svg viewBox="0 0 100 50"><defs><linearGradient id="g" x1="0" y1="0" x2="100" y2="0"><stop offset="0" stop-color="#000"/><stop offset="1" stop-color="#fff"/></linearGradient></defs><rect width="100" height="50" fill="url(#g)"/></svg>'
  const { red } = rasteriseSvg(svg, 10, 10)
  for (let x = 0; x < 10; x++) expect(at(red, x, 3)).toBeCloseTo((x + 0.5) / 10, 5)
  const stroke = rasteriseSvg(
    '<svg viewBox="0 0 10 10"><path d="M-5 5H15" fill="none" stroke="#fff" stroke-width="2"/></svg>',
    10,
    10,
  )
  expect([...stroke.alpha.filter((_, i) => i % 10 === 4)]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0])
})

test('what is not supported is refused by name', () => {
  expect(() => rasteriseSvg('<svg viewBox="0 0 1 1"><text>hi</text></svg>', 2, 2)).toThrow(/"text"/)
  expect(() =>
    rasteriseSvg('<svg viewBox="0 0 1 1"><rect width="1" height="1" fill="hsl(1,2,3)"/></svg>', 2, 2),
  ).toThrow(/hsl/)
  expect(() => rasteriseSvg('<svg><rect/></svg>', 2, 2)).toThrow(/viewBox/)
})
