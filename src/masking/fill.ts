import type { Point } from '../image/photo.ts'

/** A closed outline; the last point is joined to the first. */
export type Polygon = readonly Point[]

/** How much of each pixel a shape covers, 0 to 1, row by row. */
export type Coverage = { readonly width: number; readonly height: number; readonly data: Float32Array }

/**
 * Fills polygons with exact area coverage: each value is the part of the pixel that lies inside.
 * Pixel (0, 0) spans [-0.5, 0.5] in both directions, as everywhere in xfmr. Parts outside the raster are cut off.
 *
 * Polygons that turn the same way unite; one that turns the other way cuts a hole. (Signed areas are summed and
 * the sum is limited to 1, which is exact unless the edges of several polygons cross within one pixel.)
 *
 * Method: every edge adds its signed trapezoid to the cells it crosses, and a running sum along each row
 * spreads it to the right. No sorting, and only + - * /, so that every engine gets the same bits.
 */
export const fillPolygons = (polygons: readonly Polygon[], width: number, height: number): Coverage => {
  const stride = width + 2
  const cells = new Float32Array(stride * height)
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i++) {
      const from = polygon[i]!
      const to = polygon[i + 1 < polygon.length ? i + 1 : 0]!
      addEdge(cells, width, height, from[0] + 0.5, from[1] + 0.5, to[0] + 0.5, to[1] + 0.5)
    }
  }
  const data = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    let sum = 0
    for (let x = 0; x < width; x++) {
      sum += cells[y * stride + x]!
      const area = sum < 0 ? -sum : sum
      data[y * width + x] = area > 0.9999 ? 1 : area < 0.0001 ? 0 : area
    }
  }
  return { width, height, data }
}

/**
 * The outline of a stroked line, as one polygon: cut off square at its ends, mitred at its corners. One polygon and not one per
 * segment, because the overlaps of thin segments would show as beads.
 */
export const strokeOutline = (line: readonly Point[], width: number, closed = false): Polygon => {
  const points = line.filter(([x, y], i) => i === 0 || x !== line[i - 1]![0] || y !== line[i - 1]![1])
  const count = points.length
  if (count < 2) return []
  const left: Point[] = []
  const right: Point[] = []
  for (let i = 0; i < (closed ? count + 1 : count); i++) {
    const [x, y] = points[i % count]!
    const before = closed || i > 0 ? direction(points[(i - 1 + count) % count]!, [x, y]) : undefined
    const after = closed || i < count - 1 ? direction([x, y], points[(i + 1) % count]!) : undefined
    const [ax, ay] = before ?? after!
    const [bx, by] = after ?? before!
    // The mitre grows with the bend; sharp corners are blunted at twice the width.
    const reach = width / Math.max(0.5, 1 + ax * bx + ay * by)
    const offsetX = (-(ay + by) * reach) / 2
    const offsetY = ((ax + bx) * reach) / 2
    left.push([x + offsetX, y + offsetY])
    right.push([x - offsetX, y - offsetY])
  }
  return [...left, ...right.reverse()]
}

/** An ellipse as a polygon of 64 points. `rightX`, `rightY` turn it: the direction of its horizontal half-axis. */
export const ellipse = (
  centre: Point,
  halfWidth: number,
  halfHeight: number,
  [rightX, rightY]: Point = [1, 0],
): Polygon =>
  UNIT_CIRCLE.map(([ux, uy]) => {
    const x = ux * halfWidth
    const y = uy * halfHeight
    return [centre[0] + x * rightX - y * rightY, centre[1] + x * rightY + y * rightX] as const
  })

// --- internal ---

/** 64 points on the unit circle, from repeated half-angle steps: square roots only. */
const UNIT_CIRCLE: readonly Point[] = (() => {
  let ring: Point[] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ]
  for (let step = 0; step < 4; step++) {
    const finer: Point[] = []
    ring.forEach(([ax, ay], i) => {
      const [bx, by] = ring[(i + 1) % ring.length]!
      const length = Math.sqrt((ax + bx) ** 2 + (ay + by) ** 2)
      finer.push([ax, ay], [(ax + bx) / length, (ay + by) / length])
    })
    ring = finer
  }
  return ring
})()

/** Unit vector. */
const direction = ([ax, ay]: Point, [bx, by]: Point): Point => {
  const length = Math.sqrt((bx - ax) ** 2 + (by - ay) ** 2) || 1
  return [(bx - ax) / length, (by - ay) / length]
}

const addEdge = (
  cells: Float32Array,
  width: number,
  height: number,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
): void => {
  if (y0 === y1) return
  const direction = y0 < y1 ? 1 : -1
  const topX = direction > 0 ? x0 : x1
  const topY = direction > 0 ? y0 : y1
  const bottomY = direction > 0 ? y1 : y0
  const slope = (x1 - x0) / (y1 - y0)
  const first = Math.max(0, Math.floor(topY))
  const last = Math.min(height, Math.ceil(bottomY))
  for (let y = first; y < last; y++) {
    const from = Math.max(topY, y)
    const to = Math.min(bottomY, y + 1)
    if (to <= from) continue
    const ax = topX + (from - topY) * slope
    const bx = topX + (to - topY) * slope
    addSpan(cells, y * (width + 2), width, Math.min(ax, bx), Math.max(ax, bx), (to - from) * direction)
  }
}

/** Adds an edge piece of signed height `rise` that runs from `left` to `right` within one pixel row. */
const addSpan = (
  cells: Float32Array,
  row: number,
  width: number,
  left: number,
  right: number,
  rise: number,
): void => {
  if (left >= width) return
  if (right <= 0) {
    cells[row]! += rise
    return
  }
  if (left < 0 || right > width) {
    // Cut at the borders of the raster; what is left of it counts as standing on the border.
    const length = right - left
    const before = left < 0 ? (-left / length) * rise : 0
    const after = right > width ? ((right - width) / length) * rise : 0
    if (before !== 0) cells[row]! += before
    addSpan(cells, row, width, Math.max(0, left), Math.min(width, right), rise - before - after)
    return
  }
  const firstCell = Math.floor(left)
  const lastCell = Math.floor(right)
  if (lastCell === firstCell || right === firstCell + 1) {
    const inside = 1 - ((left + right) / 2 - firstCell)
    cells[row + firstCell]! += rise * inside
    cells[row + firstCell + 1]! += rise * (1 - inside)
    return
  }
  const perCell = rise / (right - left)
  let carried = 0
  for (let x = firstCell; x < right; x++) {
    const from = Math.max(x, left)
    const to = Math.min(x + 1, right)
    const piece = (to - from) * perCell
    const inside = piece * (x + 1 - (from + to) / 2)
    cells[row + x]! += inside + carried
    carried = piece - inside
  }
  cells[row + Math.ceil(right)]! += carried
}
