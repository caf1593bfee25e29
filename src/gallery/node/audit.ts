import type { AuditEntry } from '../schema.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'

export type Audited = Pick<AuditEntry, 'action'> & {
  readonly actor: string
  readonly pipeline?: string
  readonly subjectIds?: readonly string[]
  readonly exampleIds?: readonly string[]
  readonly details?: AuditEntry['details']
}

/** Writes an entry of the audit log, in the transaction of what it is about. */
export const audit = async (
  tx: Queryable,
  s: string,
  { actor, action, pipeline, subjectIds = [], exampleIds = [], details = {} }: Audited,
): Promise<void> => {
  await tx.query(
    `insert into ${s}.audit (actor, action, pipeline, subjects, examples, details)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, $6::jsonb)`,
    [
      actor,
      action,
      pipeline ?? null,
      JSON.stringify(subjectIds),
      JSON.stringify(exampleIds),
      JSON.stringify(details),
    ],
  )
}

/** The newest entries first. */
export const readAudit = async ({ database, s }: Context, limit: number): Promise<AuditEntry[]> => {
  const rows = await database.query<{
    at: Date
    actor: string
    action: AuditEntry['action']
    pipeline: string | null
    subjects: string[]
    examples: string[]
    details: AuditEntry['details']
  }>(
    `select at, actor, action, pipeline, subjects, examples, details from ${s}.audit order by id desc limit $1`,
    [limit],
  )
  return rows.map(({ at, subjects, examples, ...rest }) => ({
    at: at.toISOString(),
    ...rest,
    subjectIds: subjects,
    exampleIds: examples,
  }))
}
