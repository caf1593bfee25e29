import { useEffect, useRef, useState } from 'preact/hooks'
import type { Candidate } from '../../../src/gallery/schema.ts'
import { fixed, percent } from '../../../src/report/numbers.ts'
import { FailureNote } from '../parts/failure.tsx'
import { config } from '../state/engine.ts'
import { enrol, explainMatch, gallery, listPeople, removePerson, search, token } from '../state/gallery.ts'
import { text } from '../text.ts'

export const GalleryPage = () => {
  const { api } = config.value ?? {}
  useEffect(() => {
    if (api) void listPeople()
  }, [api])
  const { failure, working, said, locked, missing } = gallery.value
  const there = api && !missing
  return (
    <>
      <header class="page-head">
        <h1>{text.gallery.title}</h1>
        <p class="lead">{there ? text.gallery.lead : text.gallery.none}</p>
      </header>
      {there && (
        <div class="gallery">
          <div class="gallery-side">
            {locked && <Key />}
            <Search />
          </div>
          <div class="gallery-main">
            <div class="gallery-note" aria-live="polite">
              {failure ? (
                <FailureNote failure={failure} />
              ) : (
                <p class={working ? 'note working' : 'note'}>{working ? text.gallery.working : said}</p>
              )}
            </div>
            <Matches />
            <People />
          </div>
          <Enrol />
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
  const [keep, setKeep] = useState(true)
  const submit = async (form: HTMLFormElement): Promise<void> => {
    const trimmed = name.trim()
    if (!photo.current || !(await enrol(trimmed, photo.current, keep, text.gallery.enrolled(trimmed)))) return
    form.reset()
    photo.current = null
    setName('')
  }
  return (
    <form
      class="card"
      aria-labelledby="enrol-title"
      onSubmit={event => {
        event.preventDefault()
        void submit(event.currentTarget)
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
      <label class="tick">
        <input type="checkbox" checked={keep} onChange={event => setKeep(event.currentTarget.checked)} />
        <span>{text.gallery.keep}</span>
      </label>
      <div class="buttons">
        <button type="submit">{text.gallery.enrol}</button>
      </div>
    </form>
  )
}

const Matches = () => {
  const { result, probe, working } = gallery.value
  if (!result || !probe) return null
  const { candidates, threshold } = result
  const best = candidates[0]
  return (
    <section class="matches" aria-labelledby="matches-title">
      <img class="probe" src={probe.address} alt={text.gallery.probe(probe.file.name)} />
      <div>
        <h2 id="matches-title">
          {best?.decision === 'match' ? text.gallery.found(best.subject) : text.gallery.noMatch}
        </h2>
        {threshold && (
          <p class="note">
            {text.gallery.threshold(fixed(threshold.value, 3))}
            {threshold.rates && ` ${text.gallery.fpir(percent(threshold.rates.fpir))}`}
          </p>
        )}
      </div>
      <ul class="people">
        {candidates.map(candidate => (
          <Match key={candidate.example.id} candidate={candidate} working={working} />
        ))}
      </ul>
    </section>
  )
}

const Match = ({ candidate, working }: { candidate: Candidate; working: boolean }) => {
  const { example, subject, similarity, decision } = candidate
  const face = gallery.value.faces[example.id]
  return (
    <li>
      <span class="thumb">
        {face && <img src={face} alt={text.gallery.face(subject)} width="56" height="56" />}
      </span>
      <span class="who">
        <strong>{subject}</strong>
        <span class="note">
          {decision && text.gallery.decisions[decision]}
          {!example.thumbnail && ` ${text.gallery.noPicture}`}
        </span>
      </span>
      <span class={`number ${decision === 'match' ? 'same' : 'different'}`}>{fixed(similarity, 3)}</span>
      <span class="buttons small">
        <button
          type="button"
          disabled={working || !example.thumbnail}
          aria-label={text.gallery.explainWith(subject)}
          onClick={() => void explainMatch(candidate)}
        >
          {text.gallery.explain}
        </button>
      </span>
    </li>
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
            <span class="who">
              <strong>{name}</strong>
              <span class="note">{text.gallery.photos(examples)}</span>
            </span>
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
