import { quote, readCsv } from './_csv.ts'
import { badPairs, type Pair, type PairList, type PairProblem, pairProblems } from './pairs.ts'

/**
 * Reads pairs from a CSV file with a header. Columns: `a`, `b` (paths of the photos), `same` (1/0, true/false or
 * same/different), and if wanted `identity_a` with `identity_b`, and `fold` (1, 2, ...). Other columns are ignored.
 *
 * Without identities, photos count as one person when genuine pairs connect them; that is what intervals are
 * resampled by, and a pair labelled different within one person is an error.
 * @param name For messages.
 * @throws XfmrError `E_BAD_PAIRS` naming the first problem and its line; all of them are in `details.problems`.
 */
export const parseCsvPairs = (text: string, name = 'pairs.csv'): PairList => {
  const [header, ...rows] = readCsv(text, name)
  const columns = new Map(header?.fields.map((column, i) => [column.trim().toLowerCase(), i]))
  const missing = ['a', 'b', 'same'].filter(column => !columns.has(column))
  if (columns.has('identity_a') !== columns.has('identity_b'))
    missing.push('identity_a and identity_b (both or none)')
  if (missing.length > 0)
    throw badPairs(name, [{ problem: `the header lacks ${missing.join(', ')}`, line: 1 }])

  const problems: PairProblem[] = []
  const pairs: Pair[] = []
  const lines: number[] = []
  for (const { fields, line } of rows) {
    const read = readRow(fields, columns)
    if (typeof read === 'string') problems.push({ problem: read, line })
    else {
      pairs.push(read)
      lines.push(line)
    }
  }
  const folds = pairs.reduce((most, { fold }) => Math.max(most, fold), 1)
  const named = columns.has('identity_a') ? pairs : nameByConnection(pairs)
  problems.push(...pairProblems(named, folds, lines))
  if (problems.length > 0) throw badPairs(name, problems)
  return { pairs: named, folds }
}

/** Writes pairs as CSV with all columns. @param scores Adds a column `score`; `null` leaves the field empty. */
export const formatCsvPairs = (
  { pairs }: Pick<PairList, 'pairs'>,
  scores?: readonly (number | null)[],
): string => {
  const header = ['a', 'b', 'same', 'identity_a', 'identity_b', 'fold', ...(scores ? ['score'] : [])]
  const rows = pairs.map(({ a, b, same, fold }, i) => {
    const score = scores ? [scores[i] === null ? '' : String(scores[i])] : []
    return [a.photo, b.photo, same ? '1' : '0', a.identity, b.identity, String(fold), ...score]
  })
  return [header, ...rows].map(row => `${row.map(quote).join(',')}\n`).join('')
}

/**
 * Reads the column `score` of such a file.
 * @returns One for each pair, `null` where the field is empty.
 * @throws XfmrError `E_BAD_PAIRS` when there is no such column or a score is no number.
 */
export const parseCsvScores = (text: string, name = 'scores.csv'): (number | null)[] => {
  const [header, ...rows] = readCsv(text, name)
  const column = header?.fields.findIndex(field => field.trim().toLowerCase() === 'score') ?? -1
  if (column < 0) throw badPairs(name, [{ problem: 'the header lacks score', line: 1 }])
  return rows.map(({ fields, line }) => {
    const field = fields[column]?.trim() ?? ''
    const score = Number(field)
    if (!Number.isFinite(score)) throw badPairs(name, [{ problem: `"${field}" is no score`, line }])
    return field === '' ? null : score
  })
}

// --- internal ---

const SAME = new Map(
  Object.entries({ 1: true, true: true, same: true, 0: false, false: false, different: false }),
)

const readRow = (fields: readonly string[], columns: ReadonlyMap<string, number>): Pair | string => {
  if (fields.length !== columns.size) return `expected ${columns.size} fields, found ${fields.length}`
  const at = (column: string): string => fields[columns.get(column) ?? -1]?.trim() ?? ''
  const same = SAME.get(at('same').toLowerCase())
  if (same === undefined) return `"${at('same')}" is no label; use 1 or 0, true or false, same or different`
  const fold = columns.has('fold') ? at('fold') : '1'
  if (!/^[1-9]\d{0,3}$/.test(fold)) return `"${fold}" is no fold; folds are numbered from 1`
  for (const column of ['a', 'b', 'identity_a', 'identity_b']) {
    if (columns.has(column) && at(column) === '') return `${column} is empty`
  }
  return {
    a: { photo: at('a'), identity: at('identity_a') },
    b: { photo: at('b'), identity: at('identity_b') },
    same,
    fold: Number(fold),
  }
}

/** Gives photos that genuine pairs connect one name, after the first of them (union-find). */
const nameByConnection = (pairs: readonly Pair[]): Pair[] => {
  const parent = new Map<string, string>()
  const rootOf = (photo: string): string => {
    let root = photo
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up
    if (root !== photo) parent.set(photo, root)
    return root
  }
  for (const { a, b, same } of pairs) {
    const [first, second] = [rootOf(a.photo), rootOf(b.photo)]
    if (same && first !== second) parent.set(second, first)
  }
  const named = (photo: string) => ({ photo, identity: `the person of ${rootOf(photo)}` })
  return pairs.map(pair => ({ ...pair, a: named(pair.a.photo), b: named(pair.b.photo) }))
}
