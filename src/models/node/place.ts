import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { XfmrError } from '../../errors.ts'
import { specOf } from '../catalogue.ts'
import type { Source, SourceFile } from '../entry.ts'
import { integrityOf, isMissing, stateOf } from './digest.ts'

/** Folder of a package in the store. A scoped name has a slash, which is not a folder of ours. */
export const folderOf = (home: string, source: Source): string =>
  join(home, 'packages', specOf(source).replaceAll('/', '+'))

/** Where a file of a package lies, whether it is there or not. */
export const pathOf = (home: string, source: Source, file: SourceFile): string =>
  join(folderOf(home, source), ...file.path.split('/'))

/**
 * Runs work with a fresh folder on the volume of the store, and removes the folder afterwards. Folders that a
 * killed process left behind go too, so call this under the lock only.
 */
export const withScratch = async <T>(home: string, work: (folder: string) => Promise<T>): Promise<T> => {
  const parent = join(home, 'partial')
  await rm(parent, { recursive: true, force: true })
  await mkdir(parent, { recursive: true })
  const folder = await mkdtemp(join(parent, 'work-'))
  try {
    return await work(folder)
  } finally {
    await rm(parent, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Checks a tarball against its pin.
 * @throws XfmrError `E_MODEL_INTEGRITY` when it is another file.
 */
export const checkTarball = async (tarball: string, source: Source): Promise<void> => {
  const found = await integrityOf(tarball)
  if (found === source.integrity) return
  throw new XfmrError(
    'E_MODEL_INTEGRITY',
    `The tarball of ${specOf(source)} is not the pinned one (expected ${source.integrity}, found ${found}). ` +
      'It was not used. A proxy or mirror may have changed it: try another registry (npm_config_registry).',
    { details: { package: specOf(source), expected: source.integrity, found } },
  )
}

/**
 * Takes the wanted files out of a checked tarball, checks each, and puts them in place in one step: the final
 * folder holds all of them or does not change.
 * @throws XfmrError `E_MODEL_INTEGRITY` when a file is not what the catalogue says.
 */
export const place = async (
  tarball: string,
  source: Source,
  files: readonly SourceFile[],
  { home, scratch }: { home: string; scratch: string },
): Promise<void> => {
  const staged = join(scratch, 'staged')
  await mkdir(staged)
  const wanted = new Set(files.map(({ path }) => path))
  const { extract } = await import('tar')
  await extract({
    file: tarball,
    cwd: staged,
    strip: 1,
    strict: true,
    // Links have no place here; npm strips the first folder whatever its name.
    filter: (path, entry) =>
      'type' in entry && entry.type === 'File' && wanted.has(path.split('/').slice(1).join('/')),
  })
  for (const file of files) {
    const state = await stateOf(join(staged, ...file.path.split('/')), file)
    if (state === 'ok') continue
    const wrong = state === 'absent' ? 'is missing from' : 'differs from its pin in'
    throw new XfmrError(
      'E_MODEL_INTEGRITY',
      `${file.path} ${wrong} the tarball of ${specOf(source)}. Nothing was placed.`,
    )
  }
  await swap(staged, folderOf(home, source), join(scratch, 'old'))
}

// --- internal ---

const swap = async (staged: string, final: string, aside: string): Promise<void> => {
  await mkdir(dirname(final), { recursive: true })
  try {
    await rename(final, aside)
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  await rename(staged, final)
}
