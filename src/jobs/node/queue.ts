import { randomUUID } from 'node:crypto'
import PgBoss from 'pg-boss'
import { errorToJson, XfmrError } from '../../errors.ts'
import type { GalleryOptions } from '../../gallery/gallery.ts'
import { type Context, retried } from '../../gallery/node/context.ts'
import type { Queryable } from '../../gallery/node/database.ts'
import { isUuid } from '../../gallery/node/examples.ts'
import { createPipelines, type Pipelines } from '../../gallery/node/pipelines.ts'
import { openServer } from '../../gallery/node/server.ts'
import { isServer, openContext } from '../../gallery/node.ts'
import type { BatchInput, BatchItem, BatchSettings, BatchStatus, JobKind } from '../schema.ts'

/** What a worker does with a photo. Slow work comes first; `write` then happens in the transaction that marks the photo as done. */
export type Handler = (
  input: BatchInput,
  settings: BatchSettings,
) => Promise<{ result: unknown; write?: (tx: Queryable, context: Context) => Promise<void> }>

export type Handlers = (kind: JobKind, parts: { context: Context; pipelines: Pipelines }) => Handler

export type WorkOptions = {
  readonly handlers: Handlers
  /** Stops fetching; the photo under way is finished. */
  readonly signal?: AbortSignal
  /** Stop when nothing is left to do, instead of waiting for more. */
  readonly once?: boolean
  readonly onItem?: (item: { photo: string; error?: { code: string; message: string } }) => void
}

/** Bulk work on a Postgres server. */
export type Queue = {
  /** Adds a batch: all of its photos or, when this throws, none. @returns its id */
  submit(kind: JobKind, settings: BatchSettings, inputs: readonly BatchInput[]): Promise<string>
  batches(): Promise<BatchStatus[]>
  /** The photos of a batch, in order. @throws XfmrError `E_UNKNOWN_BATCH` */
  items(batch: string): AsyncIterable<BatchItem>
  /** Works on photos one by one until it is stopped. */
  work(options: WorkOptions): Promise<void>
  close(): Promise<void>
}

export type QueueOptions = GalleryOptions & {
  /**
   * Seconds after which a photo whose worker has not answered goes to another one. Default 120. A slow worker is not harmed: who
   * comes second finds the photo done and leaves it.
   */
  readonly lease?: number
}

/**
 * Opens the queue of a gallery. Every photo is one job of pg-boss: delivered at least once, written once.
 * @throws XfmrError as `openGallery` does; `E_USAGE` for a folder, which one process has to itself
 */
export const openQueue = async ({ lease = 120, ...options }: QueueOptions): Promise<Queue> => {
  if (!isServer(options.location)) {
    throw new XfmrError(
      'E_USAGE',
      'Jobs are shared by processes, so they need a Postgres server: --db postgres://...',
    )
  }
  const database = await openServer(options.location, { connections: options.connections ?? 4 })
  const { context } = await openContext(database, options)
  const { s } = context
  const boss = new PgBoss({
    db: { executeSql: async (text, values) => ({ rows: await database.query(text, values) }) },
    schema: `${options.schema ?? 'xfmr'}_jobs`,
    maintenanceIntervalSeconds: Math.max(1, Math.min(60, Math.floor(lease / 2))),
    schedule: false,
  })
  // Maintenance that fails is tried again; what matters fails where it is awaited.
  boss.on('error', () => {})
  await boss.start()
  const policy = { retryLimit: ATTEMPTS - 1, retryDelay: 0, expireInSeconds: lease, retentionDays: 365 }
  await boss.createQueue(GIVEN_UP, { name: GIVEN_UP, ...policy })
  await boss.createQueue(QUEUE, { name: QUEUE, ...policy, deadLetter: GIVEN_UP })
  return {
    submit: async (kind, settings, inputs) => {
      const batch = randomUUID()
      await database.transaction(async tx => {
        await tx.query(`insert into ${s}.batch (id, kind, settings) values ($1, $2, $3::jsonb)`, [
          batch,
          kind,
          JSON.stringify(settings),
        ])
        for (let first = 0; first < inputs.length; first += CHUNK) {
          const rows = inputs.slice(first, first + CHUNK).map((input, i) => ({ item: first + i, input }))
          await tx.query(
            `insert into ${s}.batch_item (batch, item, input)
             select $1, item, input from jsonb_to_recordset($2::jsonb) as r(item int, input jsonb)`,
            [batch, JSON.stringify(rows)],
          )
          const jobs = rows.map(({ item }) => ({
            name: QUEUE,
            data: { batch, item },
            retryLimit: policy.retryLimit,
            expireInSeconds: lease,
            deadLetter: GIVEN_UP,
          }))
          await boss.insert(jobs, {
            db: { executeSql: async (text, values) => ({ rows: await tx.query(text, values) }) },
          })
        }
      })
      return batch
    },
    batches: async () => {
      const rows = await database.query<Omit<BatchStatus, 'added'> & { added: Date }>(
        `select b.id::text, b.kind, b.added, count(*) filter (where i.status = 'waiting')::int as waiting,
           count(*) filter (where i.status = 'done')::int as done, count(*) filter (where i.status = 'failed')::int as failed
         from ${s}.batch b left join ${s}.batch_item i on i.batch = b.id group by b.id order by b.added desc`,
      )
      return rows.map(({ added, ...row }) => ({ ...row, added: added.toISOString() }))
    },
    items: batch => itemsOf(context, batch),
    work: async ({ handlers, ...rest }) => {
      const parts = { context, pipelines: createPipelines(context) }
      await Promise.all([
        consume(boss, QUEUE, rest, job => workOn(context, job, kind => handlers(kind, parts), rest.onItem)),
        consume(boss, GIVEN_UP, rest, job => giveUp(context, job)),
      ])
    },
    close: async () => {
      await boss.stop({ graceful: false, close: false, wait: false })
      await database.close()
    },
  }
}

// --- internal ---

const QUEUE = 'photos'
const GIVEN_UP = 'photos-given-up'

/** A photo that ends its worker this often is listed as failed. */
const ATTEMPTS = 5

/** Photos that are added with one statement. */
const CHUNK = 1000

type Job = { readonly batch: string; readonly item: number }

type Item = { kind: JobKind; settings: BatchSettings; input: BatchInput; status: BatchItem['status'] }

const consume = async (
  boss: PgBoss,
  queue: string,
  { signal, once = false }: Pick<WorkOptions, 'signal' | 'once'>,
  work: (job: Job) => Promise<void>,
): Promise<void> => {
  while (!signal?.aborted) {
    const [job] = await boss.fetch<Job>(queue)
    if (job) {
      await work(job.data)
      await boss.complete(queue, job.id)
    } else {
      // Photos of a worker that died come back when their lease ends.
      if (once && (await boss.getQueueSize(queue, { before: 'completed' })) === 0) return
      await new Promise(resolve => setTimeout(resolve, IDLE))
    }
  }
}

/** Milliseconds between looks at an empty queue. */
const IDLE = 500

const readItem = async (
  tx: Queryable,
  s: string,
  { batch, item }: Job,
  lock = '',
): Promise<Item | undefined> =>
  (
    await tx.query<Item>(
      `select b.kind, b.settings, i.input, i.status from ${s}.batch_item i join ${s}.batch b on b.id = i.batch
       where i.batch = $1 and i.item = $2 ${lock}`,
      [batch, item],
    )
  )[0]

const workOn = async (
  context: Context,
  job: Job,
  handlerOf: (kind: JobKind) => Handler,
  onItem: WorkOptions['onItem'],
): Promise<void> => {
  const { database, s } = context
  const found = await readItem(database, s, job)
  if (found?.status !== 'waiting') return
  const { kind, input, settings } = found
  try {
    const { result, write } = await handlerOf(kind)(input, settings)
    await retried(database, async tx => {
      // Another worker may have been faster: the photo is written once.
      const now = await readItem(tx, s, job, 'for update of i')
      if (now?.status !== 'waiting') return
      await write?.(tx, context)
      await finish(tx, s, job, 'done', result)
    })
    onItem?.({ photo: input.photo })
  } catch (cause) {
    // Trouble with the database is not the photo's: the job comes back.
    if (!(cause instanceof XfmrError) || cause.code === 'E_GALLERY') throw cause
    const error = errorToJson(cause)
    await finish(database, s, job, 'failed', { error })
    onItem?.({ photo: input.photo, error })
  }
}

const giveUp = async ({ database, s }: Context, job: Job): Promise<void> => {
  const error = {
    code: 'E_INTERNAL',
    message: `${ATTEMPTS} workers that had this photo ended without an answer. Try it alone.`,
  }
  await finish(database, s, job, 'failed', { error })
}

const finish = async (
  tx: Queryable,
  s: string,
  { batch, item }: Job,
  status: 'done' | 'failed',
  result: unknown,
): Promise<void> => {
  await tx.query(
    `update ${s}.batch_item set status = $3, result = $4::jsonb, worker = $5, finished = now()
     where batch = $1 and item = $2 and status = 'waiting'`,
    [batch, item, status, JSON.stringify(result ?? null), String(process.pid)],
  )
}

async function* itemsOf({ database, s }: Context, batch: string): AsyncGenerator<BatchItem> {
  const [there] = isUuid(batch) ? await database.query(`select 1 from ${s}.batch where id = $1`, [batch]) : []
  if (!there)
    throw new XfmrError(
      'E_UNKNOWN_BATCH',
      `No batch has the id ${JSON.stringify(batch)}. See "xfmr jobs list".`,
    )
  for (let after = -1; ; ) {
    const rows = await database.query<BatchItem>(
      `select item::int, input, status, result, worker from ${s}.batch_item
       where batch = $1 and item > $2 order by item limit 500`,
      [batch, after],
    )
    yield* rows
    if (rows.length < 500) return
    after = rows.at(-1)!.item
  }
}
