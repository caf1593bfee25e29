import type { Photo, Point } from '../image/photo.ts'
import { solve } from '../solve.ts'
import { dot, type Pose, type Vec3 } from './head.ts'
import type { HeadToPhoto } from './mesh.ts'

/** How light falls on a face, in linear light (0 to 1; gamma 2 stands in for the sRGB curve). */
export type Light = {
  /** Brightness of a surface that looks along a unit normal (camera frame), relative to the face's mean; at a place on the head. */
  shade(nx: number, ny: number, nz: number, headX: number, headY: number): number
  /** Linear light of white cloth at mean brightness. */
  readonly white: number
  /** Colour of the light, mean 1: red, green, blue. */
  readonly cast: readonly [number, number, number]
  /** 0 in black and white photos, 1 in ordinary colour. */
  readonly saturation: number
  /** The darkest that the photo gets, linear. */
  readonly black: number
}

/**
 * Reads the light off the skin: brightness at some hundred places of the face against the direction in which each looks
 * gives the first four terms of a spherical-harmonics light (ambient plus one soft direction; Basri and Jacobs, PAMI 2003). What this leaves over, smoothed,
 * keeps cast shadows. How bright white cloth would be is not known from skin alone (dark skin in bright light looks like fair skin in dim light), so
 * it is the middle one of three guesses: from the skin, from the whites of the eyes, and from the brightest things near the face.
 */
export const readLight = (
  photo: Photo,
  pose: Pose,
  toPhoto: HeadToPhoto,
  landmarks: readonly Point[],
): Light => {
  const probes = probeSkin(photo, pose, toPhoto)
  const mean = probes.length > 0 ? average(probes.map(probe => probe.light)) : 0.3
  const terms = fitLight(probes, mean)
  const relief = reliefOf(probes, terms)
  const surroundings = histogramNear(photo, pose)
  const eyes = [EYE_LEFT, EYE_RIGHT].map(ring =>
    brightest(
      photo,
      ring.map(i => landmarks[i]!),
    ),
  )
  const guesses = [2.8 * mean, 2.3 * Math.max(...eyes), 1.25 * surroundings.bright].sort((a, b) => a - b)
  const white = Math.max(1.4 * mean, Math.min(1.05, Math.max(0.12, Math.min(guesses[1]!, 4.5 * mean))))
  const skin = [0, 1, 2].map(k => average(probes.map(probe => probe.colour[k]!)) || 1)
  return {
    shade: (nx, ny, nz, headX, headY) => {
      const direct = (terms[0]! + terms[1]! * nx + terms[2]! * ny + terms[3]! * nz) / mean
      return Math.max(0.3, Math.min(1.45, direct)) * relief(headX, headY)
    },
    white,
    cast: castOf(skin, surroundings.mean),
    saturation: Math.max(0, Math.min(1, (surroundings.chroma - 0.02) / 0.05)),
    black: surroundings.dark,
  }
}

// --- internal ---

type Probe = { column: number; row: number; normal: Vec3; light: number; colour: readonly number[] }

const EYE_LEFT = [36, 37, 38, 39, 40, 41]
const EYE_RIGHT = [42, 43, 44, 45, 46, 47]
const PROBE_COLUMNS = 11
const PROBE_ROWS = 11
const probeX = (column: number): number => (column - 5) * 0.18
const probeY = (row: number): number => -0.2 + row * 0.18

/** Skin on an ellipsoid that stands in for the face: where it shows, without eyes, brows, nostrils and mouth. */
const probeSkin = (photo: Photo, pose: Pose, toPhoto: HeadToPhoto): Probe[] => {
  const probes: Probe[] = []
  const radius = Math.max(1, Math.round(pose.scale * 0.05))
  for (let row = 0; row < PROBE_ROWS; row++) {
    for (let column = 0; column < PROBE_COLUMNS; column++) {
      const x = probeX(column)
      const y = probeY(row)
      const side = x < 0 ? -x : x
      if (side > 0.12 && side < 0.95 && y < 0.2) continue
      if (side < 0.58 && y > 0.88 && y < 1.36) continue
      if (side < 0.3 && y > 0.5 && y < 0.85) continue
      const inside = 1 - (x / 1.18) ** 2 - ((y - 0.75) / 1.55) ** 2
      if (inside < 0.12) continue
      const z = 1.35 * Math.sqrt(inside)
      const head: Vec3 = [x / 1.18 ** 2, (y - 0.75) / 1.55 ** 2, z / 1.35 ** 2]
      const length = Math.sqrt(dot(head, head))
      const normal: Vec3 = [
        dot(pose.right, head) / length,
        dot(pose.down, head) / length,
        dot(pose.toward, head) / length,
      ]
      if (normal[2] < 0.25) continue
      const colour = meanColour(photo, toPhoto([x, y, z - 1.0]), radius)
      if (colour) probes.push({ column, row, normal, light: luminance(colour), colour })
    }
  }
  return probes
}

const luminance = (c: readonly number[]): number => 0.3 * c[0]! + 0.59 * c[1]! + 0.11 * c[2]!

/** Mean linear colour of a square, or nothing where it leaves the photo. */
const meanColour = (
  { width, height, data }: Photo,
  [cx, cy]: Point,
  radius: number,
): readonly number[] | undefined => {
  const x0 = Math.round(cx) - radius
  const y0 = Math.round(cy) - radius
  if (!(x0 >= 0 && y0 >= 0 && x0 + 2 * radius < width && y0 + 2 * radius < height)) return undefined
  const sum = [0, 0, 0]
  // Large faces need no more than a handful of pixels per probe.
  const step = Math.max(1, radius >> 1)
  let count = 0
  for (let y = y0; y <= y0 + 2 * radius; y += step) {
    for (let x = x0; x <= x0 + 2 * radius; x += step) {
      const i = (y * width + x) * 3
      for (let k = 0; k < 3; k++) sum[k]! += data[i + k]! * data[i + k]!
      count++
    }
  }
  return sum.map(value => value / (count * 65025))
}

/** Weighted least squares, with a pull toward plain light from above; probes that fit badly (beard, hair, glasses) lose weight. */
const fitLight = (probes: readonly Probe[], mean: number): Float64Array => {
  let terms = Float64Array.of(mean * 0.8, 0, -mean * 0.15, mean * 0.25)
  const prior = terms.slice()
  for (let pass = 0; pass < 4; pass++) {
    const normal = new Float64Array(16)
    const side = new Float64Array(4)
    for (let k = 0; k < 4; k++) {
      normal[k * 5] = 3
      side[k] = 3 * prior[k]!
    }
    for (const { normal: n, light } of probes) {
      const basis = [1, n[0], n[1], n[2]]
      const miss = (light - basis.reduce((sum, value, k) => sum + value * terms[k]!, 0)) / mean
      const weight = pass === 0 ? 1 : 1 / (1 + (miss / 0.15) ** 2)
      for (let r = 0; r < 4; r++) {
        for (let c = 0; c < 4; c++) normal[r * 4 + c]! += weight * basis[r]! * basis[c]!
        side[r]! += weight * basis[r]! * light
      }
    }
    terms = solve(normal, [side])[0]! as Float64Array<ArrayBuffer>
  }
  return terms
}

/** What the smooth light leaves over, as a smooth factor over the face: half of it, and never beyond 0.72 to 1.25. */
const reliefOf = (probes: readonly Probe[], terms: Float64Array): ((x: number, y: number) => number) => {
  const sums = new Float64Array(PROBE_COLUMNS * PROBE_ROWS)
  const weights = new Float64Array(PROBE_COLUMNS * PROBE_ROWS)
  for (const { column, row, normal, light } of probes) {
    const expected = Math.max(
      0.02,
      terms[0]! + terms[1]! * normal[0] + terms[2]! * normal[1] + terms[3]! * normal[2],
    )
    const ratio = Math.max(0.5, Math.min(1.5, light / expected))
    for (let r = Math.max(0, row - 2); r <= Math.min(PROBE_ROWS - 1, row + 2); r++) {
      for (let c = Math.max(0, column - 2); c <= Math.min(PROBE_COLUMNS - 1, column + 2); c++) {
        const weight = 1 / (1 + 2 * ((r - row) ** 2 + (c - column) ** 2))
        sums[r * PROBE_COLUMNS + c]! += weight * ratio
        weights[r * PROBE_COLUMNS + c]! += weight
      }
    }
  }
  // Where no skin is near, the factor is drawn toward 1.
  const factors = sums.map((sum, i) =>
    Math.max(0.72, Math.min(1.25, 1 + 0.55 * ((sum + 0.5) / (weights[i]! + 0.5) - 1))),
  )
  return (x, y) => {
    const gx = Math.max(0, Math.min(PROBE_COLUMNS - 1.001, x / 0.18 + 5))
    const gy = Math.max(0, Math.min(PROBE_ROWS - 1.001, (y + 0.2) / 0.18))
    const c = Math.floor(gx)
    const r = Math.floor(gy)
    const fx = gx - c
    const i = r * PROBE_COLUMNS + c
    const upper = factors[i]! + (factors[i + 1]! - factors[i]!) * fx
    const lower =
      factors[i + PROBE_COLUMNS]! + (factors[i + PROBE_COLUMNS + 1]! - factors[i + PROBE_COLUMNS]!) * fx
    return upper + (lower - upper) * (gy - r)
  }
}

/** Brightness and colour in a square of six eye distances round the face. */
const histogramNear = ({ width, height, data }: Photo, { origin, scale }: Pose) => {
  const x0 = Math.max(0, Math.floor(origin[0] - 3 * scale))
  const x1 = Math.min(width, Math.ceil(origin[0] + 3 * scale))
  const y0 = Math.max(0, Math.floor(origin[1] - 2 * scale))
  const y1 = Math.min(height, Math.ceil(origin[1] + 4 * scale))
  const step = Math.max(1, Math.floor(scale / 16))
  const counts = new Uint32Array(256)
  const mean = [0, 0, 0]
  let chroma = 0
  let count = 0
  for (let y = y0; y < y1; y += step) {
    for (let x = x0; x < x1; x += step) {
      const i = (y * width + x) * 3
      const r = data[i]!
      const g = data[i + 1]!
      const b = data[i + 2]!
      counts[(77 * r + 150 * g + 29 * b) >> 8]!++
      mean[0]! += r
      mean[1]! += g
      mean[2]! += b
      chroma += Math.max(r, g, b) - Math.min(r, g, b)
      count++
    }
  }
  const level = (share: number): number => {
    let left = share * count
    for (let i = 0; i < 256; i++) {
      left -= counts[i]!
      if (left < 0) return (i / 255) ** 2
    }
    return 1
  }
  const safe = Math.max(1, count)
  return {
    bright: level(0.95),
    dark: level(0.01),
    mean: mean.map(sum => sum / safe),
    chroma: chroma / (safe * 255),
  }
}

/** The brightest tenth inside a ring of landmarks, linear: the white of the eye. */
const brightest = (photo: Photo, ring: readonly Point[]): number => {
  const values: number[] = []
  const xs = ring.map(([x]) => x)
  const ys = ring.map(([, y]) => y)
  const step = Math.max(1, Math.floor((Math.max(...xs) - Math.min(...xs)) / 24))
  for (
    let y = Math.max(0, Math.ceil(Math.min(...ys)));
    y <= Math.min(photo.height - 1, Math.max(...ys));
    y += step
  ) {
    for (
      let x = Math.max(0, Math.ceil(Math.min(...xs)));
      x <= Math.min(photo.width - 1, Math.max(...xs));
      x += step
    ) {
      const i = (y * photo.width + x) * 3
      values.push((77 * photo.data[i]! + 150 * photo.data[i + 1]! + 29 * photo.data[i + 2]!) / 65280)
    }
  }
  values.sort((a, b) => b - a)
  return (values[Math.floor(values.length / 10)] ?? 0) ** 2
}

/** Light colour: half-way between neutral and what the surroundings' mean and the skin's departure from ordinary skin suggest. */
const castOf = (skin: readonly number[], mean: readonly number[]): readonly [number, number, number] => {
  const grey = (mean[0]! + mean[1]! + mean[2]!) / 3 || 1
  const raw = [0, 1, 2].map(k => {
    const around = mean[k]! / grey
    const ordinary = SKIN[k]!
    const face = Math.sqrt(skin[k]! / (skin[1]! || 1)) / ordinary
    return Math.max(0.75, Math.min(1.25, (1 + 0.3 * (around - 1)) * (1 + 0.25 * (face - 1))))
  })
  const sum = (raw[0]! + raw[1]! + raw[2]!) / 3
  return [raw[0]! / sum, raw[1]! / sum, raw[2]! / sum]
}

/** Skin's red, green and blue relative to green in neutral light, gamma-coded: much the same from fair to dark. */
const SKIN = [1.3, 1, 0.84]

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
