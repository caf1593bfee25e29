import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { XfmrError } from '../../errors.ts'
import { sha256 } from './digest.ts'

/** Models that this project trained; they ship with the package. */
export type OwnModel = 'landmarks' | 'mask-worn' | 'unmask' | 'counterpart' | 'xcos'

type ModelBytes = { readonly name: string; readonly sha256: string; readonly bytes: Uint8Array }

/** Reads a model that ships with the package. @throws XfmrError `E_MODEL_MISSING` when the package is incomplete */
export const ownModel = async (name: OwnModel): Promise<ModelBytes> => {
  const path = await pathOf(name)
  try {
    return named(name, await readFile(path))
  } catch (cause) {
    throw new XfmrError('E_MODEL_MISSING', `The model ${path} is missing. Install xfmr again.`, { cause })
  }
}

/** The same for a model that xfmr also works without: `undefined` where the package has none. */
export const ownModelIfAny = async (name: OwnModel): Promise<ModelBytes | undefined> => {
  const bytes = await readFile(await pathOf(name)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new XfmrError('E_READ', `The model ${name} of xfmr can't be read: ${cause.message}`, { cause })
  })
  return bytes && named(name, bytes)
}

/** Reads a model that the user trained. It is named after its file. @throws XfmrError `E_NOT_FOUND`, `E_READ` */
export const modelFile = async (path: string): Promise<ModelBytes> => {
  try {
    return named(basename(path), await readFile(path))
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new XfmrError('E_NOT_FOUND', `There is no file ${path}. Check the spelling.`, { cause })
    throw new XfmrError('E_READ', `Can't read ${path}: ${message}`, { cause })
  }
}

/** The nearest folder above this file with a package.json: the same for the source tree and the bundle. */
export const packageFolder = async (): Promise<string> => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (dirname(folder) !== folder) {
    const found = await readFile(join(folder, 'package.json')).catch(() => undefined)
    if (found) return folder
    folder = dirname(folder)
  }
  throw new XfmrError('E_MODEL_MISSING', 'The folder of the xfmr package was not found. Install xfmr again.')
}

// --- internal ---

const named = (name: string, bytes: Uint8Array): ModelBytes => ({ name, sha256: sha256(bytes), bytes })

const pathOf = async (name: OwnModel): Promise<string> =>
  join(await packageFolder(), 'models', `${name}.onnx`)
