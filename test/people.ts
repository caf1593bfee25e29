import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { samplePhotoPath } from './models.ts'

/** One sample face under the names of several people: enough to see every step of a training work, not to learn anything. */
export const samplePeople = async (folder: string, count: number, photos = 2): Promise<string> => {
  for (let person = 0; person < count; person++) {
    const place = join(folder, `p${person}`)
    await mkdir(place, { recursive: true })
    for (let i = 0; i < photos; i++) {
      await copyFile(samplePhotoPath(['cage.jpg', 'bieber_small.jpg'][i % 2]!), join(place, `${i}.jpg`))
    }
  }
  return folder
}

/** Copies samples to other names: new paths below the folder, and the files that go there. */
export const copySamples = async (
  folder: string,
  samples: Readonly<Record<string, string>>,
): Promise<void> => {
  for (const [name, sample] of Object.entries(samples)) {
    const place = join(folder, name)
    await mkdir(dirname(place), { recursive: true })
    await copyFile(samplePhotoPath(sample), place)
  }
}
