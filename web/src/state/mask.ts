import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { FaceRef, MaskedFacts, MaskWish } from '../engine/protocol.ts'
import { type CompareWish, type Comparison, followComparison } from './comparison.ts'
import { call, failureOf } from './engine.ts'
import { faceOf, type Side, slots } from './photos.ts'
import { settings } from './settings.ts'

/** The pair as it is, with the mask and no correction, with the mask and the correction. */
export const VARIANTS = ['bare', 'never', 'auto'] as const
export type Variant = (typeof VARIANTS)[number]

/** Whose face wears the mask. */
export const maskSide = signal<Side>('a')
export const variant = signal<Variant>('auto')
export const maskWish = signal<MaskWish>({
  type: 'surgical',
  coverage: 'high',
  colour: '#a9cfe8',
  pattern: null,
  shift: 0,
  size: 1,
})

/** The photo with the mask. */
export type Masked = {
  readonly working: boolean
  readonly photo: MaskedFacts | null
  readonly failure: { readonly code: string; readonly message: string } | null
}
export const masked = signal<Masked>({ working: false, photo: null, failure: null })

/** Draws the mask whenever face or mask change. While one is drawn, only the newest wish waits. */
export const followMask = (): void => {
  let drawing = false
  let waiting: (FaceRef & { wish: MaskWish }) | null = null
  const show = (next: Masked): void => {
    const { photo } = masked.peek()
    masked.value = next
    if (photo && photo !== next.photo) {
      photo.preview.close()
      void call('forget', { photos: [photo.id] })
    }
  }
  const draw = async (): Promise<void> => {
    if (drawing) return
    drawing = true
    while (waiting) {
      const wanted = waiting
      waiting = null
      masked.value = { ...masked.peek(), working: true }
      try {
        const photo = await call('mask', wanted)
        show({ working: false, photo, failure: null })
      } catch (error) {
        show({ working: false, photo: null, failure: failureOf(error) })
      }
    }
    drawing = false
  }
  effect(() => {
    const face = onPage.value ? faceOf(slots[maskSide.value].value) : null
    const wish = maskWish.value
    if (face) {
      waiting = { ...face, wish }
      void draw()
    } else if (slots[maskSide.value].value.step !== 'ready') {
      waiting = null
      show({ working: false, photo: null, failure: null })
    }
  })
}

const onPage = computed(() => settings.value.page === 'mask')

const maskedWish = (unmask: 'never' | 'auto'): CompareWish | null => {
  const side = maskSide.value
  const { photo } = masked.value
  const other = faceOf(slots[side === 'a' ? 'b' : 'a'].value)
  if (!photo || photo.face === null || !other) return null
  const own = { photo: photo.id, face: photo.face }
  return side === 'a' ? { a: own, b: other, unmask } : { a: other, b: own, unmask }
}

/** The comparisons with the mask on; the one without it is that of the compare page. */
export const maskedComparisons: Readonly<Record<'never' | 'auto', ReadonlySignal<Comparison>>> = {
  never: followComparison(
    computed(() => maskedWish('never')),
    computed(() => onPage.value && variant.value === 'never'),
  ),
  auto: followComparison(
    computed(() => maskedWish('auto')),
    computed(() => onPage.value && variant.value === 'auto'),
  ),
}
