import { COLUMNS, type Mesh, ROWS } from './mesh.ts'

/** What the camera sees of a mesh: for each sample the nearest point's place on the texture and brightness. */
export type Samples = {
  readonly width: number
  readonly height: number
  /** -1 where the mesh is not hit; otherwise 0 to 1. */
  readonly u: Float32Array
  readonly v: Float32Array
  readonly shade: Float32Array
}

/** Part of a photo: left, top, width, height in whole pixels. */
export type Window = {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/**
 * Draws the mesh with `density` x `density` samples per pixel. Faces that look away from the camera are dropped, and of
 * several layers the nearest wins, so that a turned mask hides its own far side.
 * @param shades Brightness per vertex.
 */
export const rasteriseMesh = (mesh: Mesh, shades: Float64Array, window: Window, density: number): Samples => {
  const width = window.width * density
  const height = window.height * density
  const size = width * height
  const out: Samples = {
    width,
    height,
    u: new Float32Array(size).fill(-1),
    v: new Float32Array(size),
    shade: new Float32Array(size),
  }
  const nearest = new Float32Array(size).fill(-1e9)
  const count = ROWS * COLUMNS
  const px = new Float64Array(count)
  const py = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    px[i] = (mesh.x[i]! - window.left + 0.5) * density - 0.5
    py[i] = (mesh.y[i]! - window.top + 0.5) * density - 0.5
  }
  for (let r = 0; r < ROWS - 1; r++) {
    for (let c = 0; c < COLUMNS - 1; c++) {
      const a = r * COLUMNS + c
      triangle(out, nearest, mesh, shades, px, py, a, a + 1, a + COLUMNS)
      triangle(out, nearest, mesh, shades, px, py, a + 1, a + COLUMNS + 1, a + COLUMNS)
    }
  }
  return out
}

// --- internal ---

const triangle = (
  out: Samples,
  nearest: Float32Array,
  { depth }: Mesh,
  shades: Float64Array,
  px: Float64Array,
  py: Float64Array,
  a: number,
  b: number,
  c: number,
): void => {
  const ax = px[a]!
  const ay = py[a]!
  const abx = px[b]! - ax
  const aby = py[b]! - ay
  const acx = px[c]! - ax
  const acy = py[c]! - ay
  const area = abx * acy - aby * acx
  if (!(area > 1e-9)) return
  const minY = Math.max(0, Math.ceil(Math.min(ay, ay + aby, ay + acy)))
  const maxY = Math.min(out.height - 1, Math.floor(Math.max(ay, ay + aby, ay + acy)))
  const minX = Math.max(0, Math.ceil(Math.min(ax, ax + abx, ax + acx)))
  const maxX = Math.min(out.width - 1, Math.floor(Math.max(ax, ax + abx, ax + acx)))
  const ua = (a % COLUMNS) / (COLUMNS - 1)
  const ub = (b % COLUMNS) / (COLUMNS - 1) - ua
  const uc = (c % COLUMNS) / (COLUMNS - 1) - ua
  const va = Math.floor(a / COLUMNS) / (ROWS - 1)
  const vb = Math.floor(b / COLUMNS) / (ROWS - 1) - va
  const vc = Math.floor(c / COLUMNS) / (ROWS - 1) - va
  for (let y = minY; y <= maxY; y++) {
    for (let x = minX; x <= maxX; x++) {
      const dx = x - ax
      const dy = y - ay
      const wb = (dx * acy - dy * acx) / area
      const wc = (abx * dy - aby * dx) / area
      // A hair's breadth over the edge, so that neighbours leave no gap.
      if (wb < -1e-6 || wc < -1e-6 || wb + wc > 1.000001) continue
      const z = depth[a]! + wb * (depth[b]! - depth[a]!) + wc * (depth[c]! - depth[a]!)
      const i = y * out.width + x
      if (z <= nearest[i]!) continue
      nearest[i] = z
      out.u[i] = ua + wb * ub + wc * uc
      out.v[i] = va + wb * vb + wc * vc
      out.shade[i] = shades[a]! + wb * (shades[b]! - shades[a]!) + wc * (shades[c]! - shades[a]!)
    }
  }
}
