import type { Point } from '../image/photo.ts'
import { createRandom } from '../random.ts'
import { dot, HEAD, type Pose, project, skinDepth, type Vec3 } from './head.ts'
import { landscape } from './noise.ts'
import type { Coverage, Fit, MaskRecipe } from './recipe.ts'
import { type Surface, surfacePoint } from './surfaces.ts'
import { thinPlateSpline } from './warp.ts'

/** Both odd: {@link bendVertices} needs a vertex at either end. */
export const COLUMNS = 33
export const ROWS = 25

/** The mask's surface in the photo: {@link ROWS} x {@link COLUMNS} vertices, row by row. */
export type Mesh = {
  /** Photo pixels. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Head units toward the camera. */
  readonly depth: Float64Array
  /** Unit normals in the camera's frame: photo right, photo down, toward the camera. */
  readonly normals: Float64Array
  /** Place on the head seen from the front, for looking up the light. */
  readonly headX: Float64Array
  readonly headY: Float64Array
}

/** Carries a point of the mean head into the photo: the pose, then the bend onto this face's landmarks. */
export type HeadToPhoto = ((p: Vec3) => Point) & { readonly bend: (point: Point) => Point }

/**
 * The map from the mean head to this face. The pose places it; a thin-plate spline then bends the picture so that jaw, nose and
 * eye corners fall near the landmarks. `looseness` 0 to 1 lets the jaw be missed more.
 */
export const headToPhoto = (pose: Pose, landmarks: readonly Point[], looseness: number): HeadToPhoto => {
  const from = ANCHORS.map(i => project(pose, HEAD[i]!))
  const to = ANCHORS.map(i => landmarks[i]!)
  const slack = ANCHORS.map(i => (i < 17 ? 0.15 + 1.2 * looseness : 0.05))
  const bend = thinPlateSpline(from, to, slack)
  return Object.assign((p: Vec3) => bend(project(pose, p)), { bend })
}

export const buildMesh = (
  surface: Surface,
  recipe: MaskRecipe,
  pose: Pose,
  toPhoto: HeadToPhoto,
  foldDepth: number,
): Mesh => {
  const points = shape(surface, recipe, foldDepth)
  keepOffEyes(points, pose)
  const count = ROWS * COLUMNS
  const mesh: Mesh = {
    x: new Float64Array(count),
    y: new Float64Array(count),
    depth: new Float64Array(count),
    normals: new Float64Array(count * 3),
    headX: new Float64Array(count),
    headY: new Float64Array(count),
  }
  for (let i = 0; i < count; i++) {
    const p: Vec3 = [points[i * 3]!, points[i * 3 + 1]!, points[i * 3 + 2]!]
    const [x, y] = project(pose, p)
    mesh.x[i] = x
    mesh.y[i] = y
    mesh.depth[i] = dot(pose.toward, p)
    mesh.headX[i] = p[0]
    mesh.headY[i] = p[1]
  }
  bendVertices(mesh, toPhoto.bend)
  fillNormals(mesh.normals, points, pose)
  return mesh
}

/** Where a point of the mask (u from -1 to 1, v from 0 to 1) lies on the mean head under this recipe, without folds. */
export const maskPoint = (surface: Surface, { coverage, fit }: MaskRecipe, u: number, v: number): Vec3 => {
  const out = new Float64Array(3)
  place(surface, coverage, fit, u, v, out)
  return [out[0]!, out[1]!, out[2]!]
}

// --- internal ---

/** Jaw, nose and eye corners: what a mask touches, and what holds the upper face still. */
const ANCHORS: readonly number[] = [
  ...Array.from({ length: 17 }, (_, i) => i),
  27,
  28,
  29,
  30,
  31,
  33,
  35,
  36,
  39,
  42,
  45,
]

/** The bend is smooth, so it is worked out at every other vertex of every other row and interpolated between. */
const bendVertices = ({ x, y }: Mesh, bend: (point: Point) => Point): void => {
  const moveX = new Float64Array(ROWS * COLUMNS)
  const moveY = new Float64Array(ROWS * COLUMNS)
  const halfway = (i: number, step: number): void => {
    moveX[i] = (moveX[i - step]! + moveX[i + step]!) / 2
    moveY[i] = (moveY[i - step]! + moveY[i + step]!) / 2
  }
  for (let r = 0; r < ROWS; r += 2) {
    for (let i = r * COLUMNS; i < (r + 1) * COLUMNS; i += 2) {
      const [bentX, bentY] = bend([x[i]!, y[i]!])
      moveX[i] = bentX - x[i]!
      moveY[i] = bentY - y[i]!
    }
    for (let i = r * COLUMNS + 1; i < (r + 1) * COLUMNS; i += 2) halfway(i, 1)
  }
  for (let r = 1; r < ROWS; r += 2) {
    for (let i = r * COLUMNS; i < (r + 1) * COLUMNS; i++) halfway(i, COLUMNS)
  }
  for (let i = 0; i < x.length; i++) {
    x[i]! += moveX[i]!
    y[i]! += moveY[i]!
  }
}

/** The part of the surface (in v, on the middle line) above the upper edge: how far the mask is pulled down. */
const PULLED: Readonly<Record<Coverage, number>> = {
  high: 0,
  medium: 0.12,
  low: 0.22,
  'nose-out': 0.42,
  chin: 0.68,
}

const shape = (surface: Surface, { coverage, fit, seed }: MaskRecipe, foldDepth: number): Float64Array => {
  const points = new Float64Array(ROWS * COLUMNS * 3)
  const one = new Float64Array(3)
  const wide = landscape(createRandom(seed, 'wide folds'))
  const fine = landscape(createRandom(seed, 'fine folds'))
  const edge = landscape(createRandom(seed, 'edge'))
  const slack = coverage === 'nose-out' || coverage === 'chin' ? 1.8 : 1
  for (let r = 0, i = 0; r < ROWS; r++) {
    const v = r / (ROWS - 1)
    for (let c = 0; c < COLUMNS; c++, i += 3) {
      const u = (2 * c) / (COLUMNS - 1) - 1
      place(surface, coverage, fit, u, v, one)
      // Folds run mostly across the face and die out at the wire on the nose.
      const calm = 1 - 0.8 * (1 - v) * (1 - v) * (1 - u * u)
      const lift =
        foldDepth *
        fit.folds *
        slack *
        calm *
        (0.075 * wide(u * 1.8 + 8, v * 4.5) + 0.04 * fine(u * 4.5 + 8, v * 10))
      // The outline itself is a little uneven, more so where nothing holds it.
      const free = 0.05 * fit.looseness * u * u
      points[i] = one[0]! + free * edge(3, v * 3) * (u < 0 ? -1 : 1) + lift * 0.4 * u
      points[i + 1] = one[1]! + 0.05 * (v - 0.3) * edge(u * 2 + 8, 9)
      points[i + 2] = one[2]! + lift
    }
  }
  return points
}

/** How far below the eye line the upper edge stays, as the camera sees it: the lower lids end at 0.06. */
const EYE_LIMIT = 0.14

/** Pushes down what would come over the eyes: seen from below, a mask that stands off the face reaches up to them. */
const keepOffEyes = (points: Float64Array, { right, down }: Pose): void => {
  // In the photo the eye line runs along the head's own horizontal axis.
  const slope = down[0] / right[0]
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!]
    const below =
      down[0] * x + down[1] * y + down[2] * z - slope * (right[0] * x + right[1] * y + right[2] * z)
    const perUnit = down[1] - slope * right[1]
    const limit = EYE_LIMIT * perUnit
    if (below < limit) points[i + 1]! += (limit - below) / perUnit
  }
}

const place = (
  surface: Surface,
  coverage: Coverage,
  fit: Fit,
  u: number,
  v: number,
  out: Float64Array,
): void => {
  const side = u < 0 ? -u : u
  // The loops hold the sides, so the middle slips further down than they do.
  const pulled = PULLED[coverage] * (1 - 0.5 * side * side)
  surfacePoint(surface, side, pulled + (1 - pulled) * v, out)
  if (u < 0) out[0] = -out[0]!
  let [x, y, z] = out as unknown as [number, number, number]
  if (pulled > 0.3) {
    // Below the nose the cloth falls back on the skin, and what was pulled down bunches up under the chin.
    const skin = skinDepth(x, y)
    const stand = 0.05 + 0.16 * v
    if (z > skin + stand) z = skin + stand
    y += 0.1 * (pulled - 0.3) * v
  }
  const outward = fit.bulge * (1 - 0.6 * side * side) * (0.4 + v * (1.6 - v))
  const length = Math.sqrt(x * x + (y - 0.9) ** 2 + (z + 0.9) ** 2) || 1
  x += (outward * x) / length
  y += (outward * (y - 0.9)) / length
  z += (outward * (z + 0.9)) / length
  // Never inside the skin of cheeks and mouth; where cloth leaves the face, at the sides and under the chin, it is free.
  const under = skinDepth(x, y) + 0.02 - z
  if (under > 0) z += under * share((0.95 - side) / 0.3) * share((1.75 - y) / 0.4)
  // Scale, tilt and shift about the middle of the lower face.
  const tilt = fit.roll * 0.017453292519943295
  const dx = x * fit.scaleX
  const dy = (y - 0.95) * fit.scaleY
  out[0] = dx - tilt * dy + fit.shiftX
  out[1] = 0.95 + dy + tilt * dx + fit.shiftY - fit.asymmetry * x
  out[2] = z
}

const share = (value: number): number => Math.max(0, Math.min(1, value))

/** Normals from the neighbours' differences, turned into the camera's frame. */
const fillNormals = (normals: Float64Array, points: Float64Array, { right, down, toward }: Pose): void => {
  for (let r = 0, i = 0; r < ROWS; r++) {
    for (let c = 0; c < COLUMNS; c++, i++) {
      const west = (c > 0 ? i - 1 : i) * 3
      const east = (c < COLUMNS - 1 ? i + 1 : i) * 3
      const north = (r > 0 ? i - COLUMNS : i) * 3
      const south = (r < ROWS - 1 ? i + COLUMNS : i) * 3
      const ax = points[east]! - points[west]!
      const ay = points[east + 1]! - points[west + 1]!
      const az = points[east + 2]! - points[west + 2]!
      const bx = points[south]! - points[north]!
      const by = points[south + 1]! - points[north + 1]!
      const bz = points[south + 2]! - points[north + 2]!
      const x = ay * bz - az * by
      const y = az * bx - ax * bz
      const z = ax * by - ay * bx
      const length = Math.sqrt(x * x + y * y + z * z) || 1
      normals[i * 3] = (right[0] * x + right[1] * y + right[2] * z) / length
      normals[i * 3 + 1] = (down[0] * x + down[1] * y + down[2] * z) / length
      normals[i * 3 + 2] = (toward[0] * x + toward[1] * y + toward[2] * z) / length
    }
  }
}
