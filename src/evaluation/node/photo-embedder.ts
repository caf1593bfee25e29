import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorToJson, XfmrError, type XfmrErrorCode } from '../../errors.ts'
import type { FaceChoice } from '../../face/choose.ts'
import type { AlignedFace, Face } from '../../face/face.ts'
import { readPhoto } from '../../image/node.ts'
import type { Box, Photo, Point } from '../../image/photo.ts'
import { mapParallel } from '../../parallel.ts'
import type { UnmaskMode } from '../../recognition/unmask.ts'
import type { Xfmr } from '../../xfmr.ts'
import type { PhotoChange } from '../photo-change.ts'
import type { EmbedPhotos, PhotoOutcome } from '../protocols/outcomes.ts'
import type { EmbeddingCache } from './embedding-cache.ts'

export type PhotoEmbedderOptions = {
  /** Folder that the paths of photos are relative to. */
  root: string
  xfmr: Pick<Xfmr, 'findFace' | 'examine'>
  /** Which face to take from a photo that shows several. */
  face?: FaceChoice
  cache?: EmbeddingCache
  /** What is done to a photo before its face is found, such as drawing a mask; see `masker` and `padder`. */
  change?: PhotoChange
  /** Which faces go through the correction for masks, where it is not what `xfmr` does anyway. */
  unmask?: UnmaskMode
  /** Keeps the last grids, for xCos. They are large: not with a cache. */
  grid?: boolean
  /** Photos under way at the same time. Default 1. */
  jobs?: number
  onProgress?: (done: number, total: number) => void
}

/** Embeds photos from files. What a photo gives does not depend on the others, on their order or on `jobs`. */
export const photoEmbedder =
  ({
    root,
    xfmr,
    face,
    cache,
    change,
    unmask,
    grid = false,
    jobs = 1,
    onProgress = () => {},
  }: PhotoEmbedderOptions): EmbedPhotos =>
  async photos => {
    let done = 0
    return mapParallel(photos, jobs, async photo => {
      const outcome = await embedFile(root, photo, { xfmr, face, cache, change, unmask, grid })
      onProgress(++done, photos.length)
      return outcome
    })
  }

/** The aligned face that was embedded, for pictures in reports. @throws XfmrError as reading and finding do */
export const alignedFace = async (
  {
    root,
    xfmr,
    face,
    change,
    unmask,
  }: Omit<Wishes, 'cache' | 'unmask' | 'grid'> & { root: string; unmask?: UnmaskMode },
  path: string,
): Promise<AlignedFace> => {
  const { photo, found } = await findInBytes(await readFile(join(root, path)), path, { xfmr, face, change })
  return (await xfmr.examine(photo, found, unmask === undefined ? {} : { unmask })).aligned
}

// --- internal ---

type Wishes = {
  xfmr: PhotoEmbedderOptions['xfmr']
  face: FaceChoice | undefined
  cache: EmbeddingCache | undefined
  change: PhotoChange | undefined
  unmask: UnmaskMode | undefined
  grid: boolean
}

const embedFile = async (
  root: string,
  name: string,
  { xfmr, face, cache, change, unmask, grid }: Wishes,
): Promise<PhotoOutcome> => {
  const path = join(root, name)
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'E_NOT_FOUND' : 'E_READ'
    return { error: { code, message: `${path} can't be read: ${(cause as Error).message}` } }
  }
  const digest = createHash('sha256').update(bytes).digest('hex')
  const key = change
    ? createHash('sha256')
        .update(`${digest} ${change.key(name)}`)
        .digest('hex')
    : digest
  const known = await cache?.get(key)
  if (known) return { ...known, digest }
  let outcome: PhotoOutcome
  try {
    const { photo, found } = await findInBytes(bytes, name, { xfmr, face, change })
    const wishes = { grid, mask: false, ...(unmask === undefined ? {} : { unmask }) }
    const { embedding } = await xfmr.examine(photo, found, wishes)
    outcome = { digest, embedding }
  } catch (error) {
    if (!(error instanceof XfmrError && OF_THE_PHOTO.has(error.code))) throw error
    const { code, message } = errorToJson(error)
    outcome = { digest, error: { code, message } }
  }
  await cache?.add(key, outcome)
  return outcome
}

// Without a name: the message is kept by content, and the same bytes may lie elsewhere under another.
const findInBytes = async (
  bytes: Uint8Array,
  path: string,
  { xfmr, face, change }: Omit<Wishes, 'cache' | 'unmask' | 'grid'>,
): Promise<{ photo: Photo; found: Face }> => {
  const original = await readPhoto(bytes)
  if (!change) return { photo: original, found: await xfmr.findFace(original, face) }
  const { photo, face: expected } = await change.apply(original, path)
  const found = await xfmr.findFace(photo, face)
  if (expected && !isWithin(centreOf(found.box), expected.box)) {
    throw new XfmrError('E_NO_FACE', 'Another face than the one with the mask on was found in the photo.')
  }
  return { photo, found }
}

const centreOf = ([x, y, width, height]: Box): Point => [x + width / 2, y + height / 2]

const isWithin = ([x, y]: Point, [left, top, width, height]: Box): boolean =>
  x >= left && y >= top && x <= left + width && y <= top + height

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
