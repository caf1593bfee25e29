import { signal } from '@preact/signals'
import type {
  Candidate,
  EnrolResult,
  ExampleDetails,
  SearchResult,
  SubjectList,
} from '../../../src/gallery/schema.ts'
import { EngineFailure } from '../engine/client.ts'
import { config, failureOf } from './engine.ts'
import { putPhoto, putStored, slots } from './photos.ts'
import { change } from './settings.ts'

type Failed = { readonly code: string; readonly message: string }

export type Gallery = {
  readonly working: boolean
  /** Whether the server asks for a key. */
  readonly locked: boolean
  /** Whether the server was started without a gallery. */
  readonly missing: boolean
  readonly subjects: SubjectList['subjects']
  readonly result: SearchResult | null
  /** The photo that was searched with, for the explanation of a match, and its address. */
  readonly probe: { readonly file: File; readonly address: string } | null
  /** Addresses of the stored faces of the result, by id; made from answers, as pictures can't carry a key. */
  readonly faces: Readonly<Record<string, string>>
  readonly said: string
  readonly failure: Failed | null
}

export const gallery = signal<Gallery>({
  working: false,
  locked: false,
  missing: false,
  subjects: [],
  result: null,
  probe: null,
  faces: {},
  said: '',
  failure: null,
})

/** Kept for this page only; gone when it is closed. */
export const token = signal('')

/** Everybody who is enrolled, the first thousand by name. */
export const listPeople = (): Promise<boolean> =>
  working(async () => {
    const { subjects } = await ask<SubjectList>('subjects?limit=1000')
    set({ subjects, locked: false })
  })

/** @param keep whether the aligned face is stored too: without it a match can be neither shown nor explained */
export const enrol = (name: string, photo: File, keep: boolean, said: string): Promise<boolean> =>
  working(async () => {
    const form = new FormData()
    form.set('photos', photo)
    form.set('thumbnail', String(keep))
    await ask<EnrolResult>(`subjects/${encodeURIComponent(name)}/examples`, { method: 'POST', body: form })
    set({ said })
    const { subjects } = await ask<SubjectList>('subjects?limit=1000')
    set({ subjects })
  })

export const removePerson = (name: string): Promise<boolean> =>
  working(async () => {
    await ask(`subjects/${encodeURIComponent(name)}`, { method: 'DELETE' })
    const { subjects, result } = gallery.peek()
    set({
      subjects: subjects.filter(subject => subject.name !== name),
      result: result && {
        ...result,
        candidates: result.candidates.filter(({ subject }) => subject !== name),
      },
    })
  })

export const search = (photo: File): Promise<boolean> =>
  working(async () => {
    const form = new FormData()
    form.set('photo', photo)
    const result = await ask<SearchResult>('search', { method: 'POST', body: form })
    const { faces, probe } = gallery.peek()
    for (const address of [...Object.values(faces), probe?.address]) if (address) URL.revokeObjectURL(address)
    set({ result, probe: { file: photo, address: URL.createObjectURL(photo) }, faces: {} })
    for (const { example } of result.candidates) {
      if (!example.thumbnail) continue
      const face = await (await request(`examples/${example.id}/thumbnail`)).blob()
      set({ faces: { ...gallery.peek().faces, [example.id]: URL.createObjectURL(face) } })
    }
  })

/** Gets the stored face that matched, with its picture, for the comparison that explains why. */
export const explainMatch = ({ example }: Candidate): Promise<boolean> =>
  working(async () => {
    const { probe, result } = gallery.peek()
    const [face, picture] = await Promise.all([
      ask<ExampleDetails>(`examples/${example.id}`),
      request(`examples/${example.id}/thumbnail`).then(response => response.blob()),
    ])
    change({ page: 'compare', pair: null })
    void putPhoto(slots.a, probe!.file, probe!.file.name)
    void putStored(slots.b, face, picture, result!.threshold?.value)
  })

// --- internal ---

const set = (part: Partial<Gallery>): void => {
  gallery.value = { ...gallery.peek(), ...part }
}

/** @returns whether it was done */
const working = async (work: () => Promise<void>): Promise<boolean> => {
  set({ working: true, failure: null, said: '' })
  try {
    await work()
    return true
  } catch (error) {
    const failure = failureOf(error)
    const { locked, missing } = gallery.peek()
    set({
      failure,
      locked: locked || failure.code === 'E_UNAUTHORISED',
      missing: missing || failure.code === 'E_NOT_FOUND',
    })
    return false
  } finally {
    set({ working: false })
  }
}

const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const key = token.peek()
  const response = await fetch(new URL(path, new URL(config.value!.api!, document.baseURI)), {
    ...init,
    headers: key ? { authorization: `Bearer ${key}` } : {},
  }).catch((cause: Error) => {
    throw new EngineFailure({ code: 'SERVER', message: cause.message })
  })
  if (response.ok) return response
  const { error } = (await response.json().catch(() => ({}))) as { error?: Failed }
  throw new EngineFailure(error ?? { code: 'SERVER', message: String(response.status) })
}

const ask = async <T>(path: string, init?: RequestInit): Promise<T> =>
  (await request(path, init)).json() as Promise<T>
