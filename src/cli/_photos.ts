import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { XfmrError } from '../errors.ts'

/** File types that are taken from a folder. A file that is named explicitly is tried whatever its name. */
const PHOTO_TYPES = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp'])

/**
 * The photos that the words of a command line stand for: files as they are, folders by the photos in them (and
 * below with `recursive`), in a stable order, each once. A path that does not exist stays in the list, so that it is
 * reported with all other failures.
 * @throws XfmrError `E_NOT_FOUND` when a folder holds no photo
 */
export const listPhotos = async (
  paths: readonly string[],
  { recursive = false }: { recursive?: boolean } = {},
): Promise<string[]> => {
  const found = new Set<string>()
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined)
    if (!info?.isDirectory()) {
      found.add(path)
      continue
    }
    const entries = await readdir(path, { recursive, withFileTypes: true })
    const photos = entries
      .filter(entry => entry.isFile() && PHOTO_TYPES.has(extname(entry.name).toLowerCase()))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
    if (photos.length === 0) {
      const hint = recursive ? '' : ' Use --recursive to look into its folders too.'
      throw new XfmrError('E_NOT_FOUND', `There is no photo in the folder ${path}.${hint}`)
    }
    for (const photo of photos) found.add(photo)
  }
  return [...found]
}
