import type { ReadonlySignal, Signal } from '@preact/signals'
import { useRef, useState } from 'preact/hooks'
import { chooseFace, emptySlot, letterOf, putPhoto, type Side, type Slot } from '../state/photos.ts'
import { text } from '../text.ts'
import { cameraWanted } from './camera.tsx'
import { Picture } from './canvas.tsx'
import { failureText } from './failure.tsx'

/** A place for a photo: drop, choose or take one, then choose the face. Pasting is the page's business. */
export const PhotoSlot = ({
  side,
  slot,
  shown = slot,
  onFiles,
}: {
  side: Side
  slot: Signal<Slot>
  /** What is drawn of it. Default: the slot as it is. */
  shown?: ReadonlySignal<Slot>
  onFiles?(files: File[]): void
}) => {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const letter = letterOf(side)
  const put = (files: File[]): void => {
    if (files.length === 0) return
    if (files.length > 1 && onFiles) onFiles(files)
    else void putPhoto(slot, files[0]!, files[0]!.name)
  }
  const camera = (): void => {
    cameraWanted.value = photo => void putPhoto(slot, photo, text.slot.taken)
  }
  const state = shown.value
  const filled = state.step === 'ready'
  // Buttons keep their places while there is nothing to replace.
  const taken = state.step === 'empty' ? 'away' : undefined
  return (
    <section
      class={`slot ${state.step}${over ? ' over' : ''}`}
      aria-label={text.slot.title(letter)}
      data-side={side}
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault()
        setOver(false)
        put([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple={onFiles !== undefined}
        hidden
        onChange={event => {
          put([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
      <div class="slot-picture">
        <span class="letter" aria-hidden="true">
          {letter}
        </span>
        {filled ? (
          <ChosenFace side={side} slot={slot} state={state} />
        ) : (
          <Invitation state={state} onChoose={() => input.current!.click()} />
        )}
      </div>
      <div class="slot-foot">
        <p class="slot-note" aria-live="polite">
          {noteOf(state)}
        </p>
        <div class="buttons small">
          <button type="button" class={taken} onClick={() => input.current!.click()}>
            {text.slot.replace}
          </button>
          <button type="button" class={taken} onClick={() => emptySlot(slot)}>
            {text.slot.remove}
          </button>
          <button type="button" onClick={camera}>
            {text.slot.camera}
          </button>
        </div>
      </div>
    </section>
  )
}

// --- internal ---

const noteOf = (state: Slot): string => {
  switch (state.step) {
    case 'empty':
      return ''
    case 'reading':
      return `${state.name}`
    case 'failed':
      return state.name
    case 'ready':
      return state.photo.faces.length > 1 ? text.slot.several(state.photo.faces.length) : state.photo.name
  }
}

const Invitation = ({ state, onChoose }: { state: Slot; onChoose(): void }) => (
  <div class="invitation">
    {state.step === 'failed' && (
      <p class="failure" role="alert">
        {failureText(state)}
      </p>
    )}
    {state.step === 'reading' && <p class="working">{text.slot.reading}</p>}
    {(state.step === 'empty' || state.step === 'failed') && (
      <button type="button" class="choose" onClick={onChoose}>
        <strong>{text.slot.drop}</strong>
        <span>
          {text.slot.or} <u>{text.slot.choose}</u>, {text.slot.or} {text.slot.orPaste}
        </span>
      </button>
    )}
  </div>
)

const ChosenFace = ({
  side,
  slot,
  state,
}: {
  side: Side
  slot: Signal<Slot>
  state: Extract<Slot, { step: 'ready' }>
}) => {
  const { photo, face } = state
  const letter = letterOf(side)
  const place = ([x, y, width, height]: readonly number[]) => ({
    left: `${(x! / photo.width) * 100}%`,
    top: `${(y! / photo.height) * 100}%`,
    width: `${(width! / photo.width) * 100}%`,
    height: `${(height! / photo.height) * 100}%`,
  })
  const many = photo.faces.length > 1
  return (
    <>
      <Picture class="photo" bitmap={photo.preview} label={text.slot.picture(letter, photo.name)} />
      <div key={photo.id} class="photo-frame" style={{ '--shape': photo.width / photo.height }}>
        {many ? (
          <fieldset class="faces">
            <legend class="hidden">{text.slot.facesLabel(letter)}</legend>
            {photo.faces.map(({ box }, i) => (
              <label key={i} class="face-box" style={place(box)}>
                <input
                  type="radio"
                  name={`face-${side}`}
                  checked={i === face}
                  onChange={() => chooseFace(slot, i)}
                  aria-label={text.slot.face(i + 1, photo.faces.length)}
                />
                <span aria-hidden="true">{i + 1}</span>
              </label>
            ))}
          </fieldset>
        ) : (
          <div class="face-box only" style={place(photo.faces[0]!.box)} />
        )}
      </div>
    </>
  )
}
