import type { Random } from '../random.ts'

/** A smooth random landscape over the plane, about -1 to 1, that repeats every 16 units. */
export type Landscape = (x: number, y: number) => number

/** Value noise: random heights on a 16 x 16 lattice, joined by a smooth (cubic) blend. */
export const landscape = (random: Random): Landscape => {
  const heights = Float32Array.from({ length: SIDE * SIDE }, () => random.uniform(-1, 1))
  return (x, y) => {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const fx = ease(x - left)
    const fy = ease(y - top)
    const x0 = left & MASK
    const x1 = (left + 1) & MASK
    const y0 = (top & MASK) * SIDE
    const y1 = ((top + 1) & MASK) * SIDE
    const upper = heights[y0 + x0]! + (heights[y0 + x1]! - heights[y0 + x0]!) * fx
    const lower = heights[y1 + x0]! + (heights[y1 + x1]! - heights[y1 + x0]!) * fx
    return upper + (lower - upper) * fy
  }
}

/** Bell-shaped noise with standard deviation 1 that depends on nothing but the seed word and the place. */
export const grainAt = (seed: number, x: number, y: number): number => {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
  h ^= h >>> 15
  // The sum of four bytes: mean 510, standard deviation 147.8.
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8
}

// --- internal ---

const SIDE = 16
const MASK = SIDE - 1
const ease = (t: number): number => t * t * (3 - 2 * t)
