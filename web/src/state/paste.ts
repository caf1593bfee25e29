import { text } from '../text.ts'
import { putPhoto, slots } from './photos.ts'

/** Two files fill both places; one goes into the first that is empty, else into B. */
export const putFiles = (files: readonly Blob[]): void => {
  const [first, second] = files
  if (!first) return
  const nameOf = (file: Blob): string =>
    file instanceof File && file.name !== 'image.png' ? file.name : text.slot.pasted
  if (second) {
    void putPhoto(slots.a, first, nameOf(first))
    void putPhoto(slots.b, second, nameOf(second))
  } else {
    const free = slots.a.value.step === 'empty' || slots.a.value.step === 'failed' ? slots.a : slots.b
    void putPhoto(free, first, nameOf(first))
  }
}

/** Photos may be pasted anywhere on the page. */
export const followPaste = (): void => {
  addEventListener('paste', event => {
    const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith('image/'))
    if (files.length === 0) return
    event.preventDefault()
    putFiles(files)
  })
}
