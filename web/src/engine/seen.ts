import { chooseFace } from '../../../src/face/choose.ts'
import type { Face } from '../../../src/face/face.ts'
import type { Photo } from '../../../src/image/photo.ts'
import type { DecodedPhoto } from '../../../src/image/web.ts'
import type { EmbeddedFace, Xfmr } from '../../../src/xfmr.ts'
import type { NetworkRun } from './timed-runtime.ts'

/** Something, and the milliseconds that it took. */
export type Timed<T> = { readonly result: T; readonly time: number }

export const timed = async <T>(work: () => Promise<T>): Promise<Timed<T>> => {
  const start = performance.now()
  return { result: await work(), time: performance.now() - start }
}

export type HeldPhoto = { readonly photo: Photo; readonly faces: Timed<readonly Face[]> }

/** A photo that the second worker has looked at. */
export type SeenPhoto = HeldPhoto & {
  readonly preview: ImageBitmap
  /** The likely face; `null` where there is none, or where it could not be embedded. */
  readonly embedded: Timed<EmbeddedFace> | null
  readonly runs: readonly NetworkRun[]
}

/** Number of the face that will probably be compared: the largest. */
export const likelyFace = ({ photo, faces: { result } }: HeldPhoto): number | undefined =>
  result.length > 0 ? result.indexOf(chooseFace(result, 'largest', photo)) : undefined

/** Reads, finds and embeds, all that can be done before the other photo is known. */
export const seePhoto = async (xfmr: Xfmr, decoded: DecodedPhoto): Promise<Omit<SeenPhoto, 'runs'>> => {
  const photo = decoded.read()
  const preview = previewOf(decoded.canvas)
  const faces = await timed(() => xfmr.findFaces(photo))
  const likely = likelyFace({ photo, faces })
  // Whoever compares the face learns why it can't be embedded.
  const embedded =
    likely === undefined
      ? null
      : await timed(() => xfmr.examine(photo, faces.result[likely]!, { unmask: 'auto' })).catch(() => null)
  return { photo, faces, preview: await preview, embedded }
}

/** Longer side of a preview. */
export const PREVIEW = 1024

/** What the page shows of a photo. A canvas that is small enough is handed over as it is. */
export const previewOf = async (canvas: OffscreenCanvas): Promise<ImageBitmap> => {
  const scale = PREVIEW / Math.max(canvas.width, canvas.height)
  if (scale >= 1) return canvas.transferToImageBitmap()
  const [resizeWidth, resizeHeight] = [canvas.width, canvas.height].map(side =>
    Math.max(1, Math.round(side * scale)),
  )
  return createImageBitmap(canvas, {
    resizeWidth: resizeWidth!,
    resizeHeight: resizeHeight!,
    resizeQuality: 'medium',
  })
}
