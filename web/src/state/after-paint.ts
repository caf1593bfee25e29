import { effect, type ReadonlySignal, signal } from '@preact/signals'

/**
 * Resolves when what was changed last is on the screen, or at once where nobody sees the page. What can come later must not take the
 * processor from what is waited for.
 */
export const afterPaint = (): Promise<void> =>
  new Promise(resolve => {
    if (document.hidden) resolve()
    else requestAnimationFrame(() => setTimeout(resolve))
  })

/** Whether something has been so for a while: what is soon over need not be shown. */
export const lasting = (source: ReadonlySignal<boolean>, milliseconds: number): ReadonlySignal<boolean> => {
  const lasts = signal(false)
  effect(() => {
    lasts.value = false
    if (!source.value) return
    const timer = setTimeout(() => {
      lasts.value = true
    }, milliseconds)
    return () => clearTimeout(timer)
  })
  return lasts
}

/**
 * The newest value of another signal; while something is being done, only once that takes long. Steps that are soon over are drawn
 * together with what comes of them: drawing each would take the processor from it.
 */
export const settled = <T>(
  source: ReadonlySignal<T>,
  busy: ReadonlySignal<boolean>,
  slow: ReadonlySignal<boolean>,
): ReadonlySignal<T> => {
  const shown = signal(source.peek())
  effect(() => {
    const { value } = source
    void busy.value
    void slow.value
    // What else follows from the change is known a moment later: it may be the next step.
    queueMicrotask(() => {
      if (source.peek() === value && (!busy.peek() || slow.peek())) shown.value = value
    })
  })
  return shown
}

/** The newest value of another signal, a frame later: for what need not be drawn together with the rest. */
export const afterwards = <T>(source: ReadonlySignal<T>): ReadonlySignal<T> => {
  const later = signal(source.peek())
  effect(() => {
    const { value } = source
    void afterPaint().then(() => {
      if (source.peek() === value) later.value = value
    })
  })
  return later
}
