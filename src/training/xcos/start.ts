import type { CellContributions } from '../../explanation/xcos/contributions.ts'
import type { XCosWeight, XCosWeights } from '../../explanation/xcos/graph.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import type { FeatureGrid } from '../../recognition/embedding.ts'
import { principalAxes } from './principal-axes.ts'

export type StartOptions = {
  readonly contributions: CellContributions
  /** Grids of some hundred faces, bare and masked, as training will see them. */
  readonly samples: readonly FeatureGrid[]
  /** Features a cell. */
  readonly features: number
  /** Further layers of the features. */
  readonly layers: number
  /** Gates of the attention. */
  readonly gates: number
  readonly seed: string
}

/**
 * Weights to start from: the score that needs no training, less what the average face has in each cell, in as many
 * dimensions as there are features.
 *
 * A cell adds M_q A_q to the embedding. Each channel's part of M_q is split into a factor for the cell and a direction for
 * all cells (exact where the head begins with a depthwise convolution over the grid, else the closest such split). Of the
 * embedding's dimensions those are kept in which the contributions vary most. The gates add nothing yet.
 */
export const initialXCos = async (options: StartOptions): Promise<XCosWeights> => {
  const { contributions, samples, features, layers, gates, seed } = options
  const { channels, height, width } = samples[0]!
  const cells = height * width
  const { scale, directions } = await splitHead(contributions, samples[0]!)
  const dimensions = directions.length / channels
  const mean = new Float64Array(channels * cells)
  for (const { data } of samples) for (let i = 0; i < mean.length; i++) mean[i]! += data[i]! / samples.length

  // Covariance of the scaled channels over all cells and faces, and from it that of the contributions.
  const spread = new Float64Array(channels * channels)
  const column = new Float64Array(channels)
  for (const { data } of samples) {
    for (let cell = 0; cell < cells; cell++) {
      for (let c = 0; c < channels; c++) {
        const i = c * cells + cell
        column[c] = (data[i]! - mean[i]!) * scale[i]!
      }
      for (let c = 0; c < channels; c++) {
        const factor = column[c]!
        for (let other = 0, at = c * channels; other < channels; other++)
          spread[at + other]! += factor * column[other]!
      }
    }
  }
  const covariance = multiply(
    multiply(directions, spread, channels),
    transposed(directions, channels),
    channels,
  )
  const axes = principalAxes(covariance, dimensions, features, seed)
  const project = multiply(axes, directions, dimensions)
  const bias = new Float32Array(features * cells)
  for (let k = 0; k < features; k++) {
    for (let c = 0; c < channels; c++) {
      const factor = project[k * channels + c]!
      for (let cell = 0; cell < cells; cell++) {
        bias[k * cells + cell]! -= factor * mean[c * cells + cell]! * scale[c * cells + cell]!
      }
    }
  }
  const random = createRandom(seed, 'gates')
  const drawn = Float32Array.from(
    { length: gates * 3 * features },
    () => random.normal() / Math.sqrt(features),
  )
  // Every cell by itself: the middle of each kernel is 1.
  const alone = (count: number): Float32Array =>
    Float32Array.from({ length: count * 9 }, (_, i) => (i % 9 === 4 ? 1 : 0))
  const all = (value: number, length: number): Float32Array => new Float32Array(length).fill(value)
  return new Map<XCosWeight, Tensor<Float32Array>>([
    ['scale', float32(scale, [1, channels, height, width])],
    ['context', float32(alone(channels), [channels, 1, 3, 3])],
    ['project.weight', float32(Float32Array.from(project), [features, channels, 1, 1])],
    ['project.bias', float32(bias, [1, features, height, width])],
    ['project.slope', float32(all(1, features), [features, 1, 1])],
    // These add nothing yet either.
    ...Array.from({ length: layers }, (_, k): [XCosWeight, Tensor<Float32Array>][] => [
      [`refine${k + 1}.context`, float32(alone(features), [features, 1, 3, 3])],
      [`refine${k + 1}.slope`, float32(all(0.25, features), [features, 1, 1])],
      [`refine${k + 1}.weight`, float32(all(0, features ** 2), [features, features, 1, 1])],
    ]).flat(),
    ['gate.weight', float32(drawn, [gates, 3 * features, 1, 1])],
    ['gate.bias', float32(all(0, gates), [gates])],
    ['gate.slope', float32(all(0.25, gates), [gates, 1, 1])],
    ['attend.weight', float32(all(0, gates * 9), [1, gates, 3, 3])],
    ['attend.bias', float32([0], [1])],
    ['sharpness', float32([1], [])],
  ])
}

// --- internal ---

/** `scale` [C, cells] and `directions` [D, C]: each channel's contributions as a product, by power iteration. */
const splitHead = async (
  contributions: CellContributions,
  { channels, height, width }: FeatureGrid,
): Promise<{ scale: Float32Array; directions: Float64Array }> => {
  const cells = height * width
  const scale = new Float32Array(channels * cells)
  let directions = new Float64Array(0)
  for (let c = 0; c < channels; c++) {
    const data = new Float32Array(channels * cells)
    data.fill(1, c * cells, (c + 1) * cells)
    const parts = await contributions.of({ channels, height, width, data })
    const dimensions = parts.length / cells
    if (c === 0) directions = new Float64Array(dimensions * channels)
    let factors = Float64Array.from({ length: cells }, (_, q) =>
      norm(parts.subarray(q * dimensions, (q + 1) * dimensions)),
    )
    let direction = new Float64Array(dimensions)
    for (let round = 0; round < 8; round++) {
      direction = new Float64Array(dimensions)
      for (let q = 0; q < cells; q++) {
        for (let i = 0; i < dimensions; i++) direction[i]! += factors[q]! * parts[q * dimensions + i]!
      }
      const length = norm(direction) || 1
      direction = direction.map(value => value / length)
      factors = factors.map((_, q) => {
        let sum = 0
        for (let i = 0; i < dimensions; i++) sum += direction[i]! * parts[q * dimensions + i]!
        return sum
      })
    }
    scale.set(factors, c * cells)
    for (let i = 0; i < dimensions; i++) directions[i * channels + c] = direction[i]!
  }
  return { scale, directions }
}

const norm = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  return Math.sqrt(sum)
}

/** [n, inner] times [inner, m], row by row. */
const multiply = (a: Float64Array, b: Float64Array, inner: number): Float64Array => {
  const [rows, columns] = [a.length / inner, b.length / inner]
  const product = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!
      for (let j = 0; j < columns; j++) product[i * columns + j]! += factor * b[k * columns + j]!
    }
  }
  return product
}

const transposed = (a: Float64Array, columns: number): Float64Array => {
  const rows = a.length / columns
  return Float64Array.from(a, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]!)
}
