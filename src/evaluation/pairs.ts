import { XfmrError } from '../errors.ts'

/** A photo of a data set. */
export type PhotoRef = {
  /** Path below the data set's folder, with forward slashes. */
  readonly photo: string
  readonly identity: string
}

/** Two photos and whether they show the same person. */
export type Pair = {
  readonly a: PhotoRef
  readonly b: PhotoRef
  readonly same: boolean
  /** Cross-validation fold, from 1; always 1 where the list has no folds. */
  readonly fold: number
}

export type PairList = { readonly pairs: readonly Pair[]; readonly folds: number }

/** Something wrong with a list of pairs. */
export type PairProblem = {
  readonly problem: string
  /** Line of the file, from 1. */
  readonly line?: number
  readonly photo?: string
}

/**
 * Finds photos that don't exist, and persons in genuine pairs who are left with fewer than two photos.
 * @param exists Whether a photo is there; called once for each.
 */
export const checkPhotos = async (
  { pairs }: PairList,
  exists: (photo: string) => boolean | Promise<boolean>,
): Promise<PairProblem[]> => {
  const there = new Map<string, boolean>()
  const photos = new Map<string, Set<string>>()
  for (const { photo, identity } of pairs.flatMap(({ a, b }) => [a, b])) {
    if (!there.has(photo)) there.set(photo, await exists(photo))
    const found = photos.get(identity) ?? new Set()
    photos.set(identity, there.get(photo) ? found.add(photo) : found)
  }
  const missing = [...there]
    .filter(([, found]) => !found)
    .map(([photo]) => ({ problem: `${photo} does not exist`, photo }))
  const wanted = new Set(pairs.filter(pair => pair.same).map(pair => pair.a.identity))
  const alone = [...wanted].filter(identity => photos.get(identity)!.size === 1)
  return [
    ...missing,
    ...alone.map(identity => ({ problem: `${identity} has one photo, so no genuine pair` })),
  ]
}

/**
 * Checks what a parser read: duplicates, contradicting labels, photos paired with themselves, empty folds.
 * @param lines The line of each pair.
 */
export const pairProblems = (
  pairs: readonly Pair[],
  folds: number,
  lines: readonly number[],
): PairProblem[] => {
  const problems: PairProblem[] = []
  const seen = new Map<string, number>()
  const owners = new Map<string, string>()
  const counts = Array.from({ length: folds }, () => ({ same: 0, different: 0 }))
  pairs.forEach((pair, i) => {
    const { a, b, same, fold } = pair
    const line = lines[i]!
    const complain = (problem: string): void => void problems.push({ problem, line })
    const names = `${a.photo} and ${b.photo}`
    const key = JSON.stringify([a.photo, b.photo].sort())
    const earlier = seen.get(key)
    if (earlier === undefined) seen.set(key, i)
    if (a.photo === b.photo) complain(`${a.photo} is paired with itself; a pair needs two photos`)
    else if (earlier !== undefined && pairs[earlier]!.same === same)
      complain(`${names} were paired in line ${lines[earlier]} already`)
    else if (earlier !== undefined)
      complain(`${names} are labelled ${label(same)}, but ${label(!same)} in line ${lines[earlier]}`)
    else if (same && a.identity !== b.identity)
      complain(`${names} are labelled same, but show ${a.identity} and ${b.identity}`)
    else if (!same && a.identity === b.identity)
      complain(`${names} are labelled different, but both show ${a.identity}`)
    for (const { photo, identity } of [a, b]) {
      const owner = owners.get(photo) ?? identity
      if (owner !== identity)
        complain(`${photo} is said to show ${identity}, and ${owner} in an earlier line`)
      owners.set(photo, owner)
    }
    counts[fold - 1]![label(same)]++
  })
  counts.forEach((count, k) => {
    for (const kind of ['same', 'different'] as const) {
      if (count[kind] === 0)
        problems.push({ problem: `fold ${k + 1} of ${folds} has no pair labelled ${kind}` })
    }
  })
  return problems
}

/** The error for a list with these problems (at least one); all of them are in `details.problems`. */
export const badPairs = (name: string, problems: readonly PairProblem[]): XfmrError => {
  const { line, problem } = problems[0]!
  const place = line === undefined ? '' : ` line ${line}`
  const others = problems.length - 1
  const more = others > 0 ? ` (and ${others} more problem${others > 1 ? 's' : ''})` : ''
  return new XfmrError('E_BAD_PAIRS', `${name}${place}: ${problem}${more}.`, { details: { problems } })
}

// --- internal ---

const label = (same: boolean): 'same' | 'different' => (same ? 'same' : 'different')
