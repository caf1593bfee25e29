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
 * Draws the mesh with `density` x `density` samples per pixel. Faces that look away from the camera are dropped
 * (the head hides them), and of several layers the nearest wins, so that a turned mask hides its own far side.
 *
 * The result lives in buffers that the next call uses again.
 * @param shades Brightness per vertex.
 */
export const rasteriseMesh = (mesh: Mesh, shades: Float64Array, window: Window, density: number): Samples => {
  const width = window.width * density
  const height = window.height * density
  const size = width * height
  const [u, v, shade, nearest] = buffers(size)
  const out: Samples = { width, height, u: u.fill(-1), v, shade }
  const target: Target = { ...out, nearest, mesh, shades }
  const count = ROWS * COLUMNS
  const x = new Float64Array(count)
  const y = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    x[i] = (mesh.x[i]! - window.left + 0.5) * density - 0.5
    y[i] = (mesh.y[i]! - window.top + 0.5) * density - 0.5
  }
  for (let r = 0; r < ROWS - 1; r++) {
    for (let c = 0; c < COLUMNS - 1; c++) {
      const a = r * COLUMNS + c
      triangle(target, x, y, a, a + 1, a + COLUMNS)
      triangle(target, x, y, a + 1, a + COLUMNS + 1, a + COLUMNS)
    }
  }
  return out
}

// --- internal ---

type Target = Samples & {
  readonly nearest: Float32Array
  readonly mesh: Mesh
  readonly shades: Float64Array
}

let scratch = new Float32Array(0)

/** Four buffers of `size` values, made anew only when they have to grow: masking must not keep the garbage collector busy. */
const buffers = (size: number): readonly [Float32Array, Float32Array, Float32Array, Float32Array] => {
  if (scratch.length < 4 * size) scratch = new Float32Array(4 * size)
  const part = (k: number): Float32Array => scratch.subarray(k * size, (k + 1) * size)
  return [part(0), part(1), part(2), part(3)]
}

const vertexU = (i: number): number => (i % COLUMNS) / (COLUMNS - 1)
const vertexV = (i: number): number => Math.floor(i / COLUMNS) / (ROWS - 1)

const triangle = (
  target: Target,
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
  // In a raster (y down) the faces that look at the camera turn clockwise.
  if (!(area > 1e-9)) return
  const { width, height, nearest, u, v, shade, mesh, shades } = target
  const minY = Math.max(0, Math.ceil(Math.min(ay, ay + aby, ay + acy)))
  const maxY = Math.min(height - 1, Math.floor(Math.max(ay, ay + aby, ay + acy)))
  const minX = Math.max(0, Math.ceil(Math.min(ax, ax + abx, ax + acx)))
  const maxX = Math.min(width - 1, Math.floor(Math.max(ax, ax + abx, ax + acx)))
  if (minY > maxY || minX > maxX) return
  const za = mesh.depth[a]!
  const zb = mesh.depth[b]! - za
  const zc = mesh.depth[c]! - za
  const ua = vertexU(a)
  const ub = vertexU(b) - ua
  const uc = vertexU(c) - ua
  const va = vertexV(a)
  const vb = vertexV(b) - va
  const vc = vertexV(c) - va
  const sa = shades[a]!
  const sb = shades[b]! - sa
  const sc = shades[c]! - sa
  for (let y = minY; y <= maxY; y++) {
    const dy = y - ay
    for (let x = minX; x <= maxX; x++) {
      const dx = x - ax
      const wb = (dx * acy - dy * acx) / area
      const wc = (abx * dy - aby * dx) / area
      // A hair's breadth over the edge, so that neighbours leave no gap.
      if (wb < -1e-6 || wc < -1e-6 || wb + wc > 1.000001) continue
      const z = za + wb * zb + wc * zc
      const i = y * width + x
      if (u[i]! >= 0 && z <= nearest[i]!) continue
      nearest[i] = z
      u[i] = ua + wb * ub + wc * uc
      v[i] = va + wb * vb + wc * vc
      shade[i] = sa + wb * sb + wc * sc
    }
  }
}
