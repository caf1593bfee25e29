import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { parseCsvPairs } from '../csv-pairs.ts'
import { parseLfwPairs } from '../lfw-pairs.ts'
import { badPairs, checkPhotos, type PairList } from '../pairs.ts'

/** A list of pairs with the folder that its photos lie in. */
export type PairDataset = { readonly list: PairList; readonly root: string; readonly pairsFile: string }

/**
 * Opens a data set of pairs and checks that every photo is there.
 * @param path A folder with `pairs.txt` (LFW's format) or `pairs.csv`, or such a file.
 * @param options.photos Folder of the photos. Default: `images`, `lfw` or `lfw-deepfunneled` beside the list, or the
 * folder of the list itself, whichever has the first photo.
 * @throws XfmrError `E_NOT_FOUND` without a list, `E_BAD_PAIRS` when the list is wrong or photos are missing.
 */
export const openPairDataset = async (
  path: string,
  { photos }: { photos?: string } = {},
): Promise<PairDataset> => {
  const pairsFile = await findList(path)
  const text = await readFile(pairsFile, 'utf8').catch((cause: Error) => {
    throw new XfmrError('E_READ', `${pairsFile} can't be read: ${cause.message}`, { cause })
  })
  const list = /\.csv$/i.test(pairsFile) ? parseCsvPairs(text, pairsFile) : parseLfwPairs(text, pairsFile)
  const root = photos ?? (await findRoot(dirname(pairsFile), list.pairs[0]!.a.photo))
  const problems = await checkPhotos(list, photo => isFile(join(root, photo)))
  if (problems.length > 0) throw badPairs(`${pairsFile} (photos in ${root})`, problems)
  return { list, root, pairsFile }
}

// --- internal ---

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false

const findList = async (path: string): Promise<string> => {
  const info = await stat(path).catch(() => undefined)
  if (info?.isFile()) return path
  if (!info) throw new XfmrError('E_NOT_FOUND', `There is no file or folder ${path}. Check the spelling.`)
  for (const name of ['pairs.txt', 'pairs.csv']) {
    if (await isFile(join(path, name))) return join(path, name)
  }
  throw new XfmrError(
    'E_NOT_FOUND',
    `There is no pairs.txt or pairs.csv in ${path}. Give the path of the list.`,
  )
}

const findRoot = async (folder: string, photo: string): Promise<string> => {
  for (const name of ['images', 'lfw', 'lfw-deepfunneled']) {
    if (await isFile(join(folder, name, photo))) return join(folder, name)
  }
  return folder
}
