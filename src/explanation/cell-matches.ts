import { XfmrError } from '../errors.ts'
import type { FloatMap } from '../image/map.ts'
import type { FeatureGrid } from '../recognition/embedding.ts'
import { type Correspondence, patchCorrespondence } from './black-box/correspondence.ts'

/** A cell of A and where it is found again on B. Cells are numbers, row by row. */
export type CellMatch = {
  readonly cell: number
  /** What the cell added to the target. */
  readonly contribution: number
  /** True when it is also the best match of its best match. */
  readonly mutual: boolean
  /** The cells of B that are most like it, best first. */
  readonly best: readonly { readonly cell: number; readonly cosine: number }[]
}

export type CellMatches = Correspondence & {
  /** Of the cells that were asked for. */
  readonly chosen: readonly CellMatch[]
}

/**
 * Which cells of B look like cells of A, see {@link patchCorrespondence}.
 * @param contributions What each cell of A added to the target.
 * @param cells Numbers of cells of A. Default: the six that added most.
 * @param count Cells of B for each.
 * @throws XfmrError `E_USAGE` for a cell that the grid does not have
 */
export const cellMatches = (
  a: FeatureGrid,
  b: FeatureGrid,
  contributions: FloatMap,
  {
    cells = strongest(contributions),
    count = 3,
  }: { cells?: readonly number[] | undefined; count?: number } = {},
): CellMatches => {
  const found = patchCorrespondence(a, b)
  const all = found.width * found.height
  const mutual = new Set(found.mutual)
  const chosen = cells.map((cell): CellMatch => {
    if (!Number.isInteger(cell) || cell < 0 || cell >= all)
      throw new XfmrError('E_USAGE', `There is no cell ${cell}: the last grid has cells 0 to ${all - 1}.`)
    const row = found.similarity.subarray(cell * all, (cell + 1) * all)
    const ranked = Array.from(row.keys()).sort((i, j) => row[j]! - row[i]! || i - j)
    return {
      cell,
      contribution: contributions.data[cell]!,
      mutual: mutual.has(cell),
      best: ranked.slice(0, count).map(other => ({ cell: other, cosine: row[other]! })),
    }
  })
  return { ...found, chosen }
}

// --- internal ---

const SHOWN = 6

const strongest = ({ data }: FloatMap): number[] =>
  Array.from(data.keys())
    .sort((i, j) => data[j]! - data[i]! || i - j)
    .slice(0, SHOWN)
