import { badPairs, type Pair, type PairList, type PairProblem, type PhotoRef, pairProblems } from './pairs.ts'

/**
 * Reads pairs in the format of LFW's `pairs.txt`. The first line holds the number of folds and of pairs of each
 * kind in a fold ("10 300"; a single number means one fold). Each fold lists its genuine pairs
 * (`name n1 n2`), then its impostor pairs (`name1 n1 name2 n2`). Fields are separated by tabs, or by spaces where
 * a line has no tab.
 * @param text Content of the file.
 * @param name For messages.
 * @throws XfmrError `E_BAD_PAIRS` naming the first problem and its line; all of them are in `details.problems`.
 */
export const parseLfwPairs = (text: string, name = 'pairs.txt'): PairList => {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1)?.trim() === '') lines.pop()
  const header = fieldsOf(lines[0] ?? '')
  const [folds, each] = header.length === 1 ? [1, count(header[0]!)] : header.map(count)
  if (header.length > 2 || !folds || !each) {
    const problem = `expected the number of folds and of pairs in a fold, such as "10 300", not "${lines[0] ?? ''}"`
    throw badPairs(name, [{ problem, line: 1 }])
  }
  const problems: PairProblem[] = []
  const pairs: Pair[] = []
  const places: number[] = []
  lines.slice(1).forEach((text, k) => {
    const line = k + 2
    const fold = Math.floor(k / (2 * each)) + 1
    const same = k % (2 * each) < each
    if (fold > folds) return
    const read = readPair(fieldsOf(text), same, fold)
    if (typeof read === 'string') problems.push({ problem: read, line })
    else {
      pairs.push(read)
      places.push(line)
    }
  })
  const found = lines.length - 1
  if (found !== folds * each * 2) {
    problems.push({
      problem: `the header promises ${folds * each * 2} pairs (${folds} x 2 x ${each}), there are ${found}`,
    })
  }
  problems.push(...pairProblems(pairs, folds, places))
  if (problems.length > 0) throw badPairs(name, problems)
  return { pairs, folds }
}

/**
 * Writes pairs in that format.
 * @throws XfmrError `E_BAD_PAIRS` when the pairs don't fit it: photos must be named as LFW's, and every fold must
 * have the same number of genuine and of impostor pairs.
 */
export const formatLfwPairs = ({ pairs, folds }: PairList): string => {
  const of = (fold: number, same: boolean): Pair[] =>
    pairs.filter(pair => pair.fold === fold && pair.same === same)
  const each = of(1, true).length
  const lines = [`${folds}\t${each}`]
  for (let fold = 1; fold <= folds; fold++) {
    const [same, different] = [of(fold, true), of(fold, false)]
    if (same.length !== each || different.length !== each) {
      throw badPairs('The list', [
        { problem: `fold ${fold} does not have ${each} pairs of each kind, so LFW's format can't hold it` },
      ])
    }
    lines.push(...same.map(({ a, b }) => [a.identity, numberOf(a), numberOf(b)].join('\t')))
    lines.push(...different.map(({ a, b }) => [a.identity, numberOf(a), b.identity, numberOf(b)].join('\t')))
  }
  return `${lines.join('\n')}\n`
}

/** The n-th photo of a person as LFW names it: `Name/Name_0001.jpg`. */
export const lfwPhoto = (identity: string, n: number): PhotoRef => ({
  identity,
  photo: `${identity}/${identity}_${String(n).padStart(4, '0')}.jpg`,
})

// --- internal ---

const fieldsOf = (line: string): string[] =>
  line.trim() === '' ? [] : line.split(line.includes('\t') ? '\t' : / +/).map(field => field.trim())

/** A whole number from 1, or undefined. */
const count = (field: string): number | undefined =>
  /^[1-9]\d{0,8}$/.test(field) ? Number(field) : undefined

const readPair = (fields: readonly string[], same: boolean, fold: number): Pair | string => {
  if (fields.length !== (same ? 3 : 4) || fields.includes('')) {
    const wanted = same ? 'a genuine pair (name n1 n2)' : 'an impostor pair (name1 n1 name2 n2)'
    return `expected ${wanted}, found "${fields.join(' ')}"`
  }
  const [nameA, nameB] = same ? [fields[0]!, fields[0]!] : [fields[0]!, fields[2]!]
  const [n, m] = same ? [fields[1]!, fields[2]!] : [fields[1]!, fields[3]!]
  for (const number of [n, m]) if (!count(number)) return `"${number}" is no photo number`
  for (const folder of [nameA, nameB])
    if (/[/\\]|^\.\.?$/.test(folder)) return `"${folder}" is no name of a person`
  return { a: lfwPhoto(nameA, count(n)!), b: lfwPhoto(nameB, count(m)!), same, fold }
}

const numberOf = ({ identity, photo }: PhotoRef): number => {
  const found = Number(/_(\d{4,})\.jpg$/.exec(photo)?.[1])
  if (lfwPhoto(identity, found).photo !== photo) {
    throw badPairs('The list', [{ problem: `${photo} is not named as LFW names photos of ${identity}` }])
  }
  return found
}
