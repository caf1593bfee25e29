import { dotProduct } from '../../recognition/compare.ts'
import type { Context, PipelineRow } from './context.ts'
import { bytesVector } from './vectors.ts'

/** A stored face that is near a probe. */
export type Neighbour = { readonly id: string; readonly subject: string; readonly similarity: number }

/** The decrypted embeddings of a pipeline, kept up to date. */
export type MemoryIndex = {
  /** The best face of each of the `top` nearest subjects. Compares with every face. */
  nearest(probe: Float32Array, top: number): Promise<Neighbour[]>
}

/**
 * Keeps the embeddings of an encrypted gallery in memory: the database can't search what it can't read. Every search asks
 * whether anything changed and fetches only that.
 */
export const createMemoryIndex = (context: Context, pipeline: PipelineRow): MemoryIndex => {
  const { dimensions } = pipeline
  let state: State = { revision: 0, removals: 0, ids: [], subjects: [], vectors: new Float32Array(0) }
  let updating = Promise.resolve()
  const update = (): Promise<void> => {
    // One after the other, and again where the one before failed.
    updating = updating
      .catch(() => {})
      .then(async () => {
        state = await refreshed(context, pipeline, state)
      })
    return updating
  }
  return {
    nearest: async (probe, top) => {
      await update()
      const { ids, subjects, vectors } = state
      const best = new Map<string, { place: number; similarity: number }>()
      for (let place = 0; place < ids.length; place++) {
        const start = place * dimensions
        const similarity = dotProduct(probe, vectors.subarray(start, start + dimensions))
        const subject = subjects[place]!
        const before = best.get(subject)
        if (!before || similarity > before.similarity) best.set(subject, { place, similarity })
      }
      return [...best]
        .map(([subject, { place, similarity }]) => ({ id: ids[place]!, subject, similarity }))
        .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
        .slice(0, top)
    },
  }
}

// --- internal ---

type State = {
  readonly revision: number
  readonly removals: number
  readonly ids: string[]
  readonly subjects: string[]
  /** Row by row. */
  readonly vectors: Float32Array
}

const refreshed = async (
  { database, s, sealer }: Context,
  { id: pipeline, dimensions }: PipelineRow,
  state: State,
): Promise<State> => {
  const [now] = await database.query<{ revision: number; removals: number }>(
    `select revision::float8, removals::float8 from ${s}.pipeline where id = $1`,
    [pipeline],
  )
  const { revision, removals } = now!
  if (revision === state.revision && removals === state.removals) return state
  let { ids, subjects, vectors } = state
  if (removals !== state.removals) {
    const rows = await database.query<{ id: string }>(
      `select id::text from ${s}.example where pipeline = $1 and revision <= $2`,
      [pipeline, state.revision],
    )
    const there = new Set(rows.map(({ id }) => id))
    const kept = ids.flatMap((id, place) => (there.has(id) ? place : []))
    const remaining = new Float32Array(kept.length * dimensions)
    for (const [i, place] of kept.entries()) {
      remaining.set(vectors.subarray(place * dimensions, (place + 1) * dimensions), i * dimensions)
    }
    ids = kept.map(place => ids[place]!)
    subjects = kept.map(place => subjects[place]!)
    vectors = remaining
  }
  const rows = await database.query<{ id: string; subject: string; sealed: Uint8Array }>(
    `select id::text, subject::text, sealed from ${s}.example where pipeline = $1 and revision > $2 and revision <= $3`,
    [pipeline, state.revision, revision],
  )
  const grown = new Float32Array(vectors.length + rows.length * dimensions)
  grown.set(vectors)
  for (const [i, { id, sealed }] of rows.entries()) {
    grown.set(bytesVector(sealer.open(sealed, `${id} embedding`)), vectors.length + i * dimensions)
  }
  return {
    revision,
    removals,
    ids: [...ids, ...rows.map(({ id }) => id)],
    subjects: [...subjects, ...rows.map(({ subject }) => subject)],
    vectors: grown,
  }
}
