import { XfmrError } from '../../errors.ts'
import type { NewExample } from '../gallery.ts'
import { type EnrolledExample, type ExportLine, exportLine } from '../schema.ts'
import { audit } from './audit.ts'
import { type Context, toBase64 } from './context.ts'
import { enrol } from './enrol.ts'
import { factTables, type StoredRow, storedColumns, storedOf } from './examples.ts'
import type { Pipelines } from './pipelines.ts'

/** Lines of one transaction. */
const BATCH = 200

/** Hands out all faces in batches, by id. */
export async function* exportLines(
  context: Context,
  { pipeline, actor }: { pipeline?: string; actor: string },
): AsyncGenerator<ExportLine> {
  const { database, s } = context
  await audit(database, s, { actor, action: 'export', ...(pipeline === undefined ? {} : { pipeline }) })
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await database.query<StoredRow>(
      `select ${storedColumns(context)} from ${factTables(s)}
       where e.id > $1 and ($2::text is null or p.name = $2::text) order by e.id limit ${BATCH}`,
      [after, pipeline ?? null],
    )
    for (const row of rows) yield lineOf(context, row)
    if (rows.length < BATCH) return
    after = rows.at(-1)!.id
  }
}

/** Enrols the lines of an export. @throws XfmrError `E_BAD_LINE` */
export const importLines = async (
  context: Context,
  pipelines: Pipelines,
  lines: AsyncIterable<unknown> | Iterable<unknown>,
  actor: string,
): Promise<{ created: number; known: number }> => {
  const total = { created: 0, known: 0 }
  let batch: NewExample[] = []
  let first = 1
  const enrolAll = (examples: readonly NewExample[]): Promise<EnrolledExample[]> =>
    enrol(context, pipelines, examples, { actor, action: 'import', mixed: true })
  const enrolBatch = async (examples: readonly NewExample[], line: number): Promise<EnrolledExample[]> => {
    try {
      return await enrolAll(examples)
    } catch (error) {
      if (!ofTheLine(error)) throw error
    }
    // One of them can't be enrolled: those before it can.
    const enrolled: EnrolledExample[] = []
    for (const [i, example] of examples.entries()) {
      try {
        enrolled.push(...(await enrolAll([example])))
      } catch (error) {
        throw ofTheLine(error) ? badLine(line + i, error.message, error) : error
      }
    }
    return enrolled
  }
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    for (const { created } of await enrolBatch(batch, first)) total[created ? 'created' : 'known']++
    first += batch.length
    batch = []
  }
  for await (const line of lines) {
    const number = first + batch.length
    const result = exportLine.safeParse(line)
    if (!result.success) {
      await flush()
      const issue = result.error.issues[0]!
      throw badLine(number, `${issue.path.join('.') || 'the line'}: ${issue.message}`, result.error)
    }
    batch.push(exampleOf(result.data))
    if (batch.length === BATCH) await flush()
  }
  await flush()
  return total
}

// --- internal ---

const lineOf = (context: Context, row: StoredRow): ExportLine => {
  const { subject, pipeline, vector, norm, unmasked, mask, source, png, landmarks, added } = storedOf(
    context,
    row,
  )
  return {
    subject,
    pipeline,
    embedding: Array.from(vector),
    ...(norm === null ? {} : { norm }),
    unmasked,
    mask,
    source,
    ...(png ? { thumbnail: toBase64(png) } : {}),
    ...(landmarks ? { landmarks: landmarks.map(([x, y]) => [x, y] as [number, number]) } : {}),
    added,
  }
}

const exampleOf = ({ embedding, thumbnail, landmarks, added, ...line }: ExportLine): NewExample => ({
  subject: line.subject,
  pipeline: line.pipeline,
  vector: Float32Array.from(embedding),
  ...(line.norm === undefined ? {} : { norm: line.norm }),
  unmasked: line.unmasked ?? false,
  mask: line.mask ?? null,
  source: line.source ?? null,
  ...(thumbnail === undefined ? {} : { thumbnail: Buffer.from(thumbnail, 'base64') }),
  ...(landmarks === undefined ? {} : { landmarks }),
  ...(added === undefined ? {} : { added }),
})

const ofTheLine = (error: unknown): error is XfmrError =>
  error instanceof XfmrError && error.code !== 'E_GALLERY'

const badLine = (line: number, reason: string, cause: unknown): XfmrError =>
  new XfmrError('E_BAD_LINE', `Line ${line} of the import: ${reason}`, { cause, details: { line } })
