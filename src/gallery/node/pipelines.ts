import { XfmrError } from '../../errors.ts'
import { type Context, type PipelineRow, partitionOf, retried } from './context.ts'
import type { Queryable } from './database.ts'

/** Longest vector that an index can hold. */
const INDEXABLE = 2000

/** Vectors up to this long stay in the row, where a scan finds them without a second look. */
const INLINE = 1900

/** The pipelines of a gallery. Their rows never change, so that they are asked for once. */
export type Pipelines = {
  find(name: string): Promise<PipelineRow | undefined>
  /** All of them. */
  list(): Promise<PipelineRow[]>
  /** Makes the table of a new one. */
  ensure(name: string, dimensions: number): Promise<PipelineRow>
}

export const createPipelines = ({ database, s, encrypted }: Context): Pipelines => {
  const known = new Map<string, PipelineRow>()
  const list = async (): Promise<PipelineRow[]> => {
    const rows = await database.query<PipelineRow>(
      `select id::int, name, dimensions::int from ${s}.pipeline order by id`,
    )
    for (const row of rows) known.set(row.name, row)
    return rows
  }
  const find = async (name: string): Promise<PipelineRow | undefined> => {
    if (!known.has(name)) await list()
    return known.get(name)
  }
  return {
    find,
    list,
    ensure: async (name, dimensions) => {
      const there = await find(name)
      if (there) return there
      await retried(database, async tx => {
        // Two processes that enrol the first face of a pipeline take turns.
        await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
        const [before] = await tx.query(`select 1 from ${s}.pipeline where name = $1`, [name])
        if (!before) await addPipeline(tx, { s, encrypted, name, dimensions })
      })
      return (await find(name))!
    },
  }
}

/** Whether there is an index on the faces of a pipeline. */
export const hasIndex = async (database: Queryable, s: string, { id }: PipelineRow): Promise<boolean> => {
  const [row] = await database.query<{ there: boolean }>(
    `select coalesce(bool_or(i.indisvalid), false) as there
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1::regclass and c.relname = $2`,
    [partitionOf(s, id), indexName(id)],
  )
  return row!.there
}

/**
 * Builds the index of a pipeline. A server goes on serving meanwhile; the embedded database stands still.
 * @throws XfmrError `E_USAGE` when the gallery is encrypted or the vectors are too long
 */
export const buildIndex = async (
  { database, s, encrypted }: Context,
  pipeline: PipelineRow,
): Promise<void> => {
  if (encrypted) {
    throw new XfmrError(
      'E_USAGE',
      'An encrypted gallery has no index: every search compares with every face.',
    )
  }
  if (pipeline.dimensions > INDEXABLE) {
    throw new XfmrError(
      'E_USAGE',
      `An index holds embeddings of up to ${INDEXABLE} numbers, not ${pipeline.dimensions}.`,
    )
  }
  if (await hasIndex(database, s, pipeline)) return
  const table = partitionOf(s, pipeline.id)
  // Where a build was interrupted, an invalid index is left behind.
  await database.query(`drop index if exists ${s}.${indexName(pipeline.id)}`)
  const server = database.kind === 'server'
  // The graph should fit into memory while it is built; otherwise building is several times slower.
  await database.query(`set maintenance_work_mem = '${server ? 2000 : 640}MB'`)
  await database.query(
    `create index ${server ? 'concurrently' : ''} ${indexName(pipeline.id)} on ${table}
     using hnsw ((embedding::vector(${pipeline.dimensions})) vector_cosine_ops)
     with (m = 16, ef_construction = 100)`,
  )
}

// --- internal ---

const LOCK = 7_263_916

const indexName = (pipeline: number): string => `example_p${pipeline}_hnsw`

const addPipeline = async (
  tx: Queryable,
  { s, encrypted, name, dimensions }: Pick<Context, 's' | 'encrypted'> & { name: string; dimensions: number },
): Promise<void> => {
  const [row] = await tx.query<{ id: number }>(
    `insert into ${s}.pipeline (name, dimensions) values ($1, $2) returning id::int`,
    [name, dimensions],
  )
  const { id } = row!
  const table = partitionOf(s, id)
  const check = encrypted ? '' : `(check (vector_dims(embedding) = ${Number(dimensions)}))`
  await tx.query(`create table ${table} partition of ${s}.example ${check} for values in (${Number(id)})`)
  if (!encrypted && dimensions <= INLINE) {
    await tx.query(`alter table ${table} alter column embedding set storage plain`)
  }
}
