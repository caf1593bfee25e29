import type { GalleryStats } from '../schema.ts'
import { type Context, partitionOf } from './context.ts'
import { SCHEMA_VERSION } from './migrations.ts'
import { hasIndex, type Pipelines } from './pipelines.ts'

/** Counts of the gallery, see `Gallery.stats`. */
export const galleryStats = async (
  { database, s, encrypted }: Context,
  pipelines: Pipelines,
): Promise<GalleryStats> => {
  const [totals] = await database.query<{ subjects: number; examples: number }>(
    `select (select count(*)::int from ${s}.subject) as subjects, (select count(*)::int from ${s}.example) as examples`,
  )
  const found: GalleryStats['pipelines'] = []
  for (const pipeline of await pipelines.list()) {
    const table = partitionOf(s, pipeline.id)
    const [row] = await database.query<
      Record<'examples' | 'subjects' | 'masked' | 'thumbnails' | 'bytes', number>
    >(
      `select count(*)::int as examples, count(distinct subject)::int as subjects,
         count(*) filter (where mask_worn)::int as masked, count(thumbnail)::int as thumbnails,
         pg_total_relation_size('${table}')::float8 as bytes
       from ${table}`,
    )
    // What was re-embedded leaves an empty table.
    if (row!.examples === 0) continue
    const index = !encrypted && (await hasIndex(database, s, pipeline)) ? 'hnsw' : 'exact'
    found.push({ pipeline: pipeline.name, dimensions: pipeline.dimensions, ...row!, index })
  }
  return { location: database.location, encrypted, version: SCHEMA_VERSION, ...totals!, pipelines: found }
}
