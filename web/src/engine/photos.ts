import { XfmrError } from '../../../src/errors.ts'
import { overlap } from '../../../src/face/detect.ts'
import type { Face } from '../../../src/face/face.ts'
import type { Photo } from '../../../src/image/photo.ts'
import { readPhoto } from '../../../src/image/web.ts'
import { PLAIN_FIT } from '../../../src/masking/recipe.ts'
import { renderMask } from '../../../src/masking/render.ts'
import type { UnmaskMode } from '../../../src/recognition/unmask.ts'
import { reduced } from '../../../src/report/pictures.ts'
import type { EmbeddedFace, Xfmr } from '../../../src/xfmr.ts'
import { toBitmap } from './bitmaps.ts'
import type { FaceRef, MaskedFacts, MaskWish, PhotoFacts } from './protocol.ts'
import { type NetworkClock, type Spent, spending } from './timed-runtime.ts'

export type HeldPhoto = { readonly photo: Photo; readonly faces: readonly Face[]; readonly found: Spent }

export type ExaminedFace = { readonly face: EmbeddedFace; readonly spent: Spent }

/** The photos that the page refers to by number, with their faces. */
export type PhotoShelf = {
  read(file: Blob, name: string): Promise<PhotoFacts>
  /** Puts a mask on a face: a new photo, in which faces are looked for again. */
  mask(ref: FaceRef, wish: MaskWish): Promise<MaskedFacts>
  get(photo: number): HeldPhoto
  /** A face, aligned and embedded; kept, so that the same face is never run twice. */
  examine(ref: FaceRef, unmask: UnmaskMode): Promise<ExaminedFace>
  forget(photos: readonly number[]): void
}

export const createPhotoShelf = (xfmr: Xfmr, clock: NetworkClock): PhotoShelf => {
  const held = new Map<number, HeldPhoto & { examined: Map<string, Promise<ExaminedFace>> }>()
  let last = 0
  const get = (id: number) => {
    const found = held.get(id)
    if (found) return found
    throw new XfmrError('E_INTERNAL', `There is no photo ${id} any more.`)
  }
  const hold = async (photo: Photo): Promise<PhotoFacts> => {
    const [faces, found] = await spending(clock, () => xfmr.findFaces(photo))
    const id = ++last
    held.set(id, { photo, faces, found, examined: new Map() })
    return {
      id,
      name: photo.name ?? '',
      width: photo.width,
      height: photo.height,
      preview: await toBitmap(reduced(photo, PREVIEW)),
      faces: faces.map(({ box, score }) => ({ box, score })),
    }
  }
  return {
    read: async (file, name) => hold(await readPhoto(file, { name })),
    mask: async ({ photo: id, face }, wish) => {
      const { photo, faces } = get(id)
      const { type, coverage, colour, pattern, shift, size } = wish
      const masked = renderMask(photo, faces[face]!, {
        type,
        coverage,
        colour,
        pattern,
        patternSize: pattern ? 0.7 : 0,
        fit: { ...PLAIN_FIT, shiftY: shift, scaleX: size, scaleY: size },
        seed: 'studio',
      })
      const facts = await hold(masked.photo)
      return { ...facts, face: nearest(facts.faces, faces[face]!) }
    },
    get,
    examine: ({ photo: id, face }, unmask) => {
      const { photo, faces, examined } = get(id)
      const key = `${face}/${unmask}`
      const kept = examined.get(key)
      if (kept) return kept
      const made = spending(clock, () => xfmr.examine(photo, faces[face]!, { unmask })).then(
        ([result, spent]) => ({ face: result, spent }),
      )
      examined.set(key, made)
      made.catch(() => examined.delete(key))
      return made
    },
    forget: photos => {
      for (const id of photos) held.delete(id)
    },
  }
}

// --- internal ---

/** Longer side of a preview. */
const PREVIEW = 1024

/** The face in the place of another one; `null` where there is none. */
const nearest = (faces: PhotoFacts['faces'], { box }: Face): number | null => {
  const shares = faces.map(face => overlap(face.box, box))
  const most = Math.max(0, ...shares)
  return most > 0.2 ? shares.indexOf(most) : null
}
