import { effect, type ReadonlySignal, signal } from '@preact/signals'
import type { CompareResult } from '../../../src/report/schema.ts'
import type { FaceRef, Pair } from '../engine/protocol.ts'
import { afterPaint } from './after-paint.ts'
import { call, failureOf } from './engine.ts'

/** How far a comparison is. The last pair stays on the page while a new one is computed. */
export type Comparison = {
  readonly working: boolean
  readonly pair: Pair | null
  /** The pair's result with contributions, neurons and layers, which come a little later. */
  readonly explained: CompareResult | null
  readonly failure: { readonly code: string; readonly message: string } | null
  /** Milliseconds from the moment both photos were given to the verdict. */
  readonly time: number | null
}

export type CompareWish = {
  readonly a: FaceRef
  readonly b: FaceRef
  readonly unmask: 'auto' | 'never'
  /** `performance.now()` when the last of the two photos was given. */
  readonly since?: number
  readonly threshold?: number | undefined
}

export const NO_COMPARISON: Comparison = {
  working: false,
  pair: null,
  explained: null,
  failure: null,
  time: null,
}

/**
 * Compares whatever two faces the wish names, again whenever it changes; outdated answers are dropped.
 * @param wish `soon` while photos are being read: what is on the page then stays until the next verdict
 * @param explain whether explanations are wanted at the moment
 */
export const followComparison = (
  wish: ReadonlySignal<CompareWish | 'soon' | null>,
  explain: ReadonlySignal<boolean>,
): ReadonlySignal<Comparison> => {
  const comparison = signal<Comparison>(NO_COMPARISON)
  let turn = 0
  let current = keyOf(null)
  const close = ({ pair }: Comparison): void => {
    if (!pair) return
    for (const face of pair.aligned) face.close()
    void call('forget', { pairs: [pair.id] })
  }
  const run = async (wanted: CompareWish, own: number): Promise<void> => {
    const before = comparison.peek()
    comparison.value = { ...before, working: true, failure: null }
    try {
      const { since = performance.now(), ...faces } = wanted
      const pair = await call('compare', { ...faces, since: performance.timeOrigin + since })
      if (own !== turn) return close({ ...NO_COMPARISON, pair })
      comparison.value = { ...NO_COMPARISON, pair, time: performance.now() - since }
      close(before)
    } catch (error) {
      if (own === turn) comparison.value = { ...before, working: false, failure: failureOf(error) }
    }
  }
  const explainAfterwards = async (pair: Pair): Promise<void> => {
    await afterPaint()
    const isShown = (): boolean => comparison.peek().pair === pair && !comparison.peek().working
    if (!isShown()) return
    try {
      const explained = await call('explain', { pair: pair.id })
      if (isShown()) comparison.value = { ...comparison.peek(), explained }
    } catch (error) {
      if (isShown()) comparison.value = { ...comparison.peek(), failure: failureOf(error) }
    }
  }
  effect(() => {
    const wanted = wish.value
    const key = keyOf(wanted)
    if (key === current) return
    current = key
    const own = ++turn
    const before = comparison.peek()
    if (wanted === 'soon') {
      comparison.value = { ...before, working: true, failure: null }
      return
    }
    if (wanted) return void run(wanted, own)
    comparison.value = NO_COMPARISON
    close(before)
  })
  effect(() => {
    const { pair, explained, failure } = comparison.value
    if (!pair || explained || failure || !explain.value) return
    void explainAfterwards(pair)
  })
  return comparison
}

// --- internal ---

const keyOf = (wish: CompareWish | 'soon' | null): string =>
  wish === null || wish === 'soon'
    ? String(wish)
    : JSON.stringify([wish.a, wish.b, wish.unmask, wish.threshold])
