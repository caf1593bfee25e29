import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { photosIn } from '../../image/node/folder.ts'

/** A photo and where its masked version goes inside the output folder. */
export type InputPhoto = { readonly input: string; readonly name: string }

/**
 * The photos that paths stand for, with the place of each in the output folder: photos of a folder keep their relative path,
 * single files their name. Sorted within a folder; a path that does not exist stays in the list, so that it is reported.
 * @throws XfmrError `E_NOT_FOUND` a folder without photos; `E_USAGE` two inputs for one output, or an output folder that is
 * or lies in an input folder (a second run would mask the masked photos), or one that would overwrite an input
 */
export const listInputs = async (
  paths: readonly string[],
  out: string,
  recursive: boolean,
): Promise<InputPhoto[]> => {
  const photos: InputPhoto[] = []
  const target = await realPath(out)
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined)
    if (!info?.isDirectory()) {
      photos.push({ input: path, name: basename(path) })
      if ((await realPath(path)) === join(target, basename(path))) {
        throw new XfmrError('E_USAGE', `The output would overwrite ${path}. Choose another --out.`)
      }
      continue
    }
    const root = await realPath(path)
    if (target === root || target.startsWith(root + sep)) {
      throw new XfmrError(
        'E_USAGE',
        `The output folder ${out} lies in the input folder ${path}. Choose one outside of it.`,
      )
    }
    const found = await photosIn(path, { recursive })
    if (found.length === 0) {
      const hint = recursive ? '' : ' Use --recursive to look into its folders too.'
      throw new XfmrError('E_NOT_FOUND', `There is no photo in the folder ${path}.${hint}`)
    }
    for (const input of found) photos.push({ input, name: relative(path, input).split(sep).join('/') })
  }
  const owners = new Map<string, string>()
  for (const { input, name } of photos) {
    const owner = owners.get(name)
    if (owner !== undefined) {
      throw new XfmrError(
        'E_USAGE',
        `${owner} and ${input} would both be written to ${join(out, name)}. Mask them in two runs.`,
      )
    }
    owners.set(name, input)
  }
  return photos
}

// --- internal ---

/** The path with links resolved, also when its last parts do not exist yet. */
const realPath = async (path: string): Promise<string> => {
  const full = resolve(path)
  const real = await realpath(full).catch(() => undefined)
  if (real !== undefined) return real
  return dirname(full) === full ? full : join(await realPath(dirname(full)), basename(full))
}
