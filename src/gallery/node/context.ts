import { XfmrError } from '../../errors.ts'
import { type Database, type Queryable, type Row, sqlState } from './database.ts'
import type { Sealer } from './seal.ts'

/** What the parts of a gallery share. */
export type Context = {
  readonly database: Database
  /** Schema of the tables, quoted. */
  readonly s: string
  readonly sealer: Sealer
  readonly encrypted: boolean
  readonly actor: string
}

/** A pipeline that the gallery holds faces of. */
export type PipelineRow = {
  readonly id: number
  readonly name: string
  readonly dimensions: number
}

/** The table that holds the faces of one pipeline. */
export const partitionOf = (s: string, pipeline: number): string => `${s}.example_p${pipeline}`

/** An array of rows as the one parameter of `jsonb_to_recordset`: works the same with every client. */
export const rowsParam = (rows: readonly Row[]): string => JSON.stringify(rows)

export const toBase64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')

/**
 * Runs a transaction again when others got in its way: a deadlock, or a subject that was removed between being
 * found and being used.
 */
export const retried = async <T>(database: Database, work: (tx: Queryable) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.transaction(work)
    } catch (error) {
      const again = error === CHANGED_MEANWHILE || TRANSIENT.has(sqlState(error) ?? '')
      if (!again || attempt === ATTEMPTS) throw error
      await new Promise(resolve => setTimeout(resolve, attempt * 10 * (1 + Math.random())))
    }
  }
}

/** Thrown inside {@link retried}: what was read is no longer so. */
export const CHANGED_MEANWHILE = new XfmrError(
  'E_GALLERY',
  'Others kept changing the same subjects meanwhile. Try again.',
)

/** Errors of the database, and of a connection that broke, as `E_GALLERY`; our own ones as they are. */
export const inGallery = async <T>(location: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof XfmrError) throw cause
    throw new XfmrError('E_GALLERY', `The gallery in ${location} failed: ${(cause as Error).message}`, {
      cause,
    })
  }
}

// --- internal ---

const ATTEMPTS = 8

/** Deadlock, serialization failure, a reference to a row that is gone. */
const TRANSIENT: ReadonlySet<string> = new Set(['40P01', '40001', '23503'])
