import { XfmrError } from '../../../src/errors.ts'
import { overlap } from '../../../src/face/detect.ts'
import type { Face } from '../../../src/face/face.ts'
import { storedFace } from '../../../src/gallery/explain.ts'
import type { ExampleDetails } from '../../../src/gallery/schema.ts'
import type { Photo } from '../../../src/image/photo.ts'
import { type DecodedPhoto, readPhoto } from '../../../src/image/web.ts'
import { PLAIN_FIT } from '../../../src/masking/recipe.ts'
import { renderMask } from '../../../src/masking/render.ts'
import type { MaskFinding } from '../../../src/recognition/mask-worn.ts'
import type { UnmaskMode } from '../../../src/recognition/unmask.ts'
import { reduced } from '../../../src/report/pictures.ts'
import type { EmbeddedFace, Xfmr } from '../../../src/xfmr.ts'
import { toBitmap } from './bitmaps.ts'
import type { FaceRef, MaskedFacts, MaskWish, PhotoFacts } from './protocol.ts'
import { type HeldPhoto, likelyFace, PREVIEW, previewOf, type SeenPhoto, type Timed, timed } from './seen.ts'

/** The photos that the page refers to by number, with their faces. */
export type PhotoShelf = {
  read(decoded: DecodedPhoto): Promise<PhotoFacts>
  /** A photo that the second worker has looked at. */
  take(seen: SeenPhoto): Promise<PhotoFacts>
  /** A face that a gallery has stored with its picture. */
  readStored(face: ExampleDetails, picture: Blob): Promise<PhotoFacts>
  /** Puts a mask on a face: a new photo, in which faces are looked for again. */
  mask(ref: FaceRef, wish: MaskWish): Promise<MaskedFacts>
  get(photo: number): HeldPhoto
  /** A face, aligned and embedded; kept, so that the same face is never run twice. */
  examine(ref: FaceRef, unmask: UnmaskMode): Promise<Timed<EmbeddedFace>>
  /** Examines the face that will probably be compared, while nothing else is to do. */
  examineAhead(photo: number): Promise<void>
  forget(photos: readonly number[]): void
}

export const createPhotoShelf = (xfmr: Xfmr): PhotoShelf => {
  const held = new Map<number, HeldPhoto & { examined: Map<string, Promise<Timed<EmbeddedFace>>> }>()
  let last = 0
  const get = (id: number) => {
    const found = held.get(id)
    if (found) return found
    throw new XfmrError('E_INTERNAL', `There is no photo ${id} any more.`)
  }
  const hold = async (photo: Photo, preview: Promise<ImageBitmap>): Promise<PhotoFacts> =>
    keep(photo, await timed(() => xfmr.findFaces(photo)), preview)
  const keep = async (
    photo: Photo,
    faces: Timed<readonly Face[]>,
    preview: Promise<ImageBitmap>,
  ): Promise<PhotoFacts> => {
    const id = ++last
    held.set(id, { photo, faces, examined: new Map() })
    return {
      id,
      name: photo.name ?? '',
      width: photo.width,
      height: photo.height,
      preview: await preview,
      faces: faces.result.map(({ box, score }) => ({ box, score })),
    }
  }
  const examine: PhotoShelf['examine'] = ({ photo: id, face }, unmask) => {
    const { photo, faces, examined } = get(id)
    const key = keyOf(face, unmask)
    const kept = examined.get(key)
    if (kept) return kept
    const made = timed(() => xfmr.examine(photo, faces.result[face]!, { unmask }))
    examined.set(key, made)
    made.catch(() => examined.delete(key))
    return made
  }
  return {
    read: decoded => {
      const photo = decoded.read()
      return hold(photo, previewOf(decoded.canvas))
    },
    take: async ({ photo, faces, preview, embedded }) => {
      const facts = await keep(photo, faces, Promise.resolve(preview))
      if (embedded) {
        const likely = likelyFace({ photo, faces })!
        held.get(facts.id)!.examined.set(keyOf(likely, 'auto'), Promise.resolve(embedded))
      }
      return facts
    },
    readStored: async (example, picture) => {
      const png = new Uint8Array(await picture.arrayBuffer())
      const { face, photo } = await storedFace(xfmr, { ...example, png }, bytes =>
        readPhoto(bytes, { name: example.subject }),
      )
      const facts = await keep(photo, { result: [face.face], time: 0 }, toBitmap(photo))
      // What was found out about a mask when the face was enrolled, by the photo itself; nobody asks for more than is stored of it.
      const examined = { ...face, mask: example.mask as MaskFinding | null }
      held.get(facts.id)!.examined.set(keyOf(0, 'auto'), Promise.resolve({ result: examined, time: 0 }))
      return facts
    },
    mask: async ({ photo: id, face }, wish) => {
      const { photo, faces } = get(id)
      const wearer = faces.result[face]!
      const { type, coverage, colour, pattern, shift, size } = wish
      const masked = renderMask(photo, wearer, {
        type,
        coverage,
        colour,
        pattern,
        patternSize: pattern ? 0.7 : 0,
        fit: { ...PLAIN_FIT, shiftY: shift, scaleX: size, scaleY: size },
        seed: 'studio',
      })
      const facts = await hold(masked.photo, toBitmap(reduced(masked.photo, PREVIEW)))
      return { ...facts, face: nearest(facts.faces, wearer) }
    },
    get,
    examine,
    examineAhead: async id => {
      const found = held.get(id)
      const face = found && likelyFace(found)
      if (face !== undefined) await examine({ photo: id, face }, 'auto')
    },
    forget: photos => {
      for (const id of photos) held.delete(id)
    },
  }
}

// --- internal ---

const keyOf = (face: number, unmask: UnmaskMode): string => `${face}/${unmask}`

/** The face in the place of another one; `null` where there is none. */
const nearest = (faces: PhotoFacts['faces'], { box }: Face): number | null => {
  const shares = faces.map(face => overlap(face.box, box))
  const most = Math.max(0, ...shares)
  return most > 0.2 ? shares.indexOf(most) : null
}
