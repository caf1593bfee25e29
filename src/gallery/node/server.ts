import { XfmrError } from '../../errors.ts'
import { type Database, type Queryable, type Row, SESSION } from './database.ts'

/**
 * Connects to a Postgres server.
 * @param url `postgres://user:password@host:port/database`; anything that the `pg` client understands
 * @throws XfmrError `E_GALLERY` when it can't be reached
 */
export const openServer = async (url: string, { connections = 4 } = {}): Promise<Database> => {
  const { default: pg } = await import('pg')
  const location = withoutPassword(url)
  const pool = new pg.Pool({ connectionString: url, max: connections, application_name: 'xfmr' })
  // A connection that breaks is replaced at the next query, which reports what is wrong then; one in use fails its query.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  const prepared = new WeakSet<object>()
  const connect = async () => {
    const client = await pool.connect()
    if (!prepared.has(client)) {
      try {
        await client.query(SESSION.join('; '))
        prepared.add(client)
      } catch (error) {
        client.release(true)
        throw error
      }
    }
    return client
  }
  const query: Queryable['query'] = async <T extends Row>(sql: string, params: readonly unknown[] = []) => {
    const client = await connect()
    try {
      return (await client.query<T>(sql, [...params])).rows
    } finally {
      client.release()
    }
  }
  try {
    await query('select 1')
  } catch (cause) {
    await pool.end()
    const reason = (cause as Error).message || (cause as NodeJS.ErrnoException).code
    throw new XfmrError('E_GALLERY', `Can't connect to ${location}: ${reason}`, { cause })
  }
  return {
    kind: 'server',
    location,
    query,
    transaction: async work => {
      const client = await connect()
      let broken = false
      try {
        await client.query('begin')
        const result = await work({
          query: async <T extends Row>(sql: string, params: readonly unknown[] = []) =>
            (await client.query<T>(sql, [...params])).rows,
        })
        await client.query('commit')
        return result
      } catch (error) {
        await client.query('rollback').catch(() => {
          broken = true
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    close: () => pool.end(),
  }
}

/** A URL that may be shown. */
export const withoutPassword = (url: string): string => {
  try {
    const parsed = new URL(url)
    parsed.password = ''
    parsed.searchParams.delete('password')
    return parsed.href
  } catch {
    return 'the Postgres server'
  }
}
