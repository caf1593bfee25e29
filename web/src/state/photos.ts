import { type Signal, signal } from '@preact/signals'
import type { ExampleDetails } from '../../../src/gallery/schema.ts'
import type { FaceRef, PhotoFacts } from '../engine/protocol.ts'
import { call, failureOf } from './engine.ts'

export type Side = 'a' | 'b'
export const SIDES: readonly Side[] = ['a', 'b']
export const letterOf = (side: Side): string => side.toUpperCase()

/** What lies in the place of photo A or B. */
export type Slot =
  | { readonly step: 'empty' }
  | { readonly step: 'reading'; readonly name: string }
  | { readonly step: 'failed'; readonly name: string; readonly code: string; readonly message: string }
  | {
      readonly step: 'ready'
      readonly photo: PhotoFacts
      readonly face: number
      /** `performance.now()` when photo or face were chosen. */
      readonly since: number
      /** Score from which a comparison with this photo says the same person, where not the usual one. */
      readonly threshold?: number | undefined
    }

export const createSlot = (): Signal<Slot> => signal<Slot>({ step: 'empty' })

/** Photos A and B, on every page. */
export const slots: Readonly<Record<Side, Signal<Slot>>> = { a: createSlot(), b: createSlot() }

/** The face that is compared, where there is one. */
export const faceOf = (slot: Slot): FaceRef | null =>
  slot.step === 'ready' ? { photo: slot.photo.id, face: slot.face } : null

/** Reads a photo into a place. Where several faces are on it, the largest is chosen until another one is. */
export const putPhoto = (slot: Signal<Slot>, file: Blob, name: string): Promise<void> =>
  put(slot, name, () => call('read', { file, name }))

/** Puts a face into a place that a gallery has stored with its picture. @param threshold of the gallery */
export const putStored = (
  slot: Signal<Slot>,
  face: ExampleDetails,
  picture: Blob,
  threshold?: number,
): Promise<void> => put(slot, face.subject, () => call('readStored', { face, picture }), threshold)

export const emptySlot = (slot: Signal<Slot>): void => replace(slot, { step: 'empty' })

export const chooseFace = (slot: Signal<Slot>, face: number): void => {
  if (slot.value.step === 'ready' && slot.value.face !== face) {
    slot.value = { ...slot.value, face, since: performance.now() }
  }
}

/** A sample photo, from the server that the page comes from. */
export const putSample = async (slot: Signal<Slot>, url: string): Promise<void> => {
  const name = url.slice(url.lastIndexOf('/') + 1)
  replace(slot, { step: 'reading', name })
  const response = await fetch(url).catch(() => undefined)
  if (response?.ok) return putPhoto(slot, await response.blob(), name)
  slot.value = { step: 'failed', name, code: 'E_MODEL_FETCH', message: '' }
}

// --- internal ---

const put = async (
  slot: Signal<Slot>,
  name: string,
  read: () => Promise<PhotoFacts>,
  threshold?: number,
): Promise<void> => {
  const since = performance.now()
  const reading: Slot = { step: 'reading', name }
  replace(slot, reading)
  try {
    const photo = await read()
    if (slot.value !== reading) {
      // Another photo took the place in the meantime.
      forget(photo)
    } else if (photo.faces.length === 0) {
      forget(photo)
      slot.value = { step: 'failed', name, code: 'E_NO_FACE', message: '' }
    } else slot.value = { step: 'ready', photo, face: largest(photo), since, threshold }
  } catch (error) {
    if (slot.value === reading) slot.value = { step: 'failed', name, ...failureOf(error) }
  }
}

/** Puts something else into a place, and forgets the photo that was there. */
const replace = (slot: Signal<Slot>, next: Slot): void => {
  const before = slot.peek()
  slot.value = next
  if (before.step === 'ready') forget(before.photo)
}

const forget = (photo: PhotoFacts): void => {
  photo.preview.close()
  void call('forget', { photos: [photo.id] })
}

const largest = ({ faces }: PhotoFacts): number => {
  const areas = faces.map(({ box }) => box[2] * box[3])
  return areas.indexOf(Math.max(...areas))
}
