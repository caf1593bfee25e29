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

export const peopleIn = (photos: readonly TrainingPhoto[]): number =>
  new Set(photos.map(({ identity }) => identity)).size
