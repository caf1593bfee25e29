import { readCsv } from './_csv.ts'
import { badPairs, type PairProblem, type PhotoRef } from './pairs.ts'

/** A photo of a set with real masks. */
export type FolderPhoto = PhotoRef & {
  readonly masked: boolean
  /** When the photo was taken, by any name. Two photos of a person from one session are not compared. */
  readonly session?: string
}

/**
 * Reads a list of photos from CSV with a header: `identity`, `file` (path of the photo) and if wanted `masked` (1/0,
 * true/false, yes/no; without the column nobody wears a mask) and `session`. Other columns are ignored.
 * @param name For messages.
 * @throws XfmrError `E_BAD_PAIRS` naming the first problem and its line; all of them are in `details.problems`.
 */
export const parseFolderCsv = (text: string, name = 'index.csv'): FolderPhoto[] => {
  const [header, ...rows] = readCsv(text, name)
  const columns = header?.fields.map(field => field.trim().toLowerCase()) ?? []
  const missing = ['identity', 'file'].filter(column => !columns.includes(column))
  if (missing.length > 0)
    throw badPairs(name, [{ problem: `the header lacks ${missing.join(' and ')}`, line: 1 }])
  const problems: PairProblem[] = []
  const seen = new Map<string, { line: number; identity: string; masked: boolean; session: string }>()
  for (const { fields, line } of rows) {
    const at = (column: string): string => fields[columns.indexOf(column)]?.trim() ?? ''
    const [identity, photo] = [at('identity'), at('file')]
    const masked = columns.includes('masked') ? YES.get(at('masked').toLowerCase()) : false
    const earlier = seen.get(photo)
    const complain = (problem: string): void => void problems.push({ problem, line, photo })
    if (fields.length !== columns.length)
      complain(`expected ${columns.length} fields, found ${fields.length}`)
    else if (identity === '' || photo === '') complain(`${identity === '' ? 'identity' : 'file'} is empty`)
    else if (masked === undefined) complain(`"${at('masked')}" says nothing about a mask; use 1 or 0`)
    else if (!earlier)
      seen.set(photo, { line, identity, masked, session: columns.includes('session') ? at('session') : '' })
    else if (earlier.identity !== identity || earlier.masked !== masked)
      complain(`${photo} contradicts line ${earlier.line}`)
    else complain(`${photo} is in line ${earlier.line} already`)
  }
  if (seen.size === 0 && problems.length === 0) problems.push({ problem: 'there are no photos in it' })
  if (problems.length > 0) throw badPairs(name, problems)
  return [...seen].map(([photo, { identity, masked, session }]) => ({
    photo,
    identity,
    masked,
    ...(session === '' ? {} : { session }),
  }))
}

/**
 * The photos whose file name fits a pattern, in which `*` stands for any characters and `?` for one.
 * @example `0_0_*` keeps `anna/0_0_1.jpg`
 */
export const includePhotos = <T extends PhotoRef>(photos: readonly T[], pattern: string): T[] => {
  const fits = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  )
  return photos.filter(({ photo }) => fits.test(photo.slice(photo.lastIndexOf('/') + 1)))
}

// --- internal ---

const YES = new Map(Object.entries({ 1: true, true: true, yes: true, 0: false, false: false, no: false }))
