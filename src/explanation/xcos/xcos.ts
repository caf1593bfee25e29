/**
 * An explainable cosine: how similar two faces are in each cell of the last grid, how much the cell counts for this pair,
 * and the score, which is the sum of the products. Cells row by row.
 */
export type XCos = {
  readonly width: number
  readonly height: number
  /** S: cosine of the two faces' features in each cell, in [-1, 1]. */
  readonly similarity: Float64Array
  /** W: never negative, 1 in total. */
  readonly attention: Float64Array
  /** The sum over all cells of S W, in [-1, 1]; exactly 1 for a face and itself. */
  readonly score: number
}

/**
 * Puts the score together.
 * @param similarity One number a cell; brought into [-1, 1], where rounding left it.
 * @param weights One number a cell, of any positive total. Where all are 0, every cell counts alike.
 * @see Lin et al., xCos: An Explainable Cosine Metric for Face Verification Task, ACM TOMM 17 (2021), eq. 5.
 */
export const xcosOf = (
  similarity: ArrayLike<number>,
  weights: ArrayLike<number>,
  { width, height }: { width: number; height: number },
): XCos => {
  const total = sum(weights)
  const attention = Float64Array.from(weights, value => (total > 0 ? value / total : 1 / weights.length))
  const cosines = Float64Array.from(similarity, value => Math.max(-1, Math.min(1, value)))
  // Divided by what the weights add up to after rounding, so that nothing but ones gives one.
  const score = attention.reduce((before, weight, i) => before + weight * cosines[i]!, 0) / sum(attention)
  return { width, height, similarity: cosines, attention, score: Math.max(-1, Math.min(1, score)) }
}

/** What each cell added to the score: S W. */
export const productsOf = ({ similarity, attention }: XCos): Float64Array =>
  similarity.map((value, i) => value * attention[i]!)

/**
 * The score that needs no training: a head that is affine makes the embedding a sum of one vector for each cell (and a
 * constant). S is the cosine of the two faces' vectors in a cell, W the product of their lengths.
 * @param a [cells, D], the vectors of one face
 * @param b The same of the other. Exchanging the two gives the same numbers, bit for bit.
 */
export const xcosOfContributions = (
  a: Float32Array,
  b: Float32Array,
  { width, height }: { width: number; height: number },
): XCos => {
  const cells = width * height
  const dimensions = a.length / cells
  const similarity = new Float64Array(cells)
  const weights = new Float64Array(cells)
  for (let cell = 0; cell < cells; cell++) {
    let [ab, aa, bb] = [0, 0, 0]
    for (let i = cell * dimensions; i < (cell + 1) * dimensions; i++) {
      ab += a[i]! * b[i]!
      aa += a[i]! * a[i]!
      bb += b[i]! * b[i]!
    }
    const lengths = Math.sqrt(aa * bb)
    similarity[cell] = lengths > 0 ? ab / lengths : 0
    weights[cell] = lengths
  }
  return xcosOf(similarity, weights, { width, height })
}

// --- internal ---

const sum = (values: ArrayLike<number>): number => {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}
