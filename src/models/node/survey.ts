import { basename } from 'node:path'
import { specOf } from '../catalogue.ts'
import type { Entry } from '../entry.ts'
import type { FileCheck, Listed } from '../store.ts'
import { type AddedModel, addedFolder, addedPath, listAdded } from './added.ts'
import { stateOf } from './digest.ts'
import { repairOf } from './errors.ts'
import { statesOf } from './fetch.ts'
import { pathOf } from './place.ts'

/** Reads and hashes the files of one model, or of all. An unknown name gives an empty list. */
export const checkFiles = async (
  home: string,
  catalogue: readonly Entry[],
  name?: string,
): Promise<FileCheck[]> => {
  const wanted = (model: { name: string }) => name === undefined || model.name === name
  const checks: FileCheck[] = []
  for (const entry of catalogue.filter(wanted)) {
    const states = await statesOf(entry, home)
    entry.files.forEach((file, index) => {
      const path = pathOf(home, entry.source, file)
      checks.push({
        model: entry.name,
        file: basename(file.path),
        path,
        state: states[index]!,
        repair: repairOf(entry),
      })
    })
  }
  for (const model of (await listAdded(home)).filter(wanted)) {
    const path = addedPath(home, model.name)
    checks.push({
      model: model.name,
      file: basename(path),
      path,
      state: await stateOf(path, model),
      repair: repairOf(model),
    })
  }
  return checks
}

/** Every model of the catalogue, then the added ones, with what the file sizes say about them. */
export const listModels = async (home: string, catalogue: readonly Entry[]): Promise<Listed[]> => {
  const added = await listAdded(home)
  return Promise.all([
    ...catalogue.map(entry => listPinned(entry, home)),
    ...added.map(model => listOwn(model, home)),
  ])
}

// --- internal ---

const listPinned = async (entry: Entry, home: string): Promise<Listed> => {
  const states = await statesOf(entry, home, true)
  return {
    name: entry.name,
    kind: entry.kind,
    origin: 'catalogue',
    state: states.includes('damaged') ? 'damaged' : states.includes('absent') ? 'absent' : 'present',
    files: entry.files.length,
    bytes: entry.files.reduce((sum, { bytes }) => sum + bytes, 0),
    licence: entry.card.licence,
    source: specOf(entry.source),
  }
}

const listOwn = async (model: AddedModel, home: string): Promise<Listed> => {
  const state = await stateOf(addedPath(home, model.name), model, true)
  return {
    name: model.name,
    kind: 'recogniser',
    origin: 'added',
    state: state === 'ok' ? 'present' : state,
    files: 1,
    bytes: model.bytes,
    licence: model.licence,
    source: addedFolder(home, model.name),
  }
}
