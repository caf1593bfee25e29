import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { XfmrError } from '../../errors.ts'
import { sha256 } from './digest.ts'

/** Models that this project trained; they ship with the package. */
export type OwnModel = 'mask-worn'

/** Reads a model that ships with the package. @throws XfmrError `E_MODEL_MISSING` when the package is incomplete */
export const ownModel = async (
  name: OwnModel,
): Promise<{ name: string; sha256: string; bytes: Uint8Array }> => {
  const path = join(await packageFolder(), 'models', `${name}.onnx`)
  try {
    const bytes = await readFile(path)
    return { name, sha256: sha256(bytes), bytes }
  } catch (cause) {
    throw new XfmrError('E_MODEL_MISSING', `The model ${path} is missing. Install xfmr again.`, { cause })
  }
}

// --- internal ---

/** The nearest folder above this file with a package.json: the same for the source tree and the bundle. */
const packageFolder = async (): Promise<string> => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (dirname(folder) !== folder) {
    const found = await readFile(join(folder, 'package.json')).catch(() => undefined)
    if (found) return folder
    folder = dirname(folder)
  }
  throw new XfmrError('E_MODEL_MISSING', 'The folder of the xfmr package was not found. Install xfmr again.')
}
