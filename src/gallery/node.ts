import { userInfo } from 'node:os'
import { XfmrError } from '../errors.ts'
import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import { searchCalibration } from './default-calibration.ts'
import type { By, Gallery, GalleryOptions } from './gallery.ts'
import { audit, readAudit } from './node/audit.ts'
import { type Context, inGallery } from './node/context.ts'
import { type Database, quoted } from './node/database.ts'
import { enrol } from './node/enrol.ts'
import { readExample } from './node/examples.ts'
import { exportLines, importLines } from './node/exchange.ts'
import { checkKey, makeKeyCheck } from './node/key-check.ts'
import { migrate } from './node/migrations.ts'
import { buildIndex, createPipelines } from './node/pipelines.ts'
import { reEmbedExample } from './node/re-embed.ts'
import { purge, removeExample, removeSubject, rename } from './node/remove.ts'
import { createSealer, PLAIN_SEALER } from './node/seal.ts'
import { createSearcher } from './node/search.ts'
import { createSizes } from './node/sizes.ts'
import { galleryStats } from './node/stats.ts'
import { listSubjects, readSubject } from './node/subjects.ts'
import { createSearchCalibrator, type SearchCalibrator } from './search-rates.ts'

export { parseKey } from './node/seal.ts'

/**
 * Opens a gallery, and makes it where there is none.
 * @throws XfmrError `E_GALLERY` when the place holds no gallery and can't become one, can't be reached, or is of a newer xfmr;
 * `E_GALLERY_BUSY` when another process has the folder; `E_GALLERY_KEY` when the gallery is encrypted and the key is missing or
 * wrong, or when it is not and a key was given; `E_NOT_FOUND` when there is none and `create` is false
 * @example
 * const gallery = await openGallery({ location: 'people' })
 * await gallery.enrol([{ subject: 'Ada', ...(await templateOf(xfmr, await readPhoto('ada.jpg'))) }])
 * const [result] = await gallery.search([await templateOf(xfmr, await readPhoto('who.jpg'))])
 */
export const openGallery = async (options: GalleryOptions): Promise<Gallery> => {
  const { location, create = true, connections } = options
  const database = isServer(location)
    ? await (await import('./node/server.ts')).openServer(location, connections ? { connections } : {})
    : await (await import('./node/embedded.ts')).openEmbedded(location, { create })
  try {
    return await galleryOn(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Whether a place is a Postgres server, rather than a folder. */
export const isServer = (location: string): boolean => /^postgres(ql)?:\/\//i.test(location)

/** A gallery on a database that is open already; closing the gallery closes it. */
export const galleryOn = async (
  database: Database,
  options: Omit<GalleryOptions, 'location'>,
): Promise<Gallery> => {
  const { context, calibrations } = await openContext(database, options)
  const pipelines = createPipelines(context)
  const sizes = createSizes(context)
  const search = createSearcher(context, pipelines, sizes, calibratorsOf(calibrations))
  let closed = false
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new XfmrError('E_GALLERY', 'The gallery was closed.')
    return inGallery(database.location, work)
  }
  const changing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await guarded(work)
    } finally {
      sizes.changed()
    }
  }
  const actorOf = (by: By = {}): string => by.actor ?? context.actor
  return {
    location: database.location,
    encrypted: context.encrypted,
    enrol: (examples, by) =>
      changing(() =>
        enrol(context, pipelines, examples, {
          actor: actorOf(by),
          action: 'enrol',
          mixed: by?.mixed ?? false,
        }),
      ),
    search: (probes, by = {}) => guarded(() => search(probes, { ...by, actor: actorOf(by) })),
    subjects: list => guarded(() => listSubjects(context, list)),
    subject: name => guarded(() => readSubject(context, name)),
    example: id => guarded(() => readExample(context, id)),
    rename: (from, to, by) => guarded(() => rename(context, from, to, actorOf(by))),
    removeSubject: (name, by) => changing(() => removeSubject(context, pipelines, name, actorOf(by))),
    removeExample: (id, by) => changing(() => removeExample(context, pipelines, id, actorOf(by))),
    reEmbedExample: (id, template, by) =>
      changing(() => reEmbedExample(context, pipelines, id, template, actorOf(by))),
    purge: by =>
      guarded(async () => {
        await purge(context, pipelines)
        await audit(database, context.s, { actor: actorOf(by), action: 'purge' })
      }),
    stats: () => guarded(() => galleryStats(context, pipelines)),
    exportLines: by => exportLines(context, { ...by, actor: actorOf(by) }),
    importLines: (lines, by) => changing(() => importLines(context, pipelines, lines, actorOf(by))),
    audit: ({ limit = 100 } = {}) => guarded(() => readAudit(context, limit)),
    buildIndex: name =>
      changing(async () => {
        const pipeline = await pipelines.find(name)
        if (!pipeline) throw new XfmrError('E_USAGE', `The gallery holds no faces of the pipeline "${name}".`)
        await buildIndex(context, pipeline)
        sizes.forget()
      }),
    close: async () => {
      if (closed) return
      closed = true
      await database.close()
    },
  }
}

/** Migrates the database and checks the key: what everything on a gallery begins with. */
export const openContext = async (
  database: Database,
  { key, actor, calibrations = [], schema = 'xfmr' }: Omit<GalleryOptions, 'location'>,
): Promise<{ context: Context; calibrations: readonly CalibrationFile[] }> =>
  inGallery(database.location, async () => {
    const sealer = key ? createSealer(key) : PLAIN_SEALER
    await migrate(database, { schema, keyCheck: key ? makeKeyCheck(sealer) : null })
    const s = quoted(schema)
    await checkKey(database, s, key ? sealer : undefined)
    const context = { database, s, sealer, encrypted: key !== undefined, actor: actor ?? userName() }
    return { context, calibrations }
  })

// --- internal ---

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

const calibratorsOf = (
  given: readonly CalibrationFile[],
): ((pipeline: string) => SearchCalibrator | undefined) => {
  const known = new Map<string, SearchCalibrator | undefined>()
  return pipeline => {
    if (!known.has(pipeline)) {
      const file = given.find(one => one.pipeline === pipeline) ?? searchCalibration(pipeline)
      known.set(pipeline, file && createSearchCalibrator(file))
    }
    return known.get(pipeline)
  }
}
