import { createRandom } from '../../random.ts'

/**
 * The axes along which a symmetric matrix without negative eigenvalues reaches furthest, by orthogonal iteration.
 * @param matrix [n, n]
 * @returns [count, n], orthonormal rows spanning the leading eigenvectors
 */
export const principalAxes = (matrix: Float64Array, n: number, count: number, seed: string): Float64Array => {
  const random = createRandom(seed, 'axes')
  let axes = orthonormal(
    Float64Array.from({ length: count * n }, () => random.normal()),
    n,
  )
  for (let round = 0; round < ROUNDS; round++) {
    const turned = new Float64Array(count * n)
    for (let k = 0; k < count; k++) {
      for (let i = 0; i < n; i++) {
        const factor = axes[k * n + i]!
        for (let j = 0; j < n; j++) turned[k * n + j]! += factor * matrix[i * n + j]!
      }
    }
    axes = orthonormal(turned, n)
  }
  return axes
}

// --- internal ---

/** The span settles long before single axes do, and the span is all that matters. */
const ROUNDS = 30

/** Gram and Schmidt's rows; one that depends on the others becomes zeros. */
const orthonormal = (rows: Float64Array, n: number): Float64Array => {
  const count = rows.length / n
  for (let k = 0; k < count; k++) {
    const own = rows.subarray(k * n, (k + 1) * n)
    const before = Math.sqrt(dot(own, own))
    for (let other = 0; other < k; other++) {
      const axis = rows.subarray(other * n, (other + 1) * n)
      const along = dot(own, axis)
      for (let i = 0; i < n; i++) own[i]! -= along * axis[i]!
    }
    const length = Math.sqrt(dot(own, own))
    const factor = length > 1e-9 * before ? 1 / length : 0
    for (let i = 0; i < n; i++) own[i]! *= factor
  }
  return rows
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
