import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { XfmrError } from '../errors.ts'
import { CATALOGUE, DEFAULT_RECOGNISER } from './catalogue.ts'
import { CATALOGUE_ORIGINS } from './contract.ts'
import type { Entry, SourceFile } from './entry.ts'
import { isMissing, sha256 } from './node/digest.ts'
import { damaged, repairOf, writing } from './node/errors.ts'
import { fetcher, statesOf } from './node/fetch.ts'
import { defaultHome } from './node/home.ts'
import { withLock } from './node/lock.ts'
import { pathOf, withScratch } from './node/place.ts'
import type { ModelStore, NewModel, StoredRecogniser, StoreOptions } from './store.ts'

export { defaultHome } from './node/home.ts'

/** The model store of this machine (or of the given folder). Touches nothing until it is used. */
export const modelStore = ({
  home = defaultHome(),
  offline = !['', '0', undefined].includes(process.env.XFMR_OFFLINE),
  onProgress = () => {},
  catalogue = CATALOGUE,
}: StoreOptions = {}): ModelStore => {
  const { fetch, fetchFrom } = fetcher({ home, offline, catalogue, onProgress })
  const pinned = (name: string): Entry | undefined => catalogue.find(entry => entry.name === name)

  const load = async (entry: Entry, file: SourceFile): Promise<Uint8Array> => {
    const path = pathOf(home, entry.source, file)
    let bytes = await readIfThere(path)
    if (!bytes) {
      await fetch(entry)
      bytes = await readFile(path)
    }
    if (sha256(bytes) !== file.sha256) throw damaged(entry.name, path, repairOf(entry))
    return bytes
  }

  const recogniser = async (name: string = DEFAULT_RECOGNISER): Promise<StoredRecogniser> => {
    const entry = pinned(name)
    if (!entry) return loadAdded(name)
    if (entry.kind !== 'recogniser')
      throw new XfmrError('E_USAGE', `"${name}" is not a recogniser (${entry.kind}).`)
    const file = fileOf(entry)
    const bytes = await load(entry, file)
    const { contract, card } = entry
    return {
      name,
      bytes,
      sha256: file.sha256,
      contract,
      origins: CATALOGUE_ORIGINS,
      notes: [],
      licence: card.licence,
    }
  }

  const loadAdded = async (name: string): Promise<StoredRecogniser> => {
    const { addedPath, readAdded } = await import('./node/added.ts')
    const model = await readAdded(home, name)
    if (!model) throw await unknown(name)
    const path = addedPath(home, name)
    const bytes = await readIfThere(path)
    if (!bytes || sha256(bytes) !== model.sha256) {
      throw damaged(name, path, repairOf(model))
    }
    const { sha256: hash, contract, origins, notes, licence } = model
    return { name, bytes, sha256: hash, contract, origins, notes, licence }
  }

  const complete = async (name: string, repair: boolean): Promise<boolean> => {
    const entry = pinned(name)
    if (!entry) {
      await loadAdded(name)
      return false
    }
    const states = await statesOf(entry, home)
    const bad = states.indexOf('damaged')
    if (bad >= 0 && !repair)
      throw damaged(name, pathOf(home, entry.source, entry.files[bad]!), repairOf(entry))
    if (states.every(state => state === 'ok')) return false
    await fetch(entry)
    return true
  }

  const unknown = async (name: string): Promise<XfmrError> => {
    const known = (await list()).map(listed => listed.name).join(', ')
    const message = `There is no model or photo set "${name}". Known: ${known}. Add your own with "xfmr models add".`
    return new XfmrError('E_MODEL_MISSING', message)
  }

  const list = async () => (await import('./node/survey.ts')).listModels(home, catalogue)

  const add = async (
    bytes: Uint8Array,
    { replace = false, notes = [], licence = 'not given', ...rest }: NewModel,
  ) => {
    const { checkName, readAdded, writeAdded } = await import('./node/added.ts')
    const { name, contract, origins } = rest
    checkName(name)
    if (pinned(name)) {
      throw new XfmrError('E_USAGE', `"${name}" belongs to the catalogue. Choose another name with --name.`)
    }
    const model = {
      name,
      sha256: sha256(bytes),
      bytes: bytes.length,
      contract,
      origins,
      notes: [...notes],
      licence,
    }
    const write = async () => {
      if (!replace && (await readAdded(home, name))) {
        throw new XfmrError(
          'E_USAGE',
          `There is a model "${name}" already. Use --replace, or another --name.`,
        )
      }
      await withScratch(home, scratch => writeAdded(model, bytes, { home, scratch }))
    }
    await writing(home, () => withLock(home, write))
    return { name, bytes, sha256: model.sha256, contract, origins, notes, licence }
  }

  return {
    home,
    path: (name, file) => {
      const entry = pinned(name)
      if (!entry)
        throw new XfmrError('E_MODEL_MISSING', `There is no model or photo set "${name}" in the catalogue.`)
      return pathOf(home, entry.source, fileOf(entry, file))
    },
    bytes: async (name, file) => {
      const entry = pinned(name)
      return entry ? load(entry, fileOf(entry, file)) : (await loadAdded(name)).bytes
    },
    recogniser,
    ensure: async name => void (await complete(name, false)),
    pull: name => complete(name, true),
    pullFrom: fetchFrom,
    verify: async name => {
      const { checkFiles } = await import('./node/survey.ts')
      const checks = await checkFiles(home, catalogue, name)
      if (checks.length === 0) throw await unknown(name ?? '')
      return checks
    },
    list,
    add,
  }
}

// --- internal ---

const readIfThere = async (path: string): Promise<Uint8Array | undefined> => {
  try {
    return await readFile(path)
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw new XfmrError('E_READ', `Can't read ${path}: ${(cause as Error).message}`, { cause })
  }
}

const fileOf = (entry: Entry, file?: string): SourceFile => {
  const names = entry.files.map(({ path }) => basename(path))
  const index = file === undefined && names.length === 1 ? 0 : names.indexOf(file ?? '')
  if (index >= 0) return entry.files[index]!
  const asked = file === undefined ? 'has several files, name one' : `has no file "${file}"`
  throw new XfmrError('E_NOT_FOUND', `"${entry.name}" ${asked}: ${names.join(', ')}.`)
}
