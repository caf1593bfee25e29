import { stat } from 'node:fs/promises'
import { XfmrError } from '../errors.ts'
import { photosIn } from '../image/node/folder.ts'

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
    const photos = await photosIn(path, { recursive })
    if (photos.length === 0) {
      const hint = recursive ? '' : ' Use --recursive to look into its folders too.'
      throw new XfmrError('E_NOT_FOUND', `There is no photo in the folder ${path}.${hint}`)
    }
    for (const photo of photos) found.add(photo)
  }
  return [...found]
}
