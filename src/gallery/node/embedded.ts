import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import { XfmrError } from '../../errors.ts'
import { type Database, type Queryable, type Row, SESSION } from './database.ts'
import { type FolderLock, lockFolder } from './lock.ts'

/**
 * Opens the embedded database in a folder, and makes it where there is none. One process at a time.
 * @throws XfmrError `E_GALLERY_BUSY`, `E_GALLERY` for a folder with something else in it or one that can't be written,
 * `E_NOT_FOUND` where there is none and `create` is false
 */
export const openEmbedded = async (folder: string, { create = true } = {}): Promise<Database> => {
  const data = join(folder, 'db')
  const there = await exists(data)
  if (!there && !create) {
    throw new XfmrError(
      'E_NOT_FOUND',
      `There is no gallery in ${folder}. Enrol somebody first, or check --db.`,
    )
  }
  if (!there) await checkEmpty(folder)
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new XfmrError('E_GALLERY', `Can't make the folder ${folder}: ${cause.message}`, { cause })
  })
  const lock = await lockFolder(folder)
  try {
    // Under another name until it is whole: a process that is killed meanwhile leaves no gallery that can't be opened.
    if (!there) await initialise(data)
    return await openData(data, folder, lock)
  } catch (cause) {
    await lock.release()
    if (cause instanceof XfmrError) throw cause
    throw new XfmrError('E_GALLERY', `Can't open the gallery in ${folder}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** The same as a `Database`, for a PGlite that is open already. */
export const embeddedDatabase = (
  db: PGlite,
  location: string,
  close: () => Promise<void> = () => db.close(),
): Database => {
  const through = (target: PGlite | Transaction): Queryable => ({
    query: async <T extends Row>(sql: string, params: readonly unknown[] = []) =>
      (await target.query<T>(sql, [...params])).rows,
  })
  return {
    kind: 'embedded',
    location,
    ...through(db),
    transaction: work => db.transaction(tx => work(through(tx))),
    close,
  }
}

// --- internal ---

const openData = async (data: string, folder: string, lock: FolderLock): Promise<Database> => {
  const db = await openPglite(data)
  for (const setting of SESSION) await db.exec(setting)
  return embeddedDatabase(db, folder, async () => {
    await db.close()
    await lock.release()
  })
}

const openPglite = async (dataDir: string): Promise<PGlite> => {
  const [{ PGlite }, { vector }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/vector'),
  ])
  return PGlite.create({ dataDir, extensions: { vector } })
}

const initialise = async (data: string): Promise<void> => {
  const partial = `${data}.partial`
  await rm(partial, { recursive: true, force: true })
  const db = await openPglite(partial)
  await db.close()
  await rename(partial, data)
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined

/** Nothing but what an interrupted attempt left. */
const checkEmpty = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw new XfmrError('E_GALLERY', `${folder} is no folder that can be read: ${cause.message}`, { cause })
  })
  const others = names.filter(name => !['db.partial', 'lock'].includes(name))
  if (others.length > 0) {
    throw new XfmrError(
      'E_GALLERY',
      `${folder} holds other files (${others[0]}), but no gallery. Choose an empty or a new folder with --db.`,
    )
  }
}
