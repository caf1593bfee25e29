import type { Point } from './photo.ts'

/**
 * A plane affine map as the top two rows of its matrix, row by row:
 * `x' = a*x + b*y + tx`, `y' = c*x + d*y + ty`.
 */
export type Affine = readonly [a: number, b: number, tx: number, c: number, d: number, ty: number]

export const apply = ([a, b, tx, c, d, ty]: Affine, [x, y]: Point): Point => [
  a * x + b * y + tx,
  c * x + d * y + ty,
]

/** The map that does `first`, then `then`. */
export const compose = (first: Affine, then: Affine): Affine => {
  const [a, b, tx, c, d, ty] = first
  const [e, f, ux, g, h, uy] = then
  return [
    e * a + f * c,
    e * b + f * d,
    e * tx + f * ty + ux,
    g * a + h * c,
    g * b + h * d,
    g * tx + h * ty + uy,
  ]
}

/** The inverse map. A map that squashes the plane onto a line has none; its result holds infinities. */
export const invert = ([a, b, tx, c, d, ty]: Affine): Affine => {
  const det = a * d - b * c
  return [d / det, -b / det, (b * ty - d * tx) / det, -c / det, a / det, (c * tx - a * ty) / det]
}

/**
 * The similarity (rotation, uniform scale, shift; no reflection) that brings `from` closest to `to` in the
 * least-squares sense. Closed form of Umeyama, "Least-squares estimation of transformation parameters between
 * two point patterns", PAMI 1991, for the plane.
 */
export const fitSimilarity = (from: readonly Point[], to: readonly Point[]): Affine => {
  const count = from.length
  const [fx, fy] = centroid(from)
  const [gx, gy] = centroid(to)
  let spread = 0
  let along = 0
  let across = 0
  for (let i = 0; i < count; i++) {
    const px = from[i]![0] - fx
    const py = from[i]![1] - fy
    const qx = to[i]![0] - gx
    const qy = to[i]![1] - gy
    spread += px * px + py * py
    along += px * qx + py * qy
    across += px * qy - py * qx
  }
  const cos = along / spread
  const sin = across / spread
  return [cos, -sin, gx - cos * fx + sin * fy, sin, cos, gy - sin * fx - cos * fy]
}

// --- internal ---

const centroid = (points: readonly Point[]): Point => {
  let x = 0
  let y = 0
  for (const point of points) {
    x += point[0]
    y += point[1]
  }
  return [x / points.length, y / points.length]
}
