import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { XfmrError } from '../errors.ts'

/**
 * Writes files into a folder, which is made where it is missing. Each file is written under another name first, so that
 * an interruption leaves no half-written file with its final name. Files of the same name are replaced.
 * @param files contents by path inside the folder, with forward slashes
 * @throws XfmrError `E_WRITE` when the folder can't be made or written
 */
export const writeFolder = async (
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> => {
  try {
    for (const [name, content] of Object.entries(files)) {
      const path = join(folder, name)
      const partial = `${path}.${process.pid}.partial`
      await mkdir(dirname(path), { recursive: true })
      try {
        await writeFile(partial, content)
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true })
        throw error
      }
    }
  } catch (cause) {
    const { message } = cause as Error
    throw new XfmrError('E_WRITE', `Can't write to ${folder}: ${message}. Choose another --out.`, { cause })
  }
}
