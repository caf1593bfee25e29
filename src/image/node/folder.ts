import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** What counts as a photo in a folder. A file that is named explicitly is tried whatever its name. */
const PHOTO_TYPES = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp'])

/** Paths of the photos in a folder (and below it with `recursive`), sorted. */
export const photosIn = async (folder: string, { recursive }: { recursive: boolean }): Promise<string[]> => {
  const entries = await readdir(folder, { recursive, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile() && PHOTO_TYPES.has(extname(entry.name).toLowerCase()))
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}
