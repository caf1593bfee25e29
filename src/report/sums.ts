import { fixed, roundTogether } from './numbers.ts'
import type { Cells } from './schema.ts'

/** The score of a pair as a sum over one face, rounded so that it can be checked by adding up what is printed. */
export type ShownSum = {
  /** Rows of rounded cells. */
  readonly cells: Cells
  readonly total: number
  readonly raised: { readonly sum: number; readonly count: number }
  readonly lowered: { readonly sum: number; readonly count: number }
  readonly bias: number
  /** What neither cells nor bias account for; 0 where the decomposition is exact. */
  readonly rest: number
  readonly score: number
}

/** Decimals of every number that takes part in a printed sum. */
export const SUM_DECIMALS = 4

/** Rounds cells, bias and what is left together. */
export const shownSum = (cells: Cells, bias: number, score: number, exact: boolean): ShownSum => {
  const flat = cells.flat()
  const rest = exact ? [] : [score - bias - add(flat)]
  const rounded = roundTogether([...flat, bias, ...rest], SUM_DECIMALS, score)
  const shown = rounded.slice(0, flat.length)
  const columns = cells[0]!.length
  const part = (keep: (value: number) => boolean) => {
    const kept = shown.filter(keep)
    return { sum: tidy(add(kept)), count: kept.length }
  }
  return {
    cells: cells.map((_, row) => shown.slice(row * columns, (row + 1) * columns)),
    total: tidy(add(shown)),
    raised: part(value => value > 0),
    lowered: part(value => value < 0),
    bias: rounded[flat.length]!,
    rest: rounded[flat.length + 1] ?? 0,
    score: tidy(score),
  }
}

/** The sum in one line: `0.9417 (49 cells) − 0.1665 (bias) = 0.7752 (score)`. */
export const sumLine = ({ cells, total, bias, rest, score }: ShownSum): string => {
  const term = (value: number, name: string): string =>
    `${value < 0 ? '\u2212' : '+'} ${fixed(Math.abs(value))} (${name})`
  return [
    `${fixed(total)} (${cells.flat().length} cells)`,
    term(bias, 'bias'),
    ...(rest === 0 ? [] : [term(rest, 'not accounted for')]),
    `= ${fixed(score)} (score)`,
  ].join(' ')
}

// --- internal ---

const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Sums of decimal fractions are off by a few units of the 17th digit. */
const tidy = (value: number): number => Number(value.toFixed(SUM_DECIMALS))
