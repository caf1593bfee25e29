import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { FailedView, PhotoViews } from '../views.ts'

/** One view of a face on disk. */
export type FaceRow = {
  /** Position of its photo in the set. */
  readonly photo: number
  readonly mask: { readonly type: string; readonly coverage: string } | null
  readonly degraded: boolean
}

export type SetPhoto = {
  readonly name: string
  readonly identity: string
  /** Unit length; see `PhotoViews`. */
  readonly target: Float32Array
  readonly mirrored: Float32Array
}

/** Aligned faces with what they should be embedded as. Pixels stay on disk and are read one by one. */
export type FaceSet = {
  /** What it was made with. */
  readonly key: FaceSetKey
  readonly photos: readonly SetPhoto[]
  readonly rows: readonly FaceRow[]
  readonly failures: readonly { readonly name: string; readonly masked: boolean; readonly code: string }[]
  /** Reads the RGB pixels of a row, 112x112x3 bytes. */
  read(row: number, into: Uint8Array): void
  close(): void
}

/** What a set was made with: another set is another folder. */
export type FaceSetKey = { readonly pipeline: string } & Readonly<Record<string, string | number>>

/** One photo that was worked on: its views, or why there are none. */
export type PhotoResult = {
  readonly name: string
  readonly identity: string
  readonly views?: PhotoViews
  readonly code?: string
}

/** Photos in one shard: what a crash can cost. */
export const SHARD_PHOTOS = 128

/**
 * Opens a folder for shards made with these settings.
 * @throws XfmrError `E_BAD_DATASET` when the folder holds a set made with other settings
 */
export const openShards = async (folder: string, key: FaceSetKey): Promise<{ done: ReadonlySet<number> }> => {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'set.json')
  const text = `${JSON.stringify(key, null, 2)}\n`
  const present = await readFile(file, 'utf8').catch(() => undefined)
  if (present !== undefined && present !== text) {
    throw new XfmrError(
      'E_BAD_DATASET',
      `${folder} holds faces that were made with other settings. Give another --work folder, or remove it.`,
    )
  }
  if (present === undefined) await writeFile(file, text)
  const names = await readdir(folder)
  return { done: new Set(names.filter(name => /^\d+$/.test(name)).map(Number)) }
}

/** Writes one shard; it has its final name only when it is whole. */
export const writeShard = async (
  folder: string,
  shard: number,
  results: readonly PhotoResult[],
): Promise<void> => {
  const final = join(folder, String(shard).padStart(5, '0'))
  const partial = `${final}.part`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial)
  const photos = results.map(({ name, identity, views, code }) => ({
    name,
    identity,
    code,
    rows: views?.views.map(({ mask, degraded }) => ({ mask, degraded })) ?? [],
    failed: views?.failed ?? [],
  }))
  const kept = results.flatMap(({ views }) => (views ? [views] : []))
  await writeFile(join(partial, 'photos.json'), JSON.stringify(photos))
  await writeFile(join(partial, 'targets.f32'), concatenated(kept.flatMap(v => [v.target, v.mirrored])))
  await writeFile(
    join(partial, 'pixels.rgb'),
    Buffer.concat(kept.flatMap(v => v.views.map(w => w.aligned.data))),
  )
  await rename(partial, final)
}

/** Opens a finished set. */
export const openFaceSet = async (folder: string): Promise<FaceSet> => {
  const key: FaceSetKey = JSON.parse(await readFile(join(folder, 'set.json'), 'utf8'))
  const shards = (await readdir(folder)).filter(name => /^\d+$/.test(name)).sort()
  const photos: SetPhoto[] = []
  const rows: FaceRow[] = []
  const failures: { name: string; masked: boolean; code: string }[] = []
  const files: number[] = []
  const places: { file: number; offset: number }[] = []
  for (const shard of shards) {
    const listed: ShardPhoto[] = JSON.parse(await readFile(join(folder, shard, 'photos.json'), 'utf8'))
    const bytes = await readFile(join(folder, shard, 'targets.f32'))
    const targets = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    const kept = listed.filter(({ code }) => code === undefined)
    const dimensions = kept.length > 0 ? targets.length / (2 * kept.length) : 0
    const file = openSync(join(folder, shard, 'pixels.rgb'), 'r')
    files.push(file)
    let offset = 0
    kept.forEach((photo, i) => {
      const at = 2 * i * dimensions
      photos.push({
        name: photo.name,
        identity: photo.identity,
        target: targets.slice(at, at + dimensions),
        mirrored: targets.slice(at + dimensions, at + 2 * dimensions),
      })
      for (const row of photo.rows) {
        rows.push({ photo: photos.length - 1, ...row })
        places.push({ file, offset })
        offset += FACE_BYTES
      }
    })
    for (const { name, code, failed } of listed) {
      if (code !== undefined) failures.push({ name, masked: false, code })
      failures.push(...failed.map(failure => ({ name, ...failure })))
    }
  }
  return {
    key,
    photos,
    rows,
    failures,
    read: (row, into) => {
      const { file, offset } = places[row]!
      readSync(file, into, 0, FACE_BYTES, offset)
    },
    close: () => files.forEach(file => void closeSync(file)),
  }
}

// --- internal ---

const FACE_BYTES = 112 * 112 * 3

type ShardPhoto = {
  name: string
  identity: string
  code?: string
  rows: Omit<FaceRow, 'photo'>[]
  failed: FailedView[]
}

const concatenated = (vectors: readonly Float32Array[]): Uint8Array => {
  const all = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const vector of vectors) {
    all.set(vector, at)
    at += vector.length
  }
  return new Uint8Array(all.buffer)
}
