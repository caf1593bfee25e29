import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorToJson, XfmrError, type XfmrErrorCode } from '../../errors.ts'
import type { FaceChoice } from '../../face/choose.ts'
import type { AlignedFace } from '../../face/face.ts'
import { readPhoto } from '../../image/node.ts'
import type { Xfmr } from '../../xfmr.ts'
import type { EmbedPhotos, PhotoOutcome } from '../protocols/outcomes.ts'
import type { EmbeddingCache } from './embedding-cache.ts'

export type PhotoEmbedderOptions = {
  /** Folder that the paths of photos are relative to. */
  root: string
  xfmr: Pick<Xfmr, 'findFace' | 'align' | 'embed'>
  /** Which face to take from a photo that shows several. */
  face?: FaceChoice
  cache?: EmbeddingCache
  /** Photos under way at the same time. Default 1. */
  jobs?: number
  onProgress?: (done: number, total: number) => void
}

/** Embeds photos from files. What a photo gives does not depend on the others, on their order or on `jobs`. */
export const photoEmbedder =
  ({ root, xfmr, face, cache, jobs = 1, onProgress = () => {} }: PhotoEmbedderOptions): EmbedPhotos =>
  async photos => {
    const outcomes = new Array<PhotoOutcome>(photos.length)
    let next = 0
    let done = 0
    const work = async (): Promise<void> => {
      while (next < photos.length) {
        const index = next++
        outcomes[index] = await embedFile(join(root, photos[index]!), { xfmr, face, cache })
        onProgress(++done, photos.length)
      }
    }
    await Promise.all(Array.from({ length: Math.min(jobs, photos.length) }, work))
    return outcomes
  }

/** The aligned face that was embedded, for pictures in reports. @throws XfmrError as reading and finding do */
export const alignedFace = async (
  path: string,
  xfmr: Pick<Xfmr, 'findFace' | 'align'>,
  face: FaceChoice | undefined,
): Promise<AlignedFace> => alignBytes(await readFile(path), xfmr, face)

// --- internal ---

type Tools = Pick<PhotoEmbedderOptions, 'xfmr' | 'face' | 'cache'>

const embedFile = async (
  path: string,
  { xfmr, face, cache }: { [K in keyof Tools]: Tools[K] | undefined } & Pick<Tools, 'xfmr'>,
): Promise<PhotoOutcome> => {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_READ'
    return { error: { code, message: `${path} can't be read: ${(cause as Error).message}` } }
  }
  const digest = createHash('sha256').update(bytes).digest('hex')
  const known = await cache?.get(digest)
  if (known) return known
  let outcome: PhotoOutcome
  try {
    const [embedding] = await xfmr.embed([await alignBytes(bytes, xfmr, face)])
    outcome = { digest, embedding: embedding! }
  } catch (error) {
    if (!(error instanceof XfmrError && OF_THE_PHOTO.has(error.code))) throw error
    const { code, message } = errorToJson(error)
    outcome = { digest, error: { code, message } }
  }
  await cache?.add(digest, outcome)
  return outcome
}

// Without a name: the message is kept by content, and the same bytes may lie elsewhere under another.
const alignBytes = async (
  bytes: Uint8Array,
  xfmr: Pick<Xfmr, 'findFace' | 'align'>,
  face: FaceChoice | undefined,
) => {
  const photo = await readPhoto(bytes)
  return xfmr.align(photo, await xfmr.findFace(photo, face))
}

/** Failures that lie in the photo and will come again. Any other one is ours, and stops the run. */
const OF_THE_PHOTO: ReadonlySet<XfmrErrorCode> = new Set([
  'E_DECODE',
  'E_TOO_LARGE',
  'E_TOO_SMALL',
  'E_NO_FACE',
  'E_SEVERAL_FACES',
  'E_LANDMARKS',
  'E_PROFILE',
  'E_NOT_FINITE',
])
