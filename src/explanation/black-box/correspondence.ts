import type { FeatureGrid } from '../../recognition/embedding.ts'

/** Which cell of one face looks like which cell of another one. Cells row by row. */
export type Correspondence = {
  readonly width: number
  readonly height: number
  /** [cells of A, cells of B]: cosine of the two cells' features, each less the mean of its own face. */
  readonly similarity: Float32Array
  /** For each cell of A the cell of B that is most like it. */
  readonly fromA: Int32Array
  /** For each cell of B the cell of A. */
  readonly fromB: Int32Array
  /** Cells of A that are the best match of their best match. */
  readonly mutual: readonly number[]
}

/**
 * Matches the cells of two faces by their features on the last grid. What all cells of a face share (light, blur, who it is)
 * is taken out first, so that what is left tells places apart. Exchanging the faces transposes the result. Cells of the
 * last grid see far around them: a match says that the networks' features agree, not that 16 x 16 pixels do.
 * @param a, b Grids of the same size.
 */
export const patchCorrespondence = (a: FeatureGrid, b: FeatureGrid): Correspondence => {
  const { width, height, channels } = a
  const cells = width * height
  const [first, second] = [unitCells(a), unitCells(b)]
  const similarity = new Float32Array(cells * cells)
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      let sum = 0
      for (let c = 0; c < channels; c++) sum += first[i * channels + c]! * second[j * channels + c]!
      similarity[i * cells + j] = sum
    }
  }
  const best = (of: (k: number) => number): number => {
    let top = 0
    for (let k = 1; k < cells; k++) if (of(k) > of(top)) top = k
    return top
  }
  const fromA = Int32Array.from({ length: cells }, (_, i) => best(j => similarity[i * cells + j]!))
  const fromB = Int32Array.from({ length: cells }, (_, j) => best(i => similarity[i * cells + j]!))
  const mutual = [...fromA.keys()].filter(i => fromB[fromA[i]!] === i)
  return { width, height, similarity, fromA, fromB, mutual }
}

// --- internal ---

/** [cells, C]: features less the mean over the face, of length 1; 0 where nothing is left. */
const unitCells = ({ channels, width, height, data }: FeatureGrid): Float64Array => {
  const cells = width * height
  const out = new Float64Array(cells * channels)
  for (let c = 0; c < channels; c++) {
    let mean = 0
    for (let i = 0; i < cells; i++) mean += data[c * cells + i]! / cells
    for (let i = 0; i < cells; i++) out[i * channels + c] = data[c * cells + i]! - mean
  }
  for (let i = 0; i < cells; i++) {
    const row = out.subarray(i * channels, (i + 1) * channels)
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
    if (length > 1e-12) for (let c = 0; c < channels; c++) row[c]! /= length
  }
  return out
}
