import { useEffect, useRef, useState } from 'preact/hooks'
import type { Candidate } from '../../../src/gallery/schema.ts'
import { fixed, percent } from '../../../src/report/numbers.ts'
import { FailureNote } from '../parts/failure.tsx'
import { config } from '../state/engine.ts'
import { enrol, gallery, listPeople, removePerson, search, token } from '../state/gallery.ts'
import { putPhoto, slots } from '../state/photos.ts'
import { change } from '../state/settings.ts'
import { text } from '../text.ts'

export const GalleryPage = () => {
  const { api } = config.value ?? {}
  useEffect(() => {
    if (api) void listPeople()
  }, [api])
  const { failure, working, said, locked } = gallery.value
  return (
    <>
      <header class="page-head">
        <h1>{text.gallery.title}</h1>
        <p class="lead">{api ? text.gallery.lead : text.gallery.none}</p>
      </header>
      {api && (
        <div class="gallery">
          <div class="gallery-side">
            {locked && <Key />}
            <Search />
            <Enrol />
            <p class={working ? 'note working' : 'note'} aria-live="polite">
              {working ? text.gallery.working : said}
            </p>
            {failure && <FailureNote failure={failure} />}
          </div>
          <div class="gallery-main">
            <Matches />
            <People />
          </div>
        </div>
      )}
    </>
  )
}

// --- internal ---

const Key = () => (
  <form
    class="card"
    onSubmit={event => {
      event.preventDefault()
      void listPeople()
    }}
  >
    <label class="field">
      <span>{text.gallery.token}</span>
      <input
        type="password"
        autocomplete="off"
        value={token.value}
        onInput={event => {
          token.value = event.currentTarget.value
        }}
      />
    </label>
    <div class="buttons">
      <button type="submit">{text.gallery.unlock}</button>
    </div>
  </form>
)

const PhotoField = ({ onPhoto }: { onPhoto(photo: File | null): void }) => (
  <label class="field">
    <span>{text.gallery.photo}</span>
    <input
      type="file"
      accept="image/*"
      required
      onChange={event => onPhoto(event.currentTarget.files?.[0] ?? null)}
    />
  </label>
)

const Search = () => {
  const photo = useRef<File | null>(null)
  return (
    <form
      class="card"
      aria-labelledby="search-title"
      onSubmit={event => {
        event.preventDefault()
        if (photo.current) void search(photo.current)
      }}
    >
      <h2 id="search-title">{text.gallery.search}</h2>
      <PhotoField
        onPhoto={file => {
          photo.current = file
        }}
      />
      <div class="buttons">
        <button type="submit" class="primary">
          {text.gallery.search}
        </button>
      </div>
    </form>
  )
}

const Enrol = () => {
  const photo = useRef<File | null>(null)
  const [name, setName] = useState('')
  return (
    <form
      class="card"
      aria-labelledby="enrol-title"
      onSubmit={event => {
        event.preventDefault()
        if (photo.current) void enrol(name.trim(), photo.current, text.gallery.enrolled(name.trim()))
      }}
    >
      <h2 id="enrol-title">{text.gallery.enrol}</h2>
      <label class="field">
        <span>{text.gallery.name}</span>
        <input
          type="text"
          required
          maxLength={200}
          value={name}
          onInput={event => setName(event.currentTarget.value)}
        />
      </label>
      <PhotoField
        onPhoto={file => {
          photo.current = file
        }}
      />
      <div class="buttons">
        <button type="submit">{text.gallery.enrol}</button>
      </div>
    </form>
  )
}

/** Both photos go to the compare page, which explains them in the browser. */
const explainMatch = async ({ subject, example }: Candidate): Promise<void> => {
  const { probe, faces } = gallery.peek()
  const address = faces[example.id]
  if (!probe || !address) return
  change({ page: 'compare', pair: null })
  const stored = await (await fetch(address)).blob()
  await Promise.all([putPhoto(slots.a, probe, probe.name), putPhoto(slots.b, stored, subject)])
}

const Matches = () => {
  const { result, faces } = gallery.value
  if (!result) return null
  const { candidates, threshold } = result
  const matched = candidates.some(({ decision }) => decision === 'match')
  return (
    <section aria-labelledby="matches-title">
      <h2 id="matches-title">{matched ? text.gallery.found : text.gallery.noMatch}</h2>
      {threshold && (
        <p class="note number">
          {text.gallery.threshold(fixed(threshold.value, 3))}
          {threshold.rates && ` ${text.gallery.fpir(percent(threshold.rates.fpir))}`}
        </p>
      )}
      <ul class="people">
        {candidates.map(candidate => {
          const { example, subject, similarity, decision } = candidate
          const face = faces[example.id]
          return (
            <li key={example.id}>
              <span class="thumb">
                {face && <img src={face} alt={text.gallery.face(subject)} width="56" height="56" />}
              </span>
              <strong>{subject}</strong>
              <span class={`number ${decision === 'match' ? 'same' : 'different'}`}>
                {fixed(similarity, 3)}
              </span>
              <span class="buttons small">
                <button type="button" disabled={!face} onClick={() => void explainMatch(candidate)}>
                  {text.gallery.compare}
                </button>
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

const People = () => {
  const { subjects } = gallery.value
  return (
    <section aria-labelledby="people-title">
      <h2 id="people-title">{text.gallery.people}</h2>
      {subjects.length === 0 && <p class="note">{text.gallery.empty}</p>}
      <ul class="people">
        {subjects.map(({ id, name, examples }) => (
          <li key={id}>
            <strong>{name}</strong>
            <span class="note">{text.gallery.photos(examples)}</span>
            <span class="buttons small">
              <button
                type="button"
                aria-label={text.gallery.remove(name)}
                onClick={() => void removePerson(name)}
              >
                {text.slot.remove}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
