import type { ReadonlySignal } from '@preact/signals'
import { fixed } from '../../../src/report/numbers.ts'
import { VERDICT_WORDS } from '../../../src/report/words.ts'
import { Picture } from '../parts/canvas.tsx'
import { FailureNote } from '../parts/failure.tsx'
import { Figure } from '../parts/figure.tsx'
import { MaskControls } from '../parts/mask-controls.tsx'
import { Samples } from '../parts/samples.tsx'
import { Scale, type ScaleMark } from '../parts/scale.tsx'
import { PhotoSlot } from '../parts/slot.tsx'
import type { Comparison } from '../state/comparison.ts'
import { masked, maskedComparisons, maskSide, VARIANTS, type Variant, variant } from '../state/mask.ts'
import { putFiles } from '../state/paste.ts'
import { letterOf, SIDES, slots } from '../state/photos.ts'
import { text } from '../text.ts'
import { comparison } from './compare.tsx'

const COMPARISONS: Readonly<Record<Variant, ReadonlySignal<Comparison>>> = {
  bare: comparison,
  ...maskedComparisons,
}

export const MaskPage = () => {
  const ready = SIDES.every(side => slots[side].value.step === 'ready')
  return (
    <>
      <header class="page-head">
        <h1>{text.mask.title}</h1>
        <p class="lead">{text.mask.lead}</p>
      </header>
      {ready ? <TryOn /> : <Gather />}
    </>
  )
}

// --- internal ---

/** Until two photos are there. */
const Gather = () => (
  <>
    <div class="bench two-slots">
      {SIDES.map(side => (
        <PhotoSlot key={side} side={side} slot={slots[side]} onFiles={putFiles} />
      ))}
    </div>
    <Samples />
  </>
)

const TryOn = () => {
  const { failure, photo, working } = masked.value
  const shown = COMPARISONS[variant.value]
  return (
    <>
      <div class="try-on">
        <MaskControls />
        <div class="try-results">
          <div class="try-photos">
            {SIDES.map(side => (
              <Shown key={side} side={side} />
            ))}
          </div>
          <div class="try-note" aria-live="polite">
            {failure ? (
              <FailureNote failure={failure} />
            ) : photo && photo.face === null ? (
              <p class="failure">{text.mask.notFound}</p>
            ) : (
              <Summary working={working} />
            )}
          </div>
          <Variants />
          <VariantScale />
        </div>
      </div>
      <div class={shown.value.pair ? 'results' : 'results waiting'}>
        <Figure comparison={shown} name="mask" />
      </div>
    </>
  )
}

const Shown = ({ side }: { side: 'a' | 'b' }) => {
  const slot = slots[side].value
  if (slot.step !== 'ready') return null
  const worn = side === maskSide.value ? masked.value.photo : null
  const letter = letterOf(side)
  return (
    <figure class="slot-picture" data-side={side}>
      <span class="letter" aria-hidden="true">
        {letter}
      </span>
      <Picture
        class="photo"
        bitmap={(worn ?? slot.photo).preview}
        label={worn ? text.mask.picture(letter) : text.slot.picture(letter, slot.photo.name)}
      />
    </figure>
  )
}

const scoreOf = (name: Variant): number | undefined => COMPARISONS[name].value.pair?.result.score.cosine

/** What mask and correction did to the score, in one sentence. */
const Summary = ({ working }: { working: boolean }) => {
  const [bare, never, auto] = VARIANTS.map(scoreOf)
  const { pair } = COMPARISONS.auto.value
  if (bare === undefined || never === undefined || auto === undefined || !pair) {
    return <p class={working ? 'working' : ''}>{text.mask.drawing}</p>
  }
  const corrected = pair.result.faces.some(({ unmasked }) => unmasked)
  const gain = auto - never
  const end = !corrected
    ? text.mask.kept
    : gain >= 0
      ? text.mask.back(fixed(gain, 3))
      : text.mask.more(fixed(-gain, 3))
  return (
    <p>
      {text.mask.moved(fixed(bare, 3), fixed(never, 3))}
      {end}
    </p>
  )
}

const Variants = () => (
  <fieldset class="variants">
    <legend class="hidden">{text.mask.variantsLabel}</legend>
    {VARIANTS.map(name => {
      const { pair, working } = COMPARISONS[name].value
      const result = pair?.result
      return (
        <label key={name} class={working ? 'variant stale' : 'variant'} data-variant={name}>
          <input
            type="radio"
            name="variant"
            checked={variant.value === name}
            onChange={() => {
              variant.value = name
            }}
          />
          <span class="variant-name">{text.mask.variants[name]}</span>
          <span class="variant-score number">{result ? fixed(result.score.cosine) : '–'}</span>
          <span class={`variant-verdict ${result?.verdict ?? ''}`}>
            {result ? VERDICT_WORDS[result.verdict] : text.verdict.unknown}
          </span>
        </label>
      )
    })}
  </fieldset>
)

const VariantScale = () => {
  const { pair } = COMPARISONS[variant.value].value
  if (!pair) return <div class="scale-space" />
  const marks = VARIANTS.flatMap((name): ScaleMark[] => {
    const result = COMPARISONS[name].value.pair?.result
    if (!result) return []
    const { verdict, score } = result
    const strong = name === variant.value
    return [{ score: score.cosine, verdict, label: text.mask.variants[name], strong }]
  })
  return (
    <div class="scale-space">
      <Scale hills={pair.hills} threshold={pair.result.threshold.value} marks={marks} />
    </div>
  )
}
