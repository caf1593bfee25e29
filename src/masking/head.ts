import type { Point } from '../image/photo.ts'
import { solve } from '../solve.ts'

/** x to the image's right, y down, z toward the camera; unit: the distance between the eye centres. */
export type Vec3 = readonly [x: number, y: number, z: number]

/** How a head stands in a photo: scaled orthographic projection, `photo = origin + scale * (right.p, down.p)`. */
export type Pose = {
  readonly origin: Point
  /** Pixels per head unit (distance between the eye centres, seen from the front). */
  readonly scale: number
  /** The rows of the rotation: photo x, photo y and toward the camera, in head coordinates. */
  readonly right: Vec3
  readonly down: Vec3
  readonly toward: Vec3
  /** Degrees. Positive: turned to the image's right, chin up, head tilted clockwise in the image. */
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
}

/** A point of the head where the camera sees it. */
export const project = ({ origin, scale, right, down }: Pose, p: Vec3): Point => [
  origin[0] + scale * dot(right, p),
  origin[1] + scale * dot(down, p),
]

/**
 * Stands the mean head so that its brows, eyes and nose (points 17-47, which neither speech nor a beard moves) fall on the
 * landmarks in the least-squares sense. The jaw is left out: its points slide along the visible contour when the head turns.
 */
export const fitHead = (landmarks: readonly Point[]): Pose => {
  const normal = new Float64Array(16)
  const toX = new Float64Array(4)
  const toY = new Float64Array(4)
  for (let i = 17; i < 48; i++) {
    const row = [...HEAD[i]!, 1]
    for (let r = 0; r < 4; r++) {
      for (let c = 0; c < 4; c++) normal[r * 4 + c]! += row[r]! * row[c]!
      toX[r]! += row[r]! * landmarks[i]![0]
      toY[r]! += row[r]! * landmarks[i]![1]
    }
  }
  const [a, b] = solve(normal, [toX, toY]) as [Float64Array, Float64Array]
  const lengthA = Math.sqrt(a[0]! ** 2 + a[1]! ** 2 + a[2]! ** 2)
  const lengthB = Math.sqrt(b[0]! ** 2 + b[1]! ** 2 + b[2]! ** 2)
  // Brings the two rows to a right angle by moving both equally.
  const u: Vec3 = [a[0]! / lengthA, a[1]! / lengthA, a[2]! / lengthA]
  const v: Vec3 = [b[0]! / lengthB, b[1]! / lengthB, b[2]! / lengthB]
  const half = dot(u, v) / 2
  const right = unit([u[0] - half * v[0], u[1] - half * v[1], u[2] - half * v[2]])
  const other: Vec3 = [v[0] - half * u[0], v[1] - half * u[1], v[2] - half * u[2]]
  const along = dot(other, right)
  const down = unit([other[0] - along * right[0], other[1] - along * right[1], other[2] - along * right[2]])
  const toward = cross(right, down)
  return {
    origin: [a[3]!, b[3]!],
    scale: (lengthA + lengthB) / 2,
    right,
    down,
    toward,
    yaw: degrees(Math.asin(clampUnit(right[2]))),
    pitch: degrees(Math.asin(clampUnit(-down[2]))),
    roll: degrees(Math.atan2(down[0], down[1])),
  }
}

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

export const unit = (a: Vec3): Vec3 => {
  const length = Math.sqrt(dot(a, a)) || 1
  return [a[0] / length, a[1] / length, a[2] / length]
}

/**
 * How far the skin reaches toward the camera at a place of the head seen from the front, without the nose:
 * the profile of the middle line, falling off to the sides. A rough fit to {@link HEAD}.
 */
export const skinDepth = (x: number, y: number): number => {
  let i = 1
  while (i < PROFILE.length - 1 && PROFILE[i]![0] < y) i++
  const [y0, z0] = PROFILE[i - 1]!
  const [y1, z1] = PROFILE[i]!
  return z0 + ((z1 - z0) * (y - y0)) / (y1 - y0) - 0.78 * x * x
}

// --- internal ---

const PROFILE: readonly (readonly [y: number, z: number])[] = [
  [-0.4, 0.26],
  [0.2, 0.32],
  [0.76, 0.38],
  [1.2, 0.27],
  [1.6, 0.2],
  [1.85, 0],
  [2.1, -0.4],
]

const degrees = (radians: number): number => Math.round((radians * 1800) / Math.PI) / 10
const clampUnit = (value: number): number => Math.max(-1, Math.min(1, value))

/**
 * The mean head: the middle line and the image-left half of the 68 points; the right half mirrors it.
 * Worked out for xfmr from the landmarks of 3,000 training photographs by alternating between every photo's pose and the
 * points (structure from motion with a scaled orthographic camera, symmetric).
 */
const HALF: Readonly<Record<number, Vec3>> = {
  0: [-1.12, 0.01, -0.76],
  1: [-1.11, 0.31, -0.69],
  2: [-1.07, 0.6, -0.65],
  3: [-1.01, 0.9, -0.6],
  4: [-0.91, 1.17, -0.52],
  5: [-0.73, 1.4, -0.39],
  6: [-0.52, 1.6, -0.22],
  7: [-0.28, 1.77, -0.05],
  8: [0, 1.81, 0.01],
  17: [-0.93, -0.22, -0.15],
  18: [-0.78, -0.34, -0.02],
  19: [-0.58, -0.37, 0.11],
  20: [-0.38, -0.34, 0.22],
  21: [-0.18, -0.25, 0.29],
  27: [0, -0.03, 0.29],
  28: [0, 0.17, 0.39],
  29: [0, 0.36, 0.51],
  30: [0, 0.56, 0.62],
  31: [-0.24, 0.69, 0.32],
  32: [-0.12, 0.73, 0.37],
  33: [0, 0.76, 0.41],
  36: [-0.7, 0, -0.07],
  37: [-0.57, -0.07, 0],
  38: [-0.42, -0.07, 0.03],
  39: [-0.29, 0.03, 0.03],
  40: [-0.43, 0.05, 0.02],
  41: [-0.58, 0.05, 0],
  48: [-0.44, 1.03, -0.04],
  49: [-0.28, 0.97, 0.17],
  50: [-0.12, 0.93, 0.31],
  51: [0, 0.96, 0.32],
  57: [0, 1.29, 0.22],
  58: [-0.13, 1.27, 0.2],
  59: [-0.29, 1.2, 0.1],
  60: [-0.38, 1.05, -0.01],
  61: [-0.12, 1.03, 0.27],
  62: [0, 1.04, 0.29],
  66: [0, 1.14, 0.24],
  67: [-0.12, 1.12, 0.22],
}

const MIRROR: readonly (readonly [number, number])[] = [
  [17, 26],
  [18, 25],
  [19, 24],
  [20, 23],
  [21, 22],
  [31, 35],
  [32, 34],
  [36, 45],
  [37, 44],
  [38, 43],
  [39, 42],
  [40, 47],
  [41, 46],
  [48, 54],
  [49, 53],
  [50, 52],
  [59, 55],
  [58, 56],
  [60, 64],
  [61, 63],
  [67, 65],
]

/** The mean head's 68 points. */
export const HEAD: readonly Vec3[] = (() => {
  const out: Vec3[] = []
  for (const [i, p] of Object.entries(HALF)) out[Number(i)] = p
  const mirrored = ([x, y, z]: Vec3): Vec3 => [-x, y, z]
  for (let i = 0; i < 8; i++) out[16 - i] = mirrored(HALF[i]!)
  for (const [left, right] of MIRROR) out[right] = mirrored(HALF[left]!)
  return out
})()
