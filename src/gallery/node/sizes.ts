import type { Context, PipelineRow } from './context.ts'
import { hasIndex } from './pipelines.ts'

/** How many faces a search compares with. */
export type Size = {
  readonly examples: number
  readonly masked: number
  readonly subjects: number
  /** Faces of other pipelines. */
  readonly others: number
  readonly indexed: boolean
}

/** Counts of the gallery, kept for a while where counting takes long. */
export type Sizes = {
  of(pipeline: PipelineRow): Promise<Size>
  /** This process changed something. */
  changed(): void
  /** The same, and what was counted before must not be used again. */
  forget(): void
}

export const createSizes = ({ database, s, encrypted }: Context): Sizes => {
  const known = new Map<number, { size: Size; at: number; took: number; changes: number }>()
  let changes = 0
  const count = async (pipeline: PipelineRow): Promise<Size> => {
    const [row] = await database.query<Omit<Size, 'indexed'>>(
      `select count(*)::int as examples, count(*) filter (where mask_worn)::int as masked,
         count(distinct subject)::int as subjects,
         (select count(*)::int from (select 1 from ${s}.example where pipeline <> $1 limit 1) o) as others
       from ${s}.example where pipeline = $1`,
      [pipeline.id],
    )
    return { ...row!, indexed: !encrypted && (await hasIndex(database, s, pipeline)) }
  }
  return {
    of: async pipeline => {
      const before = known.get(pipeline.id)
      const at = performance.now()
      if (before) {
        // Other processes can't change an embedded gallery. Counting again takes at most a twentieth of the time.
        const same = before.changes === changes && database.kind === 'embedded'
        const fresh = before.size.examples > SMALL && at - before.at < 20 * before.took
        if (same || fresh) return before.size
      }
      const counted = changes
      const size = await count(pipeline)
      known.set(pipeline.id, { size, at, took: performance.now() - at, changes: counted })
      return size
    },
    changed: () => {
      changes++
    },
    forget: () => known.clear(),
  }
}

// --- internal ---

/** Up to so many faces are counted in no time. */
const SMALL = 2000
