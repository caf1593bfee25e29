import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { SourceFile } from '../entry.ts'
import type { FileState } from '../store.ts'

/** SHA-256 in lower-case hexadecimal. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Subresource integrity (`sha512-` and base64) of a file, read in pieces. */
export const integrityOf = async (file: string): Promise<string> => {
  const hash = createHash('sha512')
  await pipeline(createReadStream(file), hash)
  return `sha512-${hash.digest('base64')}`
}

/** Compares a file with its pin: all of it, or its size alone (`quick`). */
export const stateOf = async (
  path: string,
  pin: Pick<SourceFile, 'sha256' | 'bytes'>,
  quick = false,
): Promise<FileState> => {
  try {
    const { size } = await stat(path)
    if (size !== pin.bytes) return 'damaged'
    return quick || sha256(await readFile(path)) === pin.sha256 ? 'ok' : 'damaged'
  } catch (error) {
    if (isMissing(error)) return 'absent'
    throw error
  }
}

/** True for the error of a path that does not exist. */
export const isMissing = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}
