import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { XfmrError } from '../errors.ts'
import { photosIn } from '../image/node/folder.ts'
import { jsonLines } from './_gallery.ts'

/** Something to enrol: a photo, or a line of JSON with an embedding. */
export type EnrolInput = { readonly subject: string } & (
  | { readonly photo: string }
  | { readonly line: Record<string, unknown>; readonly label: string }
)

/**
 * What the words of the command line stand for. A photo goes to `subject`, or to its file's name without the extension. Of a
 * folder, every folder in it is a subject with its photos, and photos beside those are subjects of their own; with `subject` all
 * photos below it are that subject's. Lines of a `.jsonl` file name a `photo` or hold an `embedding`, and a `subject` of their own.
 * @throws XfmrError `E_NOT_FOUND` for a folder without photos, `E_BAD_LINE`
 */
export const enrolInputs = async (
  paths: readonly string[],
  subject: string | undefined,
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
      ? await ofFolder(path, subject)
      : [{ subject: subject ?? stemOf(path), photo: path }]
    if (found.length === 0) throw new XfmrError('E_NOT_FOUND', `There is no photo in the folder ${path}.`)
    inputs.push(...found)
  }
  return inputs
}

// --- internal ---

const stemOf = (path: string): string => basename(path, extname(path))

const ofFolder = async (folder: string, subject: string | undefined): Promise<EnrolInput[]> => {
  if (subject !== undefined) {
    return (await photosIn(folder, { recursive: true })).map(photo => ({ subject, photo }))
  }
  const beside = await photosIn(folder, { recursive: false })
  const inputs: EnrolInput[] = beside.map(photo => ({ subject: stemOf(photo), photo }))
  const folders = (await readdir(folder, { withFileTypes: true }))
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()
  for (const name of folders) {
    for (const photo of await photosIn(join(folder, name), { recursive: true })) {
      inputs.push({ subject: name, photo })
    }
  }
  return inputs
}

const inputOf = (value: unknown, path: string, number: number, subject: string | undefined): EnrolInput => {
  const line = (value ?? {}) as Record<string, unknown>
  const label = `line ${number} of ${path}`
  const name =
    line.subject ?? subject ?? (typeof line.photo === 'string' ? folderOrStem(line.photo) : undefined)
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

/** As in a folder of subjects: `people/Ada/1.jpg` is Ada's. */
const folderOrStem = (photo: string): string => {
  const folder = basename(dirname(photo))
  return folder === '' || folder === '.' ? stemOf(photo) : folder
}
