/**
 * Solves `matrix * x = b` for several right-hand sides by Gaussian elimination with partial pivoting.
 * @param matrix n x n, row by row; not changed.
 * @returns One solution per right-hand side. A singular matrix gives values that are not finite.
 */
export const solve = (matrix: Float64Array, rightSides: readonly Float64Array[]): Float64Array[] => {
  const n = rightSides[0]!.length
  const m = matrix.slice()
  const solutions = rightSides.map(side => side.slice())
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let r = column + 1; r < n; r++) {
      if (Math.abs(m[r * n + column]!) > Math.abs(m[pivot * n + column]!)) pivot = r
    }
    if (pivot !== column) {
      for (let c = column; c < n; c++) swap(m, pivot * n + c, column * n + c)
      for (const side of solutions) swap(side, pivot, column)
    }
    for (let r = column + 1; r < n; r++) {
      const factor = m[r * n + column]! / m[column * n + column]!
      if (factor === 0) continue
      for (let c = column; c < n; c++) m[r * n + c]! -= factor * m[column * n + c]!
      for (const side of solutions) side[r]! -= factor * side[column]!
    }
  }
  for (const side of solutions) {
    for (let r = n - 1; r >= 0; r--) {
      for (let c = r + 1; c < n; c++) side[r]! -= m[r * n + c]! * side[c]!
      side[r]! /= m[r * n + r]!
    }
  }
  return solutions
}

// --- internal ---

const swap = (values: Float64Array, a: number, b: number): void => {
  const kept = values[a]!
  values[a] = values[b]!
  values[b] = kept
}
