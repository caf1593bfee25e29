/** A row of a result, by column. */
export type Row = Record<string, unknown>

/** Something that SQL can be sent to: a database, or a transaction of it. */
export type Queryable = {
  /** @param params for `$1`, `$2`, ...: strings, numbers, booleans, null, bytes */
  query<T extends Row>(sql: string, params?: readonly unknown[]): Promise<T[]>
}

/**
 * A Postgres with pgvector, embedded or a server. Timestamps come as `Date`, bytes as `Uint8Array`, JSON parsed; ask for other
 * types as text or as `int`, so that both sides agree.
 */
export type Database = Queryable & {
  readonly kind: 'embedded' | 'server'
  /** For messages: never with a password. */
  readonly location: string
  /** Runs work in a transaction at READ COMMITTED; what it throws rolls everything back. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** Settings of every session that searches: see `docs/scale.md` for what they cost. */
export const SESSION = [
  // How many neighbours the index looks at: with 200 recall@10 was 0.988 at 20,000 faces.
  'set hnsw.ef_search = 500',
  // Goes on where too few of those can be seen (removed faces, several of one subject).
  'set hnsw.iterative_scan = strict_order',
] as const

/** SQLSTATE of a failed statement. */
export const sqlState = (error: unknown): string | undefined => {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

/** Quotes an identifier. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
