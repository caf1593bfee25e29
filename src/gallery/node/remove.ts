import { XfmrError } from '../../errors.ts'
import { subjectName } from '../names.ts'
import type { Removal } from '../schema.ts'
import { audit } from './audit.ts'
import { type Context, partitionOf, retried } from './context.ts'
import type { Queryable } from './database.ts'
import { isUuid, unknownExample } from './examples.ts'
import { hasIndex, type Pipelines } from './pipelines.ts'

/** Gives a subject another name. */
export const rename = async (
  { database, s }: Context,
  from: string,
  to: string,
  actor: string,
): Promise<void> => {
  const name = subjectName(to)
  await retried(database, async tx => {
    const id = await lockSubject(tx, s, from)
    const [taken] = await tx.query<{ id: string }>(`select id::text from ${s}.subject where name = $1`, [
      name,
    ])
    if (taken && taken.id !== id) throw exists(name)
    try {
      await tx.query(`update ${s}.subject set name = $2 where id = $1`, [id, name])
    } catch (cause) {
      // Somebody else took the name a moment ago.
      if ((cause as { code?: unknown }).code === '23505') throw exists(name)
      throw cause
    }
    await audit(tx, s, { actor, action: 'rename', subjectIds: [id] })
  })
}

/** Removes a subject with all its examples. */
export const removeSubject = async (
  context: Context,
  pipelines: Pipelines,
  name: string,
  actor: string,
): Promise<Removal> => {
  const { database, s } = context
  const examples = await retried(database, async tx => {
    const id = await lockSubject(tx, s, name)
    await noteRemoval(tx, context, 'subject', id)
    const gone = await tx.query<{ id: string }>(
      `delete from ${s}.example where subject = $1 returning id::text`,
      [id],
    )
    await tx.query(`delete from ${s}.subject where id = $1`, [id])
    await audit(tx, s, { actor, action: 'remove', subjectIds: [id], exampleIds: gone.map(row => row.id) })
    return gone.length
  })
  return { subjects: 1, examples, rewritten: await clean(context, pipelines) }
}

/** Removes an example, and its subject with the last one. */
export const removeExample = async (
  context: Context,
  pipelines: Pipelines,
  id: string,
  actor: string,
): Promise<Removal> => {
  const { database, s } = context
  if (!isUuid(id)) throw unknownExample(id)
  const subjects = await retried(database, async tx => {
    // Enrolling locks the subject too: nobody gets a face between the count and the removal.
    const [owner] = await tx.query<{ id: string }>(
      `select id::text from ${s}.subject where id = (select subject from ${s}.example where id = $1) for update`,
      [id],
    )
    if (!owner) throw unknownExample(id)
    await noteRemoval(tx, context, 'id', id)
    const gone = await tx.query(`delete from ${s}.example where id = $1 returning id::text`, [id])
    if (gone.length === 0) throw unknownExample(id)
    const last = await tx.query(
      `delete from ${s}.subject where id = $1 and not exists (select 1 from ${s}.example where subject = $1) returning id::text`,
      [owner.id],
    )
    await audit(tx, s, {
      actor,
      action: 'remove',
      subjectIds: last.length > 0 ? [owner.id] : [],
      exampleIds: [id],
    })
    return last.length
  })
  return { subjects, examples: 1, rewritten: await clean(context, pipelines) }
}

/**
 * Rewrites the tables without anything that was removed, and lets go of the log of changes: no byte of it stays in the files of the
 * database. What a server archives or copies elsewhere is not reached.
 */
export const purge = async ({ database, s }: Context, pipelines: Pipelines): Promise<void> => {
  for (const { id } of await pipelines.list()) await database.query(`vacuum full ${partitionOf(s, id)}`)
  for (const table of ['subject', 'batch', 'batch_item']) await database.query(`vacuum full ${s}.${table}`)
  if (database.kind === 'embedded') await forgetLog(database)
}

// --- internal ---

/** Embedded galleries of up to this many faces are rewritten after every removal: it takes less than a second. */
const REWRITE_UP_TO = 5000

/** @throws XfmrError `E_UNKNOWN_SUBJECT` */
const lockSubject = async (tx: Queryable, s: string, name: string): Promise<string> => {
  const [row] = await tx.query<{ id: string }>(
    `select id::text from ${s}.subject where name = $1 for update`,
    [known(name)],
  )
  if (!row) throw unknownSubject(name)
  return row.id
}

/** A name that nobody can have is nobody's. @throws XfmrError `E_UNKNOWN_SUBJECT` */
export const known = (name: string): string => {
  try {
    return subjectName(name)
  } catch {
    throw unknownSubject(name)
  }
}

export const unknownSubject = (name: unknown): XfmrError =>
  new XfmrError(
    'E_UNKNOWN_SUBJECT',
    `Nobody called ${JSON.stringify(String(name).slice(0, 200))} is enrolled. "xfmr gallery list" shows who is.`,
  )

const exists = (name: string): XfmrError =>
  new XfmrError(
    'E_SUBJECT_EXISTS',
    `Somebody called ${JSON.stringify(name)} is enrolled already. Choose another name, or remove that subject first.`,
  )

/** Tells processes that keep an encrypted gallery in memory. */
const noteRemoval = async (
  tx: Queryable,
  { s, encrypted }: Context,
  column: 'id' | 'subject',
  value: string,
): Promise<void> => {
  if (!encrypted) return
  await tx.query(
    `update ${s}.pipeline set removals = removals + 1
     where id in (select pipeline from ${s}.example where ${column} = $1)`,
    [value],
  )
}

/** After a removal: takes what was removed out of index and tables. @returns whether the files were rewritten */
const clean = async (context: Context, pipelines: Pipelines): Promise<boolean> => {
  const { database, s } = context
  const all = await pipelines.list()
  const [row] = await database.query<{ examples: number }>(
    `select count(*)::int as examples from ${s}.example`,
  )
  const indexed = await Promise.all(all.map(pipeline => hasIndex(database, s, pipeline)))
  if (database.kind === 'embedded' && row!.examples <= REWRITE_UP_TO && !indexed.some(Boolean)) {
    await purge(context, pipelines)
    return true
  }
  for (const { id } of all) await database.query(`vacuum ${partitionOf(s, id)}`)
  return false
}

/** The write-ahead log still holds what was written: it starts a new file, and the old ones are deleted instead of used again. */
const forgetLog = async (database: Queryable): Promise<void> => {
  await database.query('set wal_recycle = off')
  await database.query('select pg_switch_wal()')
  await database.query('checkpoint')
  await database.query('checkpoint')
}
