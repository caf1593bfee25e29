import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve } from 'node:path'
import { XfmrError } from '../errors.ts'
import { photosIn } from '../image/node/folder.ts'
import { jsonLines } from './_gallery.ts'

/** Something to enrol: a photo, or a line of JSON with an embedding. */
export type EnrolInput = { readonly subject: string } & (
  | { readonly photo: string }
  | { readonly line: Record<string, unknown>; readonly label: string }
)

/**
 * What the words of the command line stand for. A folder is a person: its photos go to its name, those of the folders in it
 * to theirs. A photo alone, and with `each` every photo, goes to its file's name without the extension; with `subject` all
 * go there. Lines of a `.jsonl` file name a `photo` or hold an `embedding`, and a `subject` of their own.
 * @throws XfmrError `E_NOT_FOUND` for a folder without photos, `E_BAD_LINE`
 */
export const enrolInputs = async (
  paths: readonly string[],
  { subject, each = false }: { subject?: string | undefined; each?: boolean | undefined } = {},
): Promise<EnrolInput[]> => {
  const inputs: EnrolInput[] = []
  for (const path of paths) {
    if (path === '-' || extname(path).toLowerCase() === '.jsonl') {
      let number = 0
      for await (const value of jsonLines(path)) inputs.push(inputOf(value, path, ++number, subject))
      continue
    }
    const info = await stat(path).catch(() => undefined)
    // A path that does not exist stays in the list, so that it is reported with all other failures.
    const found = info?.isDirectory()
      ? (await photosIn(path, { recursive: true })).map(photo => ({
          subject: subject ?? (each ? stemOf(photo) : folderOf(photo)),
          photo,
        }))
      : [{ subject: subject ?? stemOf(path), photo: path }]
    if (found.length === 0) throw new XfmrError('E_NOT_FOUND', `There is no photo in the folder ${path}.`)
    inputs.push(...found)
  }
  return inputs
}

// --- internal ---

const stemOf = (path: string): string => basename(path, extname(path))

/** Of `people/Ada/1.jpg`: Ada. */
const folderOf = (photo: string): string => basename(dirname(resolve(photo)))

const inputOf = (value: unknown, path: string, number: number, subject: string | undefined): EnrolInput => {
  const line = (value ?? {}) as Record<string, unknown>
  const label = `line ${number} of ${path}`
  const name = line.subject ?? subject ?? (typeof line.photo === 'string' ? folderOf(line.photo) : undefined)
  if (typeof name !== 'string') {
    throw new XfmrError('E_BAD_LINE', `The ${label} names no subject. Add one, or give --subject.`, {
      details: { line: number },
    })
  }
  if (Array.isArray(line.embedding)) return { subject: name, line, label }
  if (typeof line.photo === 'string' && line.error === undefined) return { subject: name, photo: line.photo }
  throw new XfmrError('E_BAD_LINE', `The ${label} has neither an embedding nor a photo to embed.`, {
    details: { line: number },
  })
}
