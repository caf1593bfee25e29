import { basename, dirname, join, relative } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { TrainingPhoto } from '../../../training/faces/training-photo.ts'
import { listPhotos } from '../../_photos.ts'

/** What every training reads and where it writes. @param files Names of the written files, for the help */
export const peopleOptions = (files: string) =>
  ({
    paths: { type: 'positional', description: 'Folders with one folder of unmasked photos a person' },
    out: { type: 'string', valueHint: 'DIR', required: true, description: `Folder for ${files}` },
  }) as const

/**
 * The photos of folders with one folder a person.
 * @param perPerson most photos of a person
 * @param most most photos of each folder
 * @throws XfmrError `E_BAD_DATASET` for fewer than ten people
 */
export const choosePhotos = async (
  folders: readonly string[],
  perPerson: number,
  most: number,
): Promise<TrainingPhoto[]> => {
  const chosen: TrainingPhoto[] = []
  for (const folder of folders) {
    const counts = new Map<string, number>()
    let taken = 0
    for (const path of await listPhotos([folder], { recursive: true })) {
      const name = join(basename(folder), relative(folder, path)).replaceAll('\\', '/')
      const identity = dirname(name)
      const count = counts.get(identity) ?? 0
      if (count >= perPerson || taken >= most) continue
      counts.set(identity, count + 1)
      taken++
      chosen.push({ path, name, identity })
    }
  }
  const people = peopleIn(chosen)
  if (people < 10) {
    throw new XfmrError(
      'E_BAD_DATASET',
      `Training needs photos of at least 10 people, one folder each; found ${people}.`,
    )
  }
  return chosen
}

/** The command that made a model, for its card: what was asked for, without the places that only this machine has. */
export const trainCommand = (
  part: string,
  folders: readonly string[],
  args: Readonly<Record<string, unknown>>,
): string => {
  const wishes = Object.entries(args).flatMap(([name, value]): string[] => {
    if (value === undefined || OF_THIS_MACHINE.has(name) || /[A-Z]/.test(name)) return []
    if (value === true) return [`--${name}`]
    if (value === false) return [`--no-${name}`]
    const text = String(value)
    return [`--${name}`, name === 'exclude' ? text.split(',').map(shortPath).join(',') : text]
  })
  return ['xfmr train', part, ...folders.map(folder => basename(folder)), ...wishes].join(' ')
}

/** The last two parts of a folder's path: `lfw/images`. */
export const shortPath = (folder: string): string => join(basename(dirname(folder)), basename(folder))

export const peopleIn = (photos: readonly TrainingPhoto[]): number =>
  new Set(photos.map(({ identity }) => identity)).size

// --- internal ---

const OF_THIS_MACHINE = new Set(['_', 'paths', 'out', 'run', 'work', 'resume', 'jobs', 'json', 'help'])
