import type { Vec3 } from './head.ts'

/**
 * A mask's shape on the mean head: control points from the upper edge (first row) to the lower edge, each row from the middle
 * line to the image-right side edge. The left half mirrors it. A smooth surface runs through all points; the template's
 * drawing is stretched over it (u from side to side, v from top to bottom), and its outline cuts the shape out.
 */
export type Surface = {
  readonly rows: readonly (readonly [Vec3, Vec3, Vec3, Vec3])[]
  /** A sharp fold down the middle line instead of a round passage. */
  readonly crease: boolean
  readonly straps: readonly Strap[]
}

/** A band from a place on the mask (u is given for the right half) over the cheek to the ear or round the head. */
export type Strap = {
  readonly u: number
  readonly v: number
  /** Where it passes out of sight. */
  readonly end: Vec3
  /** Head units. */
  readonly width: number
}

export type SurfaceName = 'pleated' | 'shaped' | 'cup' | 'folded' | 'tube'

// All numbers in head units (the eye centres are 1 apart), drawn against the mean head of head.ts:
// bridge of the nose (0, 0.0 to 0.2), tip (0, 0.56, 0.62), chin (0, 1.81), jaw corner (0.9, 1.17, -0.52), tragus (1.12, 0, -0.75).
export const SURFACES: Readonly<Record<SurfaceName, Surface>> = {
  /** Rectangle of three pleats that opens over nose and chin; the sides lie on the cheeks. */
  pleated: {
    crease: false,
    rows: [
      [
        [0, 0.17, 0.46],
        [0.3, 0.27, 0.26],
        [0.68, 0.36, 0.02],
        [0.99, 0.42, -0.42],
      ],
      [
        [0, 0.4, 0.62],
        [0.32, 0.45, 0.36],
        [0.7, 0.53, 0.03],
        [1.02, 0.58, -0.44],
      ],
      [
        [0, 0.66, 0.74],
        [0.36, 0.7, 0.46],
        [0.74, 0.74, 0.05],
        [1.02, 0.77, -0.45],
      ],
      [
        [0, 1.04, 0.62],
        [0.38, 1.03, 0.44],
        [0.74, 1.0, 0.03],
        [1.0, 0.96, -0.45],
      ],
      [
        [0, 1.42, 0.46],
        [0.37, 1.4, 0.32],
        [0.7, 1.3, -0.05],
        [0.96, 1.14, -0.45],
      ],
      [
        [0, 1.76, 0.26],
        [0.34, 1.72, 0.14],
        [0.64, 1.56, -0.17],
        [0.9, 1.31, -0.44],
      ],
      [
        [0, 1.95, -0.1],
        [0.3, 1.89, -0.16],
        [0.56, 1.7, -0.34],
        [0.85, 1.42, -0.5],
      ],
    ],
    straps: [
      { u: 0.97, v: 0.03, end: [1.17, 0.02, -0.95], width: 0.04 },
      { u: 0.97, v: 0.94, end: [1.13, 0.62, -0.92], width: 0.04 },
    ],
  },
  /** Two sewn or foamed halves that taper toward the ears. */
  shaped: {
    crease: false,
    rows: [
      [
        [0, 0.15, 0.48],
        [0.3, 0.3, 0.3],
        [0.7, 0.46, 0.03],
        [1.07, 0.42, -0.55],
      ],
      [
        [0, 0.4, 0.68],
        [0.34, 0.5, 0.42],
        [0.75, 0.6, 0.03],
        [1.08, 0.53, -0.56],
      ],
      [
        [0, 0.66, 0.82],
        [0.37, 0.73, 0.5],
        [0.78, 0.77, 0.02],
        [1.07, 0.66, -0.56],
      ],
      [
        [0, 1.03, 0.7],
        [0.38, 1.03, 0.46],
        [0.77, 0.98, -0.01],
        [1.06, 0.79, -0.56],
      ],
      [
        [0, 1.42, 0.48],
        [0.36, 1.39, 0.32],
        [0.71, 1.23, -0.1],
        [1.04, 0.92, -0.56],
      ],
      [
        [0, 1.75, 0.26],
        [0.33, 1.69, 0.14],
        [0.64, 1.46, -0.2],
        [1.01, 1.04, -0.57],
      ],
      [
        [0, 1.93, -0.08],
        [0.29, 1.85, -0.14],
        [0.57, 1.6, -0.34],
        [0.97, 1.12, -0.6],
      ],
    ],
    straps: [
      { u: 0.97, v: 0.08, end: [1.17, 0.06, -0.95], width: 0.055 },
      { u: 0.96, v: 0.92, end: [1.14, 0.55, -0.93], width: 0.055 },
    ],
  },
  /** Stiff respirator that stands well off the mouth; two bands round the head. */
  cup: {
    crease: false,
    rows: [
      [
        [0, 0.08, 0.42],
        [0.28, 0.22, 0.3],
        [0.6, 0.42, 0.1],
        [0.9, 0.5, -0.2],
      ],
      [
        [0, 0.36, 0.72],
        [0.33, 0.42, 0.55],
        [0.68, 0.55, 0.2],
        [0.92, 0.66, -0.2],
      ],
      [
        [0, 0.66, 0.96],
        [0.38, 0.7, 0.76],
        [0.72, 0.78, 0.28],
        [0.93, 0.84, -0.18],
      ],
      [
        [0, 1.0, 1.0],
        [0.4, 1.0, 0.8],
        [0.73, 1.0, 0.28],
        [0.92, 1.0, -0.18],
      ],
      [
        [0, 1.34, 0.86],
        [0.38, 1.32, 0.68],
        [0.68, 1.26, 0.2],
        [0.88, 1.18, -0.2],
      ],
      [
        [0, 1.64, 0.56],
        [0.33, 1.58, 0.42],
        [0.6, 1.48, 0.02],
        [0.82, 1.36, -0.26],
      ],
      [
        [0, 1.84, 0.12],
        [0.28, 1.78, 0.04],
        [0.52, 1.66, -0.16],
        [0.76, 1.52, -0.36],
      ],
    ],
    straps: [
      { u: 0.86, v: 0.24, end: [1.14, -0.08, -0.85], width: 0.05 },
      { u: 0.84, v: 0.76, end: [1.03, 1.0, -0.8], width: 0.05 },
    ],
  },
  /** Flat-fold respirator: two stiff panels that meet in a ridge from nose to chin. */
  folded: {
    crease: true,
    rows: [
      [
        [0, 0.12, 0.48],
        [0.3, 0.3, 0.24],
        [0.66, 0.46, 0.02],
        [0.98, 0.52, -0.42],
      ],
      [
        [0, 0.36, 0.74],
        [0.34, 0.5, 0.46],
        [0.7, 0.62, 0.1],
        [0.99, 0.67, -0.42],
      ],
      [
        [0, 0.62, 0.96],
        [0.38, 0.72, 0.62],
        [0.73, 0.8, 0.14],
        [0.99, 0.82, -0.42],
      ],
      [
        [0, 1.0, 1.0],
        [0.39, 1.01, 0.66],
        [0.73, 1.0, 0.14],
        [0.98, 0.98, -0.42],
      ],
      [
        [0, 1.4, 0.84],
        [0.37, 1.36, 0.54],
        [0.69, 1.25, 0.06],
        [0.95, 1.12, -0.42],
      ],
      [
        [0, 1.72, 0.5],
        [0.33, 1.65, 0.28],
        [0.62, 1.48, -0.1],
        [0.9, 1.26, -0.44],
      ],
      [
        [0, 1.92, 0.08],
        [0.28, 1.84, -0.04],
        [0.54, 1.64, -0.28],
        [0.84, 1.38, -0.5],
      ],
    ],
    straps: [
      { u: 0.96, v: 0.05, end: [1.17, 0.03, -0.95], width: 0.042 },
      { u: 0.95, v: 0.93, end: [1.13, 0.6, -0.92], width: 0.042 },
    ],
  },
  /** Knitted tube from the nose down round the neck; also the carrier of the bandana. */
  tube: {
    crease: false,
    rows: [
      [
        [0, 0.2, 0.5],
        [0.33, 0.36, 0.3],
        [0.75, 0.46, 0.0],
        [1.11, 0.42, -0.72],
      ],
      [
        [0, 0.46, 0.68],
        [0.36, 0.55, 0.42],
        [0.77, 0.68, 0.0],
        [1.11, 0.68, -0.72],
      ],
      [
        [0, 0.78, 0.72],
        [0.39, 0.82, 0.48],
        [0.78, 0.92, 0.0],
        [1.08, 0.94, -0.72],
      ],
      [
        [0, 1.18, 0.54],
        [0.39, 1.18, 0.4],
        [0.75, 1.18, -0.06],
        [1.01, 1.18, -0.7],
      ],
      [
        [0, 1.6, 0.36],
        [0.36, 1.56, 0.22],
        [0.66, 1.44, -0.2],
        [0.88, 1.36, -0.7],
      ],
      [
        [0, 1.9, 0.06],
        [0.32, 1.87, -0.04],
        [0.55, 1.78, -0.34],
        [0.72, 1.66, -0.76],
      ],
      [
        [0, 2.2, -0.1],
        [0.3, 2.16, -0.18],
        [0.52, 2.06, -0.45],
        [0.66, 1.94, -0.85],
      ],
    ],
    straps: [],
  },
}

/** The point of a surface at `side` (0 middle line to 1 side edge) and `v` (0 upper to 1 lower edge), into `out`. */
export const surfacePoint = (surface: Surface, side: number, v: number, out: Float64Array): void => {
  const lattice = latticeOf(surface)
  const c = side * (LATTICE_COLUMNS - 1)
  const r = v * (LATTICE_ROWS - 1)
  const left = Math.min(LATTICE_COLUMNS - 2, Math.floor(c))
  const top = Math.min(LATTICE_ROWS - 2, Math.floor(r))
  const fx = c - left
  const fy = r - top
  const a = (top * LATTICE_COLUMNS + left) * 3
  const b = a + LATTICE_COLUMNS * 3
  for (let k = 0; k < 3; k++) {
    const upper = lattice[a + k]! + (lattice[a + 3 + k]! - lattice[a + k]!) * fx
    const lower = lattice[b + k]! + (lattice[b + 3 + k]! - lattice[b + k]!) * fx
    out[k] = upper + (lower - upper) * fy
  }
}

// --- internal ---

/** Columns coincide with the mesh's, so that only rows are interpolated for it. */
const LATTICE_COLUMNS = 17
const LATTICE_ROWS = 121
const lattices = new WeakMap<Surface, Float64Array>()

/** The smooth surface worked out once on a fine lattice. */
const latticeOf = (surface: Surface): Float64Array => {
  const kept = lattices.get(surface)
  if (kept) return kept
  const lattice = new Float64Array(LATTICE_COLUMNS * LATTICE_ROWS * 3)
  const point = new Float64Array(3)
  for (let r = 0, i = 0; r < LATTICE_ROWS; r++) {
    for (let c = 0; c < LATTICE_COLUMNS; c++, i += 3) {
      splinePoint(surface, c / (LATTICE_COLUMNS - 1), r / (LATTICE_ROWS - 1), point)
      lattice.set(point, i)
    }
  }
  lattices.set(surface, lattice)
  return lattice
}

const splinePoint = ({ rows, crease }: Surface, side: number, v: number, out: Float64Array): void => {
  const columns = splineWeights(side * 3, 4, crease ? 'end' : 'mirror')
  const lines = splineWeights(v * (rows.length - 1), rows.length, 'end')
  out.fill(0)
  for (const [r, rowWeight] of lines) {
    const row = rows[r]!
    for (const [c, columnWeight] of columns) {
      const [x, y, z] = row[Math.abs(c) as 0 | 1 | 2 | 3]
      const weight = rowWeight * columnWeight
      out[0]! += weight * (c < 0 ? -x : x)
      out[1]! += weight * y
      out[2]! += weight * z
    }
  }
}

/**
 * Catmull-Rom weights of the four knots round a position. Before the first knot the line either goes on straight (`end`) or
 * is mirrored (`mirror`, index -1 = mirror image of knot 1); after the last one it always goes on straight.
 */
const splineWeights = (
  position: number,
  count: number,
  start: 'end' | 'mirror',
): (readonly [number, number])[] => {
  const i = Math.min(count - 2, Math.floor(position))
  const t = position - i
  const before = t * (-0.5 + t * (1 - 0.5 * t))
  const after = t * t * (-0.5 + 0.5 * t)
  const weights = new Map<number, number>()
  const add = (knot: number, weight: number): void =>
    void weights.set(knot, (weights.get(knot) ?? 0) + weight)
  add(i, 1 + t * t * (-2.5 + 1.5 * t))
  add(i + 1, t * (0.5 + t * (2 - 1.5 * t)))
  if (i > 0 || start === 'mirror') add(i - 1, before)
  else {
    add(0, 2 * before)
    add(1, -before)
  }
  if (i + 2 < count) add(i + 2, after)
  else {
    add(count - 1, 2 * after)
    add(count - 2, -after)
  }
  return [...weights]
}
