/** For each position along a resized axis: the two source positions to blend, and the share of the second. */
export type Axis = {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly weight: Float64Array
}

/**
 * Bilinear resampling along one axis, pixel centres at half positions (`align_corners = false`), edges repeated.
 *
 * @param length length of the source axis; may be fractional where a last, partial block follows whole ones
 * @param available number of source positions that can be read, `Math.ceil(length)`
 * @param size length of the resized axis
 */
export const resampledAxis = (length: number, available: number, size: number): Axis => {
  const first = new Int32Array(size)
  const second = new Int32Array(size)
  const weight = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    const at = Math.min(Math.max(((i + 0.5) * length) / size - 0.5, 0), available - 1)
    const low = Math.floor(at)
    first[i] = low
    second[i] = Math.min(low + 1, available - 1)
    weight[i] = at - low
  }
  return { first, second, weight }
}
