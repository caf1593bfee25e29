import type { Template } from '../gallery.ts'
import { audit } from './audit.ts'
import { type Context, retried, toBase64 } from './context.ts'
import { isUuid, unknownExample } from './examples.ts'
import type { Pipelines } from './pipelines.ts'
import { unitVector, vectorBytes, vectorText } from './vectors.ts'

/** Moves a face to another pipeline in one statement, see `Gallery.reEmbedExample`. */
export const reEmbedExample = async (
  { database, s, sealer, encrypted }: Context,
  pipelines: Pipelines,
  id: string,
  {
    vector,
    pipeline: name,
    norm,
    unmasked = false,
  }: Pick<Template, 'vector' | 'pipeline' | 'norm' | 'unmasked'>,
  actor: string,
): Promise<void> => {
  if (!isUuid(id)) throw unknownExample(id)
  const pipeline = await pipelines.ensure(name, vector.length)
  const unit = unitVector(vector, pipeline.dimensions)
  const bytes = vectorBytes(unit)
  const identity = toBase64(sealer.digest(bytes))
  const embedding = encrypted ? toBase64(sealer.seal(bytes, `${id} embedding`)) : vectorText(unit)
  await retried(database, async tx => {
    const [before] = await tx.query<{ pipeline: number; subject: string }>(
      `select pipeline::int, subject::text from ${s}.example where id = $1`,
      [id],
    )
    if (!before) throw unknownExample(id)
    let revision = 0
    if (encrypted) {
      await tx.query(`update ${s}.pipeline set removals = removals + 1 where id = $1`, [before.pipeline])
      const [row] = await tx.query<{ revision: number }>(
        `update ${s}.pipeline set revision = revision + 1 where id = $1 returning revision::float8`,
        [pipeline.id],
      )
      revision = row!.revision
    }
    // The subject may have the same face in that pipeline already.
    const twin = await tx.query(
      `select 1 from ${s}.example where pipeline = $1 and subject = $2 and identity = decode($3, 'base64') and id <> $4`,
      [pipeline.id, before.subject, identity, id],
    )
    if (twin.length > 0) await tx.query(`delete from ${s}.example where id = $1`, [id])
    else {
      const value = encrypted ? `sealed = decode($3, 'base64')` : 'embedding = $3::vector'
      await tx.query(
        `update ${s}.example set pipeline = $2, ${value}, identity = decode($4, 'base64'), norm = $5::real,
           unmasked = $6, revision = $7::bigint where id = $1`,
        [id, pipeline.id, embedding, identity, norm ?? null, unmasked, revision],
      )
    }
    await audit(tx, s, {
      actor,
      action: 're-embed',
      pipeline: name,
      subjectIds: [before.subject],
      exampleIds: [id],
    })
  })
}
