import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { XfmrError } from '../../errors.ts'
import type { Embedding } from '../../recognition/embedding.ts'
import type { PhotoError, PhotoOutcome } from '../protocols/outcomes.ts'

/** Embeddings that were computed before, by the content of the photo. */
export type EmbeddingCache = {
  /** @param digest SHA-256 of the photo's file. */
  get(digest: string): Promise<PhotoOutcome | undefined>
  /** Appends one outcome. It is on disk, or will be, when this resolves; a crash loses at most the row being written. */
  add(digest: string, outcome: PhotoOutcome): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the cache for one way of embedding.
 * @param folder Folder of all caches; each way gets a folder of its own in it.
 * @param pipeline Id of the pipeline; embeddings come back with it.
 * @param choice How the face of a photo is chosen: part of the key, as it changes the outcome.
 *
 * Rows are JSON lines in 16 files, by the first digit of the digest. Files only grow; a row that was cut short or
 * damaged is skipped, and its photo embedded again. Several processes may write at the same time.
 * @throws XfmrError `E_WRITE` when the folder can't be written.
 */
export const openEmbeddingCache = async (
  folder: string,
  pipeline: string,
  choice: string,
): Promise<EmbeddingCache> => {
  const key = `${pipeline} face=${choice}`
  const place = join(folder, createHash('sha256').update(key).digest('hex').slice(0, 16))
  try {
    await mkdir(place, { recursive: true })
    await writeFile(
      join(place, 'about.json'),
      `${JSON.stringify({ format: 'xfmr-embeddings', version: 1, key })}\n`,
    )
  } catch (cause) {
    throw new XfmrError('E_WRITE', `Can't write the embedding cache ${place}: ${(cause as Error).message}`, {
      cause,
    })
  }
  const shards = new Map<string, Promise<Shard>>()
  const shardOf = (digest: string): Promise<Shard> => {
    const name = digest[0]!
    const known = shards.get(name)
    if (known) return known
    const opened = openShard(join(place, `${name}.jsonl`), pipeline)
    shards.set(name, opened)
    return opened
  }
  return {
    get: async digest => (await shardOf(digest)).rows.get(digest),
    add: async (digest, outcome) => {
      const { rows, file } = await shardOf(digest)
      rows.set(digest, outcome)
      // One call a row: rows of several processes don't mix.
      await file.appendFile(writeRow(digest, outcome))
    },
    close: async () => {
      for (const shard of shards.values()) await (await shard).file.close()
    },
  }
}

// --- internal ---

type Shard = { readonly rows: Map<string, PhotoOutcome>; readonly file: FileHandle }

type Row = z.infer<typeof ROW>

const openShard = async (path: string, pipeline: string): Promise<Shard> => {
  const text = await readFile(path, 'utf8').catch(() => '')
  const rows = new Map<string, PhotoOutcome>()
  for (const line of text.split('\n')) {
    const read = readRow(line, pipeline)
    if (read) rows.set(read.digest, read)
  }
  const file = await open(path, 'a')
  // What a crash left half-written must not spoil the next row.
  if (text !== '' && !text.endsWith('\n')) await file.appendFile('\n')
  return { rows, file }
}

const writeRow = (digest: string, outcome: PhotoOutcome): string => {
  if ('error' in outcome) return `${JSON.stringify({ digest, error: outcome.error } satisfies Row)}\n`
  const { vector, norm, unmasked } = outcome.embedding
  const base64 = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
  return `${JSON.stringify({ digest, norm, vector: base64, ...(unmasked && { unmasked }) } satisfies Row)}\n`
}

const readRow = (line: string, pipeline: string): (PhotoOutcome & { digest: string }) | undefined => {
  const { success, data: row } = ROW.safeParse(parseJson(line))
  if (!success) return undefined
  if ('error' in row) return { digest: row.digest, error: row.error as PhotoError }
  const bytes = Buffer.from(row.vector, 'base64')
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined
  const vector = new Float32Array(bytes.length / 4)
  new Uint8Array(vector.buffer).set(bytes)
  const { norm, unmasked } = row
  const embedding: Embedding = { vector, norm, pipeline, ...(unmasked && { unmasked }) }
  return { digest: row.digest, embedding }
}

const ROW = z.union([
  z.object({
    digest: z.string(),
    norm: z.number(),
    vector: z.string(),
    unmasked: z.literal(true).optional(),
  }),
  z.object({ digest: z.string(), error: z.object({ code: z.string(), message: z.string() }) }),
])

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
