import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { Client } from 'pg'
import { galleryFolder, openPglite } from './gallery.ts'

/** A Postgres server for tests, for any number of clients. */
export type PostgresServer = { readonly url: string; stop(): Promise<void> }

/** An empty database: PGlite behind a socket, or a new one on the server (with pgvector) that XFMR_TEST_POSTGRES names. */
export const emptyDatabase = async (): Promise<PostgresServer> => {
  const native = process.env.XFMR_TEST_POSTGRES
  if (native) return newDatabase(native)
  const folder = await galleryFolder()
  const db = await openPglite(folder)
  const server = await servePostgres(db)
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      await db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A database of its own on a native server. */
export const newDatabase = async (native: string): Promise<PostgresServer> => {
  const name = `xfmr_test_${randomUUID().replaceAll('-', '')}`
  const run = async (sql: string): Promise<void> => {
    const client = new Client(native)
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await run(`create database ${name}`)
  return {
    url: Object.assign(new URL(native), { pathname: `/${name}` }).href,
    stop: () => run(`drop database ${name} with (force)`),
  }
}

/**
 * Serves a PGlite on a free port of this machine. Clients share its one session, as PGlite has no other; their statements and
 * transactions take turns, so they see what they would see on a server, but they never run at the same time.
 */
export const servePostgres = async (db: PGlite): Promise<PostgresServer> => {
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 100 })
  // Its own queue lets a client in between the parse and the bind of another one, which then runs the wrong statement.
  Object.assign(server, { queryQueue: takingTurns(db) })
  await server.start()
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres`,
    stop: () => server.stop(),
  }
}

// --- internal ---

type Message = {
  client: number
  bytes: Uint8Array
  onData(data: Uint8Array): void
  resolve(length: number): void
  reject(error: unknown): void
}

/** Messages of one client at a time, until the backend says that it is idle. */
const takingTurns = (db: PGlite) => {
  const waiting: Message[] = []
  let owner: number | undefined
  let running = false
  const run = async (): Promise<void> => {
    if (running) return
    running = true
    for (;;) {
      const place = owner === undefined ? 0 : waiting.findIndex(({ client }) => client === owner)
      const message = waiting[place]
      if (!message) break
      waiting.splice(place, 1)
      owner = message.client
      let length = 0
      try {
        await db.runExclusive(() =>
          db.execProtocolRawStream(message.bytes, {
            onRawData: data => {
              length += data.length
              if (isIdle(data)) owner = undefined
              message.onData(data)
            },
          }),
        )
        message.resolve(length)
      } catch (error) {
        message.reject(error)
      }
      // Goodbye.
      if (message.bytes[0] === 0x58) owner = undefined
    }
    running = false
  }
  return {
    enqueue: (client: number, bytes: Uint8Array, onData: Message['onData']): Promise<number> =>
      new Promise((resolve, reject) => {
        waiting.push({ client, bytes, onData, resolve, reject })
        void run()
      }),
    getQueueLength: () => waiting.length,
    clearQueueForHandler: (client: number): void => {
      for (let i = waiting.length - 1; i >= 0; i--) {
        if (waiting[i]!.client === client) waiting.splice(i, 1)[0]!.reject(new Error('The client is gone.'))
      }
    },
    /** A client that is gone takes its transaction with it. */
    clearTransactionIfNeeded: async (client: number): Promise<void> => {
      if (owner !== client) return
      await db.runExclusive(() => db.execProtocolRaw(SYNC))
      if (db.isInTransaction()) await db.exec('rollback')
      owner = undefined
      await run()
    },
  }
}

const SYNC = Uint8Array.from([0x53, 0, 0, 0, 4])

/** Whether an answer ends with ReadyForQuery outside of a transaction. */
const isIdle = (data: Uint8Array): boolean =>
  data.length >= 6 && data.at(-6) === 0x5a && data.at(-2) === 5 && data.at(-1) === 0x49
