import { XfmrError } from '../../errors.ts'
import type { StoredExample } from '../gallery.ts'
import type { ExampleFacts } from '../schema.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'
import { bytesPoints, bytesVector, textVector } from './vectors.ts'

/** The columns behind {@link factsOf}, of an example `e` with its subject `n` and pipeline `p`. */
export const FACT_COLUMNS = `e.id::text, n.name as subject, n.id::text as subject_id, e.source, e.mask_state, e.mask_worn,
  e.mask_probability::float8, e.unmasked, p.name as pipeline, e.thumbnail is not null as thumbnail, e.added`

/** @param s schema, quoted */
export const factTables = (s: string): string =>
  `${s}.example e join ${s}.subject n on n.id = e.subject join ${s}.pipeline p on p.id = e.pipeline`

export type FactRow = {
  id: string
  subject: string
  subject_id: string
  source: string | null
  mask_state: NonNullable<ExampleFacts['mask']>['state'] | null
  mask_worn: boolean | null
  mask_probability: number | null
  unmasked: boolean
  pipeline: string
  thumbnail: boolean
  added: Date
}

export const factsOf = (row: FactRow): ExampleFacts => ({
  id: row.id,
  subject: row.subject,
  source: row.source,
  mask:
    row.mask_state === null
      ? null
      : { worn: row.mask_worn!, probability: row.mask_probability!, state: row.mask_state },
  unmasked: row.unmasked,
  pipeline: row.pipeline,
  thumbnail: row.thumbnail,
  added: row.added.toISOString(),
})

/** Columns of everything that is stored of a face. */
export const storedColumns = ({ encrypted }: Pick<Context, 'encrypted'>): string =>
  `${FACT_COLUMNS}, ${encrypted ? 'e.sealed as embedding' : 'e.embedding::text as embedding'}, e.norm::float8,
   e.thumbnail as png, e.landmarks`

export type StoredRow = FactRow & {
  embedding: Uint8Array | string
  norm: number | null
  png: Uint8Array | null
  landmarks: Uint8Array | null
}

/** Decrypts what is encrypted. */
export const storedOf = ({ sealer }: Pick<Context, 'sealer'>, row: StoredRow): StoredExample => {
  const opened = (bytes: Uint8Array, what: string): Uint8Array => sealer.open(bytes, `${row.id} ${what}`)
  const { embedding, png, landmarks } = row
  return {
    ...factsOf(row),
    vector:
      typeof embedding === 'string' ? textVector(embedding) : bytesVector(opened(embedding, 'embedding')),
    norm: row.norm,
    png: png && opened(png, 'thumbnail'),
    landmarks: landmarks && bytesPoints(opened(landmarks, 'landmarks')),
  }
}

/** The facts of some examples, by id; those that are gone are left out. */
export const factsById = async (
  database: Queryable,
  s: string,
  pipeline: number,
  ids: readonly string[],
): Promise<Map<string, FactRow>> => {
  if (ids.length === 0) return new Map()
  const rows = await database.query<FactRow>(
    `select ${FACT_COLUMNS} from ${factTables(s)}
     where e.pipeline = $1 and e.id in (select value::uuid from jsonb_array_elements_text($2::jsonb))`,
    [pipeline, JSON.stringify(ids)],
  )
  return new Map(rows.map(row => [row.id, row]))
}

/** One example with all that is stored of it. @throws XfmrError `E_UNKNOWN_EXAMPLE` */
export const readExample = async (context: Context, id: string): Promise<StoredExample> => {
  const rows = isUuid(id)
    ? await context.database.query<StoredRow>(
        `select ${storedColumns(context)} from ${factTables(context.s)} where e.id = $1`,
        [id],
      )
    : []
  if (rows.length === 0) throw unknownExample(id)
  return storedOf(context, rows[0]!)
}

export const isUuid = (text: unknown): text is string =>
  typeof text === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

export const unknownExample = (id: string): XfmrError =>
  new XfmrError(
    'E_UNKNOWN_EXAMPLE',
    `No enrolled face has the id ${JSON.stringify(String(id).slice(0, 60))}. "xfmr gallery show NAME" lists the ids.`,
  )
