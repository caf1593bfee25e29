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

/** The outline of a stroked line: one polygon per segment and per round joint, to be filled together. */
export const strokeOutline = (line: readonly Point[], width: number, closed = false): Polygon[] => {
  const half = width / 2
  const out: Polygon[] = []
  const count = closed ? line.length : line.length - 1
  for (let i = 0; i < count; i++) {
    const [ax, ay] = line[i]!
    const [bx, by] = line[(i + 1) % line.length]!
    const length = Math.sqrt((bx - ax) ** 2 + (by - ay) ** 2)
    if (length === 0) continue
    const nx = (-(by - ay) / length) * half
    const ny = ((bx - ax) / length) * half
    out.push([
      [ax + nx, ay + ny],
      [ax - nx, ay - ny],
      [bx - nx, by - ny],
      [bx + nx, by + ny],
    ])
  }
  for (const [x, y] of line) out.push(JOINT.map(([ux, uy]) => [x + ux * half, y + uy * half] as const))
  return out
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

/** 64 points on the unit circle, from repeated half-angle steps: square roots only. Same turn as strokeOutline's quads. */
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

/** Joints are small: every fourth point does. */
const JOINT = UNIT_CIRCLE.filter((_, i) => i % 4 === 0)

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
