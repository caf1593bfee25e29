import { XfmrError } from '../../errors.ts'
import { type Database, type Queryable, quoted, sqlState } from './database.ts'

/** What a migration has to know of the gallery. */
type Facts = {
  /** Schema, quoted. */
  readonly s: string
  /** Encrypted galleries store no vectors, so they need no pgvector. */
  readonly encrypted: boolean
}

/** One step of the schema. Steps that were released are never changed: a new one is added. */
type Migration = { readonly version: number; sql(facts: Facts): readonly string[] }

/** The newest version of the schema that this xfmr knows. */
export const SCHEMA_VERSION = 2

/**
 * Brings the tables up to date, all steps in one transaction; several processes at once take turns.
 * @param options.keyCheck of a new gallery that is to be encrypted: what its key is checked with later, base64
 * @throws XfmrError `E_GALLERY` when pgvector is missing, or when a newer xfmr has changed the tables
 */
export const migrate = async (
  database: Database,
  { schema, keyCheck }: { schema: string; keyCheck: string | null },
): Promise<void> => {
  const s = quoted(schema)
  const encrypted = keyCheck !== null
  await database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    await tx.query(`create schema if not exists ${s}`)
    await tx.query(
      `create table if not exists ${s}.migration (version int primary key, at timestamptz not null default now())`,
    )
    const [current] = await tx.query<{ version: number }>(
      `select coalesce(max(version), 0)::int as version from ${s}.migration`,
    )
    const { version } = current!
    if (version > SCHEMA_VERSION) {
      throw new XfmrError(
        'E_GALLERY',
        `The gallery has version ${version} of the tables; this xfmr knows up to ${SCHEMA_VERSION}. Update xfmr.`,
      )
    }
    for (const migration of MIGRATIONS.filter(step => step.version > version)) {
      for (const statement of migration.sql({ s, encrypted })) await run(tx, statement)
      if (migration.version === 1) {
        await tx.query(`insert into ${s}.gallery (key_check) values (decode($1, 'base64'))`, [keyCheck])
      }
      await tx.query(`insert into ${s}.migration (version) values ($1)`, [migration.version])
    }
  })
}

// --- internal ---

/** Any number that other programs are unlikely to lock. */
const LOCK = 7_263_915

const run = async (tx: Queryable, statement: string): Promise<void> => {
  try {
    await tx.query(statement)
  } catch (cause) {
    // 0A000: the extension is not installed on the server; 42501: its owner may not create it.
    const state = sqlState(cause)
    if (
      statement.startsWith('create extension') &&
      (state === '0A000' || state === '42501' || state === '58P01')
    ) {
      throw new XfmrError(
        'E_GALLERY',
        `The Postgres server has no pgvector, or doesn't let this user create it: ${(cause as Error).message}. ` +
          'Install pgvector 0.8 or newer and run "create extension vector" as its administrator. An encrypted gallery needs none.',
        { cause },
      )
    }
    throw cause
  }
}

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: ({ s, encrypted }) => [
      ...(encrypted ? [] : ['create extension if not exists vector']),
      // One row: facts of the gallery as a whole.
      `create table ${s}.gallery (
         only_row boolean primary key default true check (only_row),
         key_check bytea
       )`,
      // revision and removals count changes of encrypted galleries, whose processes keep the embeddings in memory.
      `create table ${s}.pipeline (
         id int generated always as identity primary key,
         name text not null unique,
         dimensions int not null check (dimensions between 2 and 16000),
         revision bigint not null default 0,
         removals bigint not null default 0
       )`,
      `create table ${s}.subject (
         id uuid primary key,
         name text collate "C" not null unique,
         added timestamptz not null default now()
       )`,
      `create table ${s}.example (
         id uuid not null,
         pipeline int not null references ${s}.pipeline,
         subject uuid not null references ${s}.subject on delete cascade,
         identity bytea not null,
         ${encrypted ? 'sealed bytea not null' : 'embedding vector not null'},
         norm real,
         unmasked boolean not null,
         mask_state text,
         mask_worn boolean,
         mask_probability real,
         source text,
         thumbnail bytea,
         landmarks bytea,
         revision bigint not null default 0,
         added timestamptz not null,
         primary key (pipeline, id),
         unique (pipeline, subject, identity)
       ) partition by list (pipeline)`,
      `create index on ${s}.example (subject)`,
      `create index on ${s}.example (id)`,
      `create table ${s}.audit (
         id bigint generated always as identity primary key,
         at timestamptz not null default now(),
         actor text not null,
         action text not null,
         pipeline text,
         subjects jsonb not null,
         examples jsonb not null,
         details jsonb not null
       )`,
    ],
  },
  {
    version: 2,
    sql: ({ s }) => [
      `create table ${s}.batch (
         id uuid primary key,
         kind text not null,
         settings jsonb not null,
         added timestamptz not null default now()
       )`,
      `create table ${s}.batch_item (
         batch uuid not null references ${s}.batch on delete cascade,
         item int not null,
         input jsonb not null,
         status text not null default 'waiting' check (status in ('waiting', 'done', 'failed')),
         result jsonb,
         worker text,
         finished timestamptz,
         primary key (batch, item)
       )`,
      `create index on ${s}.batch_item (batch, status)`,
    ],
  },
]
