import { readFile } from 'node:fs/promises'
import { XfmrError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'
import type { Terminal } from './_command.ts'

/** Where the gallery is: the options of every command that opens one. */
export const GALLERY_OPTIONS = {
  db: {
    type: 'string',
    valueHint: 'PLACE',
    description:
      'Folder of the gallery, or postgres://... of a server (default: XFMR_GALLERY, else xfmr-gallery)',
  },
  'key-file': {
    type: 'string',
    valueHint: 'FILE',
    description:
      'Key of an encrypted gallery (default: XFMR_GALLERY_KEY); given when it is made, it encrypts it',
  },
} as const

export type GalleryArgs = { db?: string | undefined; 'key-file'?: string | undefined }

/**
 * Opens the gallery that the options name.
 * @param options.create Default false: a command that only reads makes no gallery.
 * @param options.calibration Path of error rates to use instead of those that ship with xfmr.
 */
export const openCliGallery = async (
  args: GalleryArgs,
  { create = false, calibration }: { create?: boolean; calibration?: string | undefined } = {},
): Promise<Gallery> => {
  const [{ openGallery }, key] = await Promise.all([import('../gallery/node.ts'), readKey(args)])
  const calibrations = calibration === undefined ? [] : [await readCalibration(calibration)]
  return openGallery({ location: placeOf(args), create, calibrations, ...(key ? { key } : {}) })
}

/** Opens the gallery, does the work, and closes it whatever happens. */
export const withGallery = async <T>(
  args: GalleryArgs,
  work: (gallery: Gallery) => Promise<T>,
  options: Parameters<typeof openCliGallery>[1] = {},
): Promise<T> => {
  const gallery = await openCliGallery(args, options)
  try {
    return await work(gallery)
  } finally {
    await gallery.close()
  }
}

/** Where the gallery is. */
export const placeOf = ({ db }: GalleryArgs): string => db ?? process.env.XFMR_GALLERY ?? 'xfmr-gallery'

/** The key, if any. @throws XfmrError `E_GALLERY_KEY`, `E_NOT_FOUND` */
export const readKey = async ({ 'key-file': file }: GalleryArgs): Promise<Uint8Array | undefined> => {
  const text = file === undefined ? process.env.XFMR_GALLERY_KEY : await readText(file)
  if (text === undefined || text === '') return undefined
  const { parseKey } = await import('../gallery/node/seal.ts')
  return parseKey(text)
}

/** Values of a JSON Lines file, each with its number. @throws XfmrError `E_BAD_LINE`, `E_NOT_FOUND` */
export async function* jsonLines(path: string): AsyncGenerator<unknown> {
  const [{ createReadStream }, { createInterface }] = await Promise.all([
    import('node:fs'),
    import('node:readline'),
  ])
  const input = path === '-' ? process.stdin : createReadStream(path)
  let number = 0
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number++
      if (line.trim() === '') continue
      yield parseLine(line, number, path)
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new XfmrError('E_NOT_FOUND', `There is no file ${path}. Check the spelling.`, { cause })
  }
}

/** How to show where this terminal stands. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** Names from elsewhere may hold anything: nothing of it may steer the terminal. */
export const shown = (name: string): string => JSON.stringify(name).slice(1, -1)

/** Warns on stderr. */
export const note = (terminal: Terminal, text: string): void => terminal.err(`${text}\n`)

// --- internal ---

const parseLine = (line: string, number: number, path: string): unknown => {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new XfmrError('E_BAD_LINE', `Line ${number} of ${path} is no JSON.`, {
      cause,
      details: { line: number },
    })
  }
}

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new XfmrError('E_NOT_FOUND', `Can't read ${path}: ${(cause as Error).message}`, { cause })
  }
}

const readCalibration = async (path: string) => {
  const { parseCalibrationFile } = await import('../evaluation/calibration-file.ts')
  return parseCalibrationFile(await readText(path), path)
}
