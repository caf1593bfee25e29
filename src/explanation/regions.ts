import type { AlignedFace, Face } from '../face/face.ts'
import { apply } from '../image/affine.ts'
import type { Point } from '../image/photo.ts'

export type RegionName =
  | 'forehead'
  | 'brows'
  | 'left-eye'
  | 'right-eye'
  | 'nose'
  | 'mouth'
  | 'cheeks'
  | 'chin'
  | 'around'

/** A part of the face, named. Left and right are those of the picture. */
export type Region = { readonly name: RegionName; readonly label: string }

export const REGIONS: readonly Region[] = [
  { name: 'forehead', label: 'Forehead' },
  { name: 'brows', label: 'Brows' },
  { name: 'left-eye', label: 'Left eye' },
  { name: 'right-eye', label: 'Right eye' },
  { name: 'nose', label: 'Nose' },
  { name: 'mouth', label: 'Mouth' },
  { name: 'cheeks', label: 'Cheeks' },
  { name: 'chin', label: 'Chin' },
  { name: 'around', label: 'Around the face' },
]

/** For each region its share of every cell, row by row. The shares of a cell add up to 1. */
export type RegionShares = {
  readonly width: number
  readonly height: number
  readonly shares: Readonly<Record<RegionName, Float64Array>>
}

/**
 * Which parts of the face lie in each cell of a grid over an aligned face, by its own landmarks: they say where the parts
 * should be, also where hair, glasses or a mask lie over them. Counted on 8 x 8 points of each cell.
 */
export const regionShares = (
  { face, aligned }: { readonly face: Face; readonly aligned: AlignedFace },
  { width, height }: { width: number; height: number },
): RegionShares => {
  const regionAt = regionsOf(face.landmarks.map(point => apply(aligned.transform, point)))
  const shares = Object.fromEntries(
    REGIONS.map(({ name }) => [name, new Float64Array(width * height)]),
  ) as Record<RegionName, Float64Array>
  const [across, down] = [aligned.width / width, aligned.height / height]
  for (let cell = 0; cell < width * height; cell++) {
    const [left, top] = [(cell % width) * across, Math.floor(cell / width) * down]
    for (let i = 0; i < POINTS * POINTS; i++) {
      const x = left + (((i % POINTS) + 0.5) / POINTS) * across
      const y = top + ((Math.floor(i / POINTS) + 0.5) / POINTS) * down
      // Pixel centres lie on whole numbers.
      shares[regionAt([x - 0.5, y - 0.5])][cell]! += 1 / (POINTS * POINTS)
    }
  }
  return { width, height, shares }
}

/** The mean of the shares of two faces, for maps that belong to both. */
export const sharedRegions = (a: RegionShares, b: RegionShares): RegionShares => ({
  ...a,
  shares: Object.fromEntries(
    REGIONS.map(({ name }) => [name, a.shares[name].map((share, i) => (share + b.shares[name][i]!) / 2)]),
  ) as RegionShares['shares'],
})

/** Adds up a map by region, cells on a border by their shares: the regions add up to what the cells do. */
export const sumByRegion = (data: ArrayLike<number>, { shares }: RegionShares): Record<RegionName, number> =>
  Object.fromEntries(
    REGIONS.map(({ name }) => [name, shares[name].reduce((sum, share, i) => sum + share * data[i]!, 0)]),
  ) as Record<RegionName, number>

/** The region with the largest share of a cell. */
export const mainRegion = ({ shares }: RegionShares, cell: number): Region =>
  REGIONS.reduce((most, region) => (shares[region.name][cell]! > shares[most.name][cell]! ? region : most))

// --- internal ---

/** Points along each side of a cell. */
const POINTS = 8

/** Lengths in units of the distance between the eyes. */
const EYE_HALF_WIDTH = 0.36
const EYE_HALF_HEIGHT = 0.2
const BROW_BAND = 0.14
const FOREHEAD = 0.75

/** Names the region of a point, by 68 landmarks in the same frame. */
const regionsOf = (landmarks: readonly Point[]): ((point: Point) => RegionName) => {
  const part = (from: number, to: number): Point[] => landmarks.slice(from, to + 1)
  const [jaw, browLeft, browRight] = [part(0, 16), part(17, 21), part(22, 26)]
  const [eyeLeft, eyeRight] = [centre(part(36, 41)), centre(part(42, 47))]
  const unit = Math.hypot(eyeRight[0] - eyeLeft[0], eyeRight[1] - eyeLeft[1]) || 1
  const face = [...jaw, ...browRight.toReversed(), ...browLeft.toReversed()]
  // Its top spans the inner corners of the eyes: the bridge alone is a line, and what lies beside it no cheek.
  const nose = scaled(
    [39, 27, 42, 35, 33, 31].map(i => landmarks[i]!),
    1.15,
  )
  const lips = scaled(part(48, 59), 1.2)
  const upperLip = [landmarks[48]!, landmarks[31]!, landmarks[35]!, landmarks[54]!]
  const brows = [...browLeft, ...browRight]
  // Along the face: from the middle of the eyes to the chin.
  const middle: Point = [(eyeLeft[0] + eyeRight[0]) / 2, (eyeLeft[1] + eyeRight[1]) / 2]
  const axis: Point = [landmarks[8]![0] - middle[0], landmarks[8]![1] - middle[1]]
  const length = Math.hypot(...axis) || 1
  const along = ([x, y]: Point): number => ((x - middle[0]) * axis[0] + (y - middle[1]) * axis[1]) / length
  const across = ([x, y]: Point): number => ((x - middle[0]) * axis[1] - (y - middle[1]) * axis[0]) / length
  const mouthEnd = Math.max(...lips.map(along))
  const browTop = Math.min(...brows.map(along))
  const sides = jaw.map(across)
  const [least, most] = [Math.min(...sides), Math.max(...sides)]
  const nearEye = (eye: Point): ((point: Point) => boolean) => {
    const [eyeAcross, eyeAlong] = [across(eye), along(eye)]
    return point => {
      const x = (across(point) - eyeAcross) / (EYE_HALF_WIDTH * unit)
      const y = (along(point) - eyeAlong) / (EYE_HALF_HEIGHT * unit)
      return x * x + y * y <= 1
    }
  }
  const [nearLeft, nearRight] = [nearEye(eyeLeft), nearEye(eyeRight)]
  const [inNose, inLips, inUpperLip, inFace] = [within(nose), within(lips), within(upperLip), within(face)]
  return point => {
    if (nearLeft(point)) return 'left-eye'
    if (nearRight(point)) return 'right-eye'
    if (isNear(point, brows, BROW_BAND * unit)) return 'brows'
    if (inNose(point)) return 'nose'
    if (inLips(point) || inUpperLip(point)) return 'mouth'
    if (inFace(point)) return along(point) > mouthEnd ? 'chin' : 'cheeks'
    const height = browTop - along(point)
    const between = across(point) >= least && across(point) <= most
    return between && height > -BROW_BAND * unit && height <= FOREHEAD * unit ? 'forehead' : 'around'
  }
}

const centre = (points: readonly Point[]): Point => [
  points.reduce((sum, [x]) => sum + x, 0) / points.length,
  points.reduce((sum, [, y]) => sum + y, 0) / points.length,
]

const scaled = (points: readonly Point[], factor: number): Point[] => {
  const [cx, cy] = centre(points)
  return points.map(([x, y]) => [cx + factor * (x - cx), cy + factor * (y - cy)])
}

// Both are asked for thousands of points of each face, so they are plain loops.

/** Tells whether points lie in a polygon, by the even-odd rule. */
const within = (polygon: readonly Point[]): ((point: Point) => boolean) => {
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)]
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
  return ([x, y]) => {
    if (x < left || x > right || y < top || y > bottom) return false
    let inside = false
    let [x1, y1] = polygon.at(-1)!
    for (const [x2, y2] of polygon) {
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
      x1 = x2
      y1 = y2
    }
    return inside
  }
}

/** Whether a point lies no further from a line of segments than `most`. */
const isNear = ([x, y]: Point, line: readonly Point[], most: number): boolean => {
  for (let i = 1; i < line.length; i++) {
    const [x1, y1] = line[i - 1]!
    const dx = line[i]![0] - x1
    const dy = line[i]![1] - y1
    const at = Math.max(0, Math.min(1, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)))
    const awayX = x - x1 - at * dx
    const awayY = y - y1 - at * dy
    if (awayX * awayX + awayY * awayY <= most * most) return true
  }
  return false
}
