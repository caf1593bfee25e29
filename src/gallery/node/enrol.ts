import { randomUUID } from 'node:crypto'
import { XfmrError } from '../../errors.ts'
import type { NewExample } from '../gallery.ts'
import { subjectName } from '../names.ts'
import type { EnrolledExample } from '../schema.ts'
import { audit } from './audit.ts'
import { CHANGED_MEANWHILE, type Context, type PipelineRow, retried, rowsParam, toBase64 } from './context.ts'
import type { Queryable, Row } from './database.ts'
import type { Pipelines } from './pipelines.ts'
import { pointsBytes, unitVector, vectorBytes, vectorText } from './vectors.ts'

export type EnrolWishes = {
  readonly actor: string
  readonly action: 'enrol' | 'import' | 're-embed'
  /** Allows faces of a pipeline other than those that the gallery holds. */
  readonly mixed?: boolean
}

/** A face that was checked and put into the form in which it is stored. */
type Prepared = {
  readonly subject: string
  readonly pipeline: PipelineRow
  /** Base64. */
  readonly identity: string
  readonly id: string
  /** Columns, without `subject` and `revision`. */
  readonly row: Row
}

/** Enrols faces in one transaction, see `Gallery.enrol`. */
export const enrol = async (
  context: Context,
  pipelines: Pipelines,
  examples: readonly NewExample[],
  wishes: EnrolWishes,
): Promise<EnrolledExample[]> => {
  if (examples.length === 0) return []
  const names = examples.map(({ subject }) => subjectName(subject))
  const rows: PipelineRow[] = []
  for (const { pipeline, vector } of examples)
    rows.push(await pipelineFor(pipelines, pipeline, vector, wishes))
  const prepared = examples.map((example, i) => prepare(context, example, names[i]!, rows[i]!))
  return retried(context.database, tx => enrolPrepared(tx, context, prepared, wishes))
}

/** What a photo's name is stored as: text without characters that a database or a terminal would stumble over. */
export const sourceText = (source: string | null | undefined): string | null =>
  source === null || source === undefined
    ? null
    : // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      [...source.replace(/[\uD800-\uDFFF]|[\u0000-\u001F\u007F]/gu, '\uFFFD')].slice(0, 1000).join('')

/** The pipeline of a face, which is made where that is allowed. @throws XfmrError `E_PIPELINE_MISMATCH`, `E_EMBEDDING` */
export const pipelineFor = async (
  pipelines: Pipelines,
  name: string,
  vector: Float32Array,
  { mixed = false }: EnrolWishes,
): Promise<PipelineRow> => {
  const known = await pipelines.find(name)
  if (known) return known
  unitVector(vector)
  const others = await pipelines.list()
  // Another process may have made it a moment ago.
  const made = others.find(other => other.name === name)
  if (made) return made
  if (others.length > 0 && !mixed) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `The gallery holds faces of the pipeline "${others[0]!.name}", not of "${name}": they can't be compared. Enrol with the ` +
        'models and options that the gallery was begun with, or bring it to the new ones first with "xfmr gallery re-embed".',
      { details: { pipeline: name, pipelines: others.map(other => other.name) } },
    )
  }
  return pipelines.ensure(name, vector.length)
}

/** Enrols within a transaction that does more than that. */
export const enrolPrepared = async (
  tx: Queryable,
  context: Context,
  prepared: readonly Prepared[],
  { actor, action }: EnrolWishes,
): Promise<EnrolledExample[]> => {
  const subjects = await subjectIds(tx, context, [...new Set(prepared.map(({ subject }) => subject))])
  const revisions = await nextRevisions(tx, context, prepared)
  const distinct = new Map(prepared.map(one => [keyOf(one), one]))
  // In one order, so that two processes that enrol the same faces don't wait for each other in a circle.
  const ordered = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
  const created = await insert(tx, context, ordered, subjects, revisions)
  const known = await existing(
    tx,
    context,
    ordered.filter(({ id }) => !created.has(id)),
    subjects,
  )
  const answered = new Set<string>()
  const result = prepared.map(one => {
    const { id } = distinct.get(keyOf(one))!
    const isNew = created.has(id) && !answered.has(id)
    answered.add(id)
    return { id: created.has(id) ? id : known.get(keyOf(one))!, subject: one.subject, created: isNew }
  })
  for (const { name, id: pipeline } of new Set(prepared.map(one => one.pipeline))) {
    const own = ordered.filter(one => one.pipeline.id === pipeline && created.has(one.id))
    if (own.length === 0) continue
    const subjectIdsOfOwn = [...new Set(own.map(({ subject }) => subjects.get(subject)!))]
    await audit(tx, context.s, {
      actor,
      action,
      pipeline: name,
      subjectIds: subjectIdsOfOwn,
      exampleIds: own.map(({ id }) => id),
    })
  }
  return result
}

/** Brings a face into the form in which it is stored. @throws XfmrError `E_EMBEDDING`, `E_LANDMARKS` */
export const prepare = (
  { sealer, encrypted }: Pick<Context, 'sealer' | 'encrypted'>,
  example: NewExample,
  subject: string,
  pipeline: PipelineRow,
): Prepared => {
  const vector = unitVector(example.vector, pipeline.dimensions)
  const id = randomUUID()
  const bytes = vectorBytes(vector)
  const { mask, thumbnail, landmarks, norm, added } = example
  const sealed = (plain: Uint8Array | undefined, what: string): string | null =>
    plain ? toBase64(sealer.seal(plain, `${id} ${what}`)) : null
  return {
    subject,
    pipeline,
    identity: toBase64(sealer.digest(bytes)),
    id,
    row: {
      id,
      pipeline: pipeline.id,
      embedding: encrypted ? sealed(bytes, 'embedding') : vectorText(vector),
      norm: norm !== undefined && Number.isFinite(norm) && norm > 0 ? norm : null,
      unmasked: example.unmasked ?? false,
      mask_state: mask?.state ?? null,
      mask_worn: mask?.worn ?? null,
      mask_probability: mask?.probability ?? null,
      source: sourceText(example.source),
      thumbnail: sealed(thumbnail, 'thumbnail'),
      landmarks: sealed(landmarks && pointsBytes(landmarks), 'landmarks'),
      added: added ?? new Date().toISOString(),
    },
  }
}

// --- internal ---

const keyOf = ({ pipeline, subject, identity }: Prepared): string =>
  JSON.stringify([pipeline.id, subject, identity])

/** Makes missing subjects, and keeps others from removing any of them until the transaction ends. */
const subjectIds = async (
  tx: Queryable,
  { s }: Context,
  names: readonly string[],
): Promise<Map<string, string>> => {
  const wanted = [...names].sort().map(name => ({ id: randomUUID(), name }))
  await tx.query(
    `insert into ${s}.subject (id, name)
     select id, name from jsonb_to_recordset($1::jsonb) as r(id uuid, name text)
     order by name collate "C" on conflict (name) do nothing`,
    [rowsParam(wanted)],
  )
  const rows = await tx.query<{ id: string; name: string }>(
    `select id::text, name from ${s}.subject
     where name in (select name from jsonb_to_recordset($1::jsonb) as r(name text)) order by id for key share`,
    [rowsParam(wanted)],
  )
  if (rows.length < wanted.length) throw CHANGED_MEANWHILE
  return new Map(rows.map(({ id, name }) => [name, id]))
}

/** Encrypted galleries are searched in memory: a number that rises tells other processes what is new to them. */
const nextRevisions = async (
  tx: Queryable,
  { s, encrypted }: Context,
  prepared: readonly Prepared[],
): Promise<Map<number, number>> => {
  const revisions = new Map<number, number>()
  if (!encrypted) return revisions
  for (const id of [...new Set(prepared.map(({ pipeline }) => pipeline.id))].sort((a, b) => a - b)) {
    const [row] = await tx.query<{ revision: number }>(
      `update ${s}.pipeline set revision = revision + 1 where id = $1 returning revision::float8`,
      [id],
    )
    revisions.set(id, row!.revision)
  }
  return revisions
}

const insert = async (
  tx: Queryable,
  { s, encrypted }: Context,
  ordered: readonly Prepared[],
  subjects: ReadonlyMap<string, string>,
  revisions: ReadonlyMap<number, number>,
): Promise<Set<string>> => {
  const rows = ordered.map(({ row, subject, identity, pipeline }) => ({
    ...row,
    subject: subjects.get(subject)!,
    identity,
    revision: revisions.get(pipeline.id) ?? 0,
  }))
  const embedding = encrypted ? `decode(embedding, 'base64')` : 'embedding::vector'
  const inserted = await tx.query<{ id: string }>(
    `insert into ${s}.example (id, pipeline, subject, identity, ${encrypted ? 'sealed' : 'embedding'}, norm, unmasked,
       mask_state, mask_worn, mask_probability, source, thumbnail, landmarks, revision, added)
     select id, pipeline, subject, decode(identity, 'base64'), ${embedding}, norm, unmasked,
       mask_state, mask_worn, mask_probability, source, decode(thumbnail, 'base64'), decode(landmarks, 'base64'), revision, added
     from jsonb_to_recordset($1::jsonb) as r(id uuid, pipeline int, subject uuid, identity text, embedding text, norm real,
       unmasked boolean, mask_state text, mask_worn boolean, mask_probability real, source text, thumbnail text,
       landmarks text, revision bigint, added timestamptz)
     on conflict (pipeline, subject, identity) do nothing returning id::text`,
    [rowsParam(rows)],
  )
  return new Set(inserted.map(({ id }) => id))
}

/** The ids of faces that were there before, by key. */
const existing = async (
  tx: Queryable,
  { s }: Context,
  faces: readonly Prepared[],
  subjects: ReadonlyMap<string, string>,
): Promise<Map<string, string>> => {
  if (faces.length === 0) return new Map()
  const rows = faces.map(({ pipeline, subject, identity }, place) => ({
    place,
    pipeline: pipeline.id,
    subject: subjects.get(subject)!,
    identity,
  }))
  const found = await tx.query<{ place: number; id: string }>(
    `select r.place::int, e.id::text from jsonb_to_recordset($1::jsonb)
       as r(place int, pipeline int, subject uuid, identity text)
     join ${s}.example e on e.pipeline = r.pipeline and e.subject = r.subject and e.identity = decode(r.identity, 'base64')`,
    [rowsParam(rows)],
  )
  if (found.length < faces.length) throw CHANGED_MEANWHILE
  return new Map(found.map(({ place, id }) => [keyOf(faces[place]!), id]))
}
