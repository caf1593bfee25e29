import { readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { photosIn } from '../../image/node/folder.ts'
import { type FolderPhoto, includePhotos, parseFolderCsv } from '../folder-photos.ts'
import { badPairs } from '../pairs.ts'

export type FolderDataset = { readonly photos: readonly FolderPhoto[]; readonly root: string }

export type FolderDatasetOptions = {
  /** Folder that the paths of a list are relative to. Default: that of the list. */
  photos?: string
  /** Only photos whose file name fits, see `includePhotos`. */
  include?: string
  /** Without a list: photos whose path fits this pattern (`*` and `?`, matched against the file name) wear a mask. */
  masked?: string
}

/**
 * Opens a set of photos by person: a CSV list, a folder with `index.csv`, or a folder with one folder of photos for
 * each person.
 * @throws XfmrError `E_NOT_FOUND` without photos, `E_BAD_PAIRS` when the list is wrong or photos are missing,
 * `E_USAGE` when a list that says who wears a mask meets `masked`.
 */
export const openFolderDataset = async (
  path: string,
  { photos: given, include, masked }: FolderDatasetOptions = {},
): Promise<FolderDataset> => {
  const list = await findList(path)
  if (list !== undefined && masked !== undefined) {
    throw new XfmrError('E_USAGE', `${list} says itself who wears a mask: leave out --masked.`)
  }
  const root = list === undefined ? path : (given ?? dirname(list))
  const all = list === undefined ? await photosBelow(path, masked) : await photosOf(list, root)
  const photos = include === undefined ? all : includePhotos(all, include)
  if (photos.length === 0) {
    const limit = include === undefined ? '' : ` whose file name fits ${include}`
    throw new XfmrError('E_NOT_FOUND', `${path} holds no photo${limit}.`)
  }
  return { photos, root }
}

// --- internal ---

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false

const findList = async (path: string): Promise<string | undefined> => {
  const info = await stat(path).catch(() => undefined)
  if (!info) throw new XfmrError('E_NOT_FOUND', `There is no file or folder ${path}. Check the spelling.`)
  if (info.isFile()) return path
  return (await isFile(join(path, 'index.csv'))) ? join(path, 'index.csv') : undefined
}

const photosOf = async (list: string, root: string): Promise<FolderPhoto[]> => {
  const photos = parseFolderCsv(await readFile(list, 'utf8'), list)
  const problems: { problem: string; photo: string }[] = []
  for (const { photo } of photos) {
    if (!(await isFile(join(root, photo)))) problems.push({ problem: `${photo} does not exist`, photo })
  }
  if (problems.length > 0) throw badPairs(`${list} (photos in ${root})`, problems)
  return photos
}

/** Everything that isn't a photo by its name is passed over; the folder right below `root` names the person. */
const photosBelow = async (root: string, masked: string | undefined): Promise<FolderPhoto[]> => {
  const paths = await photosIn(root, { recursive: true })
  const bare = paths
    .map(path => relative(root, path).split(sep).join('/'))
    .filter(photo => photo.includes('/'))
    .sort()
    .map(photo => ({ photo, identity: photo.slice(0, photo.indexOf('/')), masked: false }))
  const worn = new Set(masked === undefined ? [] : includePhotos(bare, masked).map(({ photo }) => photo))
  return bare.map(entry => ({ ...entry, masked: worn.has(entry.photo) }))
}
