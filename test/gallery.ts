import { cp, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite/vector'
import type { NewExample } from '../src/gallery/gallery.ts'
import { createRandom } from '../src/random.ts'

/** A new folder for an embedded gallery. Initialising a database takes seconds, so that is done once and copied. */
export const galleryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'xfmr-gallery-'))
  await cp(await template(), join(folder, 'db'), { recursive: true })
  return folder
}

/** Opens the database of such a folder directly. */
export const openPglite = (folder: string): Promise<PGlite> =>
  PGlite.create({ dataDir: join(folder, 'db'), extensions: { vector } })

/** A vector that follows from its words. */
export const drawnVector = (length: number, ...words: (string | number)[]): Float32Array => {
  const random = createRandom(...words)
  return Float32Array.from({ length }, () => random.normal())
}

/** An example to enrol, with a vector that follows from subject and number. */
export const drawnExample = (subject: string, number = 0, length = 16): NewExample => ({
  subject,
  vector: drawnVector(length, subject, number),
  pipeline: 'pipeline/a',
})

// --- internal ---

const template = async (): Promise<string> => {
  const place = join(tmpdir(), 'xfmr-test-pglite-0.4')
  if (await stat(place).catch(() => undefined)) return place
  const own = await mkdtemp(`${place}-`)
  const db = await PGlite.create({ dataDir: own, extensions: { vector } })
  await db.close()
  // Another test file may have been faster.
  await rename(own, place).catch(() => rm(own, { recursive: true, force: true }))
  return place
}
