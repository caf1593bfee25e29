import type { AlignedFace } from '../../face/face.ts'
import { createRandom } from '../../random.ts'

/**
 * Noisy linear imputation (Rong et al., "A Consistent and Efficient Evaluation Strategy for Attribution Methods", ICML 2022):
 * every removed pixel becomes the weighted mean of its up to eight neighbours (1/6 beside, 1/12 across corners; at the edge
 * of the picture the weights that are there, brought to 1), removed neighbours included, and gets a little noise. What was
 * removed then shows neither by its colour nor by its outline.
 * @param removed Not 0 where a pixel is removed. Where all are, the mean colour of the face is taken.
 * @param noise Standard deviation, as a share of the range of colours
 * @returns a face whose kept pixels are untouched; removed ones solve the equations, but for about a colour
 * step in small holes and a few in very large ones: less than the noise
 */
export const imputeLinearly = (
  face: AlignedFace,
  removed: Uint8Array,
  { noise = 0.01, seed = 'road' }: { noise?: number; seed?: string } = {},
): AlignedFace => {
  const { width, height } = face
  const random = createRandom('imputation', seed)
  const colours = solve({ width, height, colours: Float32Array.from(face.data), removed })
  const data = face.data.slice()
  removed.forEach((gone, i) => {
    if (!gone) return
    for (let k = i * 3; k < i * 3 + 3; k++) {
      const value = colours[k]! + random.normal() * noise * 255
      data[k] = Math.max(0, Math.min(255, Math.round(value)))
    }
  })
  return { ...face, data }
}

// --- internal ---

type Holes = {
  readonly width: number
  readonly height: number
  /** Three values a pixel. */
  readonly colours: Float32Array
  readonly removed: Uint8Array
}

const BESIDE = 1 / 6
const ACROSS = 1 / 12
/** A step that changes no colour by more than this is the last one. */
const CLOSE = 0.05
const MOST_STEPS = 25
/** Over-relaxation. */
const OVER = 1.5

/** Starts from the solution at half the size, so that a few steps are enough however large the holes are. */
const solve = (holes: Holes): Float32Array => {
  const { width, height, colours, removed } = holes
  if (width > 1 || height > 1) {
    const coarse = halved(holes)
    const start = solve(coarse)
    removed.forEach((gone, i) => {
      if (!gone) return
      const x = i % width
      const cell = (((i - x) / width) >> 1) * coarse.width + (x >> 1)
      for (let c = 0; c < 3; c++) colours[i * 3 + c] = start[cell * 3 + c]!
    })
  }
  if (removed.every(gone => gone)) return colours
  const unknown = Int32Array.from(removed.keys()).filter(i => removed[i])
  const near = neighbours(unknown, width, height)
  // Small pictures cost next to nothing.
  const steps = MOST_STEPS * Math.max(1, Math.floor(112 / width))
  let most = Number.POSITIVE_INFINITY
  for (let step = 0; step < steps && most > CLOSE; step++) most = relax(colours, unknown, near)
  return colours
}

/** Cells of up to four pixels with the mean of those that are kept; removed where none is (the mean of all then). */
const halved = ({ width, height, colours, removed }: Holes): Holes => {
  const [across, down] = [(width + 1) >> 1, (height + 1) >> 1]
  const gone = new Uint8Array(across * down).fill(1)
  const means = new Float32Array(across * down * 3)
  const counts = new Uint8Array(across * down)
  const cellOf = (i: number): number => {
    const x = i % width
    return (((i - x) / width) >> 1) * across + (x >> 1)
  }
  for (let i = 0; i < removed.length; i++) if (!removed[i]) gone[cellOf(i)] = 0
  for (let i = 0; i < removed.length; i++) {
    const cell = cellOf(i)
    if (removed[i] && !gone[cell]) continue
    counts[cell]!++
    for (let c = 0; c < 3; c++) means[cell * 3 + c]! += colours[i * 3 + c]!
  }
  for (let k = 0; k < means.length; k++) means[k]! /= counts[(k / 3) | 0]!
  return { width: across, height: down, colours: means, removed: gone }
}

/** For each pixel its eight neighbours, those beside it first; one outside the picture is the pixel itself. */
const neighbours = (pixels: Int32Array, width: number, height: number): Int32Array => {
  const list = new Int32Array(pixels.length * 8)
  for (let k = 0; k < pixels.length; k++) {
    const i = pixels[k]!
    const x = i % width
    const y = (i - x) / width
    for (let n = 0; n < 8; n++) {
      const [right, below] = [x + RIGHT[n]!, y + DOWN[n]!]
      const outside = right < 0 || right >= width || below < 0 || below >= height
      list[k * 8 + n] = outside ? i : below * width + right
    }
  }
  return list
}

const RIGHT = [-1, 1, 0, 0, -1, 1, -1, 1]
const DOWN = [0, 0, -1, 1, -1, -1, 1, 1]

/**
 * One sweep of Gauss-Seidel with over-relaxation. The system is symmetric and positive definite, so that it converges.
 * @returns the largest change
 */
const relax = (colours: Float32Array, unknown: Int32Array, near: Int32Array): number => {
  let most = 0
  for (let k = 0; k < unknown.length; k++) {
    const i = unknown[k]!
    let [red, green, blue, weight] = [0, 0, 0, 0]
    for (let n = 0; n < 8; n++) {
      const j = near[k * 8 + n]!
      if (j === i) continue
      const share = n < 4 ? BESIDE : ACROSS
      weight += share
      red += share * colours[j * 3]!
      green += share * colours[j * 3 + 1]!
      blue += share * colours[j * 3 + 2]!
    }
    const changes = OVER / weight
    const [r, g, b] = [
      changes * red - OVER * colours[i * 3]!,
      changes * green - OVER * colours[i * 3 + 1]!,
      changes * blue - OVER * colours[i * 3 + 2]!,
    ]
    colours[i * 3]! += r
    colours[i * 3 + 1]! += g
    colours[i * 3 + 2]! += b
    most = Math.max(most, Math.abs(r), Math.abs(g), Math.abs(b))
  }
  return most
}
