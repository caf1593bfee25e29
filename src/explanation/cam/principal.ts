import type { LayerState } from '../layer-state.ts'

/**
 * Projects every cell's values, [channels, cells] less the mean over cells, on their first principal component: that of the
 * largest variance over the cells. A component has no sign of its own; it is turned so that cells with large values in
 * `guide` come out above zero.
 * @param guide One number a cell. Default: the sum over the channels; of EigenCAM, which weighs nothing, the cells' energy.
 * @see Muhammad and Yeasin, Eigen-CAM, IJCNN 2020
 */
export const principalMap = (
  { layer: { channels, height, width } }: Pick<LayerState, 'layer'>,
  values: Float32Array,
  guide: Float32Array = channelSum(values, height * width),
): Float32Array => {
  const cells = height * width
  const centred = Float64Array.from(values)
  for (let channel = 0; channel < channels; channel++) {
    const plane = centred.subarray(channel * cells, (channel + 1) * cells)
    const mean = plane.reduce((sum, value) => sum + value, 0) / cells
    for (let i = 0; i < cells; i++) plane[i]! -= mean
  }
  const projected =
    channels <= cells ? byChannels(centred, channels, cells) : byCells(centred, channels, cells)
  const agreement = projected.reduce((sum, value, i) => sum + value * guide[i]!, 0)
  return Float32Array.from(projected, value => (agreement < 0 ? -value : value))
}

/** Sum of squares over the channels, by cell. */
export const energy = (values: Float32Array, cells: number): Float32Array => {
  const sums = new Float32Array(cells)
  for (let i = 0; i < values.length; i++) sums[i % cells]! += values[i]! * values[i]!
  return sums
}

// --- internal ---

const channelSum = (values: Float32Array, cells: number): Float32Array => {
  const sums = new Float32Array(cells)
  for (let i = 0; i < values.length; i++) sums[i % cells]! += values[i]!
  return sums
}

/** The component as a vector over the channels, from their covariances. */
const byChannels = (centred: Float64Array, channels: number, cells: number): Float64Array => {
  const plane = (channel: number): Float64Array => centred.subarray(channel * cells, (channel + 1) * cells)
  const gram = symmetric(channels, (i, j) => dot(plane(i), plane(j)))
  const { vector } = leading(gram, channels)
  const projected = new Float64Array(cells)
  for (let channel = 0; channel < channels; channel++) {
    const [values, weight] = [plane(channel), vector[channel]!]
    for (let i = 0; i < cells; i++) projected[i]! += weight * values[i]!
  }
  return projected
}

/** The same from the products of the cells, of which there are fewer: the projections are that vector times sigma. */
const byCells = (centred: Float64Array, channels: number, cells: number): Float64Array => {
  const rows = new Float64Array(centred.length)
  for (let i = 0; i < centred.length; i++) rows[(i % cells) * channels + Math.floor(i / cells)] = centred[i]!
  const row = (cell: number): Float64Array => rows.subarray(cell * channels, (cell + 1) * channels)
  const { value, vector } = leading(
    symmetric(cells, (i, j) => dot(row(i), row(j))),
    cells,
  )
  return vector.map(part => part * Math.sqrt(value))
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

const symmetric = (size: number, entry: (i: number, j: number) => number): Float64Array => {
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = entry(i, j)
      matrix[i * size + j] = value
      matrix[j * size + i] = value
    }
  }
  return matrix
}

const STEPS = 5000
const TOLERANCE = 1e-12

/** Largest eigenvalue and its vector of a symmetric matrix without negative eigenvalues: power iteration. */
const leading = (matrix: Float64Array, size: number): { value: number; vector: Float64Array } => {
  // Starts from the row with the largest diagonal: never orthogonal to the leading vector but by accident.
  let start = 0
  for (let i = 1; i < size; i++) if (matrix[i * size + i]! > matrix[start * size + start]!) start = i
  let vector = unit(matrix.slice(start * size, (start + 1) * size))
  let value = 0
  for (let step = 0; step < STEPS; step++) {
    const next = new Float64Array(size)
    for (let i = 0; i < size; i++) next[i] = dot(matrix.subarray(i * size, (i + 1) * size), vector)
    value = dot(next, vector)
    const turned = unit(next)
    const change = turned.reduce((sum, part, i) => sum + (part - vector[i]!) ** 2, 0)
    vector = turned
    if (change <= TOLERANCE ** 2 || value === 0) break
  }
  return { value, vector }
}

const unit = (vector: Float64Array): Float64Array => {
  const length = Math.sqrt(dot(vector, vector)) || 1
  return vector.map(part => part / length)
}
