import { signal } from '@preact/signals'
import type { EnrolResult, SearchResult, SubjectList } from '../../../src/gallery/schema.ts'
import { EngineFailure } from '../engine/client.ts'
import { config, failureOf } from './engine.ts'

type Failed = { readonly code: string; readonly message: string }

export type Gallery = {
  readonly working: boolean
  /** Whether the server asks for a key. */
  readonly locked: boolean
  readonly subjects: SubjectList['subjects']
  readonly result: SearchResult | null
  /** The photo that was searched with, for the explanation of a match. */
  readonly probe: File | null
  /** Addresses of the stored faces of the result, by id; made from answers, as pictures can't carry a key. */
  readonly faces: Readonly<Record<string, string>>
  readonly said: string
  readonly failure: Failed | null
}

export const gallery = signal<Gallery>({
  working: false,
  locked: false,
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
export const listPeople = (): Promise<void> =>
  working(async () => {
    const { subjects } = await ask<SubjectList>('subjects?limit=1000')
    set({ subjects, locked: false })
  })

export const enrol = (name: string, photo: File, said: string): Promise<void> =>
  working(async () => {
    const form = new FormData()
    form.set('photos', photo)
    await ask<EnrolResult>(`subjects/${encodeURIComponent(name)}/examples`, { method: 'POST', body: form })
    set({ said })
    const { subjects } = await ask<SubjectList>('subjects?limit=1000')
    set({ subjects })
  })

export const removePerson = (name: string): Promise<void> =>
  working(async () => {
    await ask(`subjects/${encodeURIComponent(name)}`, { method: 'DELETE' })
    set({ subjects: gallery.peek().subjects.filter(subject => subject.name !== name), said: '' })
  })

export const search = (photo: File): Promise<void> =>
  working(async () => {
    const form = new FormData()
    form.set('photo', photo)
    const result = await ask<SearchResult>('search', { method: 'POST', body: form })
    for (const address of Object.values(gallery.peek().faces)) URL.revokeObjectURL(address)
    set({ result, probe: photo, faces: {}, said: '' })
    for (const { example } of result.candidates) {
      if (!example.thumbnail) continue
      const face = await (await request(`examples/${example.id}/thumbnail`)).blob()
      set({ faces: { ...gallery.peek().faces, [example.id]: URL.createObjectURL(face) } })
    }
  })

// --- internal ---

const set = (part: Partial<Gallery>): void => {
  gallery.value = { ...gallery.peek(), ...part }
}

const working = async (work: () => Promise<void>): Promise<void> => {
  set({ working: true, failure: null })
  try {
    await work()
  } catch (error) {
    const failure = failureOf(error)
    set({ failure, locked: gallery.peek().locked || failure.code === 'E_UNAUTHORISED' })
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
