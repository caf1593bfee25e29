import { solve } from '../../solve.ts'

/** Ridge regression from one vector to another, fed pair by pair. */
export type Regression = {
  readonly pairs: number
  add(from: Float32Array, to: Float32Array): void
  /**
   * The matrix that takes `from` nearest to `to`, [size of from, size of to], row by row.
   * @param ridge Weight of the matrix' own squares beside the errors, for each pair.
   */
  matrix(ridge: number): Float32Array
}

export const createRegression = (size: number): Regression => {
  const squares = new Float64Array(size * size)
  const products = new Float64Array(size * size)
  let pairs = 0
  return {
    get pairs() {
      return pairs
    },
    add: (from, to) => {
      pairs++
      for (let i = 0; i < size; i++) {
        const factor = from[i]!
        const row = i * size
        for (let j = 0; j < size; j++) {
          squares[row + j]! += factor * from[j]!
          products[row + j]! += factor * to[j]!
        }
      }
    },
    matrix: ridge => {
      const normal = squares.slice()
      for (let i = 0; i < size; i++) normal[i * size + i]! += ridge * pairs
      const columns = Array.from({ length: size }, (_, j) =>
        Float64Array.from({ length: size }, (_, i) => products[i * size + j]!),
      )
      const solved = solve(normal, columns)
      return Float32Array.from({ length: size * size }, (_, at) => solved[at % size]![Math.floor(at / size)]!)
    },
  }
}
