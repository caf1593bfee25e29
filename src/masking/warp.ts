import type { Point } from '../image/photo.ts'
import { solve } from '../solve.ts'

/**
 * A thin-plate spline that carries `from` close to `to`: the smoothest bending of the plane (Bookstein, PAMI 1989), with
 * a slack per point, so that it smooths out landmark noise instead of following it (Wahba's smoothing spline).
 * @param slack One value per point, 0 = hit exactly; 1 lets a point be passed at a good distance. Relative to the spread of `from`.
 * @returns Where a point goes. Outside of `from` the map tends to a plain affine one.
 */
export const thinPlateSpline = (
  from: readonly Point[],
  to: readonly Point[],
  slack: readonly number[],
): ((point: Point) => Point) => {
  const count = from.length
  const size = count + 3
  const matrix = new Float64Array(size * size)
  const right = [new Float64Array(size), new Float64Array(size)]
  const [cx, cy, spread] = frame(from)
  const px = Float64Array.from(from, ([x]) => (x - cx) / spread)
  const py = Float64Array.from(from, ([, y]) => (y - cy) / spread)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const value = kernel((px[i]! - px[j]!) ** 2 + (py[i]! - py[j]!) ** 2)
      matrix[i * size + j] = value
      matrix[j * size + i] = value
    }
    matrix[i * size + i] = slack[i]!
    const linear = [1, px[i]!, py[i]!]
    linear.forEach((value, k) => {
      matrix[i * size + count + k] = value
      matrix[(count + k) * size + i] = value
    })
    right[0]![i] = to[i]![0]
    right[1]![i] = to[i]![1]
  }
  const [wx, wy] = solve(matrix, right) as [Float64Array, Float64Array]
  return ([x, y]) => {
    const u = (x - cx) / spread
    const v = (y - cy) / spread
    let outX = wx[count]! + wx[count + 1]! * u + wx[count + 2]! * v
    let outY = wy[count]! + wy[count + 1]! * u + wy[count + 2]! * v
    for (let i = 0; i < count; i++) {
      const value = kernel((u - px[i]!) ** 2 + (v - py[i]!) ** 2)
      outX += wx[i]! * value
      outY += wy[i]! * value
    }
    return [outX, outY]
  }
}

// --- internal ---

const frame = (points: readonly Point[]): readonly [number, number, number] => {
  let x = 0
  let y = 0
  for (const point of points) {
    x += point[0] / points.length
    y += point[1] / points.length
  }
  let spread = 0
  for (const point of points) spread += ((point[0] - x) ** 2 + (point[1] - y) ** 2) / points.length
  return [x, y, Math.sqrt(spread) || 1]
}

/** r^2 log r^2 (a constant factor is absorbed by the weights). */
const kernel = (squared: number): number => (squared > 0 ? squared * logarithm(squared) : 0)

/**
 * Natural logarithm from + - * / only. `Math.log` may differ between JavaScript engines in the last bit, and masks must come out
 * the same everywhere. Range reduction to [0.707, 1.414], then the area-tangent series; error below 1e-11.
 */
const logarithm = (value: number): number => {
  let exponent = 0
  let rest = value
  while (rest > Math.SQRT2) {
    rest /= 2
    exponent++
  }
  while (rest < Math.SQRT1_2) {
    rest *= 2
    exponent--
  }
  const t = (rest - 1) / (rest + 1)
  const s = t * t
  const series = 1 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * (1 / 9 + s * (1 / 11 + s * (1 / 13))))))
  return 2 * t * series + exponent * Math.LN2
}
