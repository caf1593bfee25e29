import { computed, signal } from '@preact/signals'
import { duration } from '../../../src/report/numbers.ts'
import { Actions } from '../parts/actions.tsx'
import { FailureNote } from '../parts/failure.tsx'
import { Figure } from '../parts/figure.tsx'
import { Neurons } from '../parts/neurons.tsx'
import { Regions } from '../parts/regions.tsx'
import { Samples } from '../parts/samples.tsx'
import { Scale } from '../parts/scale.tsx'
import { PhotoSlot } from '../parts/slot.tsx'
import { Rates, Verdict } from '../parts/verdict.tsx'
import { afterwards, lasting, settled } from '../state/after-paint.ts'
import { followComparison } from '../state/comparison.ts'
import { config } from '../state/engine.ts'
import { putFiles } from '../state/paste.ts'
import { faceOf, SIDES, type Side, type Slot, slots } from '../state/photos.ts'
import { settings } from '../state/settings.ts'
import { text } from '../text.ts'

const isFilled = (step: Slot['step']): boolean => step === 'ready' || step === 'reading'

/** The comparison of photos A and B. */
export const comparison = followComparison(
  computed(() => {
    const [a, b] = [slots.a.value, slots.b.value]
    if (!isFilled(a.step) || !isFilled(b.step)) return null
    if (a.step !== 'ready' || b.step !== 'ready') return 'soon'
    return {
      a: faceOf(a)!,
      b: faceOf(b)!,
      unmask: 'auto' as const,
      since: Math.max(a.since, b.since),
      threshold: a.threshold ?? b.threshold,
    }
  }),
  signal(true),
)

const isBusy = computed(
  () => comparison.value.working || SIDES.some(side => slots[side].value.step === 'reading'),
)
const isSlow = lasting(isBusy, 150)
const shown = { a: settled(slots.a, isBusy, isSlow), b: settled(slots.b, isBusy, isSlow) }

/** What stands below the verdict, drawn when that is on the screen. */
const details = afterwards(comparison)

/** Only results that will be outdated for a while are dimmed: painting them anew would take longer than most comparisons. */
const outdated = lasting(
  computed(() => details.value.working),
  300,
)

export const Compare = () => {
  const steps = SIDES.map(side => shown[side].value.step)
  const untouched = steps.every(step => step === 'empty')
  // A link may name a pair of samples, which is read as soon as it is known where it lies.
  const named = settings.value.pair !== null && config.value === null
  const both = named || SIDES.every(side => isFilled(slots[side].value.step))
  const { pair, explained, working, failure, time } = comparison.value
  const result = explained ?? pair?.result
  return (
    <>
      <header class="page-head">
        <h1>{text.compare.title}</h1>
        <p class="lead">{text.compare.lead}</p>
      </header>
      <div class="bench">
        <PhotoSlot side="a" slot={slots.a} shown={shown.a} onFiles={putFiles} />
        <div class="bench-middle" aria-live="polite" aria-busy={working}>
          {result && !isSlow.value ? (
            <Verdict
              result={result}
              time={pair && time !== null ? [duration(time), duration(pair.networks)] : null}
            />
          ) : (
            <Waiting missing={both ? undefined : SIDES.find((_, i) => !isFilled(steps[i]!))} />
          )}
        </div>
        <PhotoSlot side="b" slot={slots.b} shown={shown.b} onFiles={putFiles} />
      </div>
      {failure && <FailureNote failure={failure} />}
      {untouched && !both && <Samples />}
      <Results expected={both} />
    </>
  )
}

// --- internal ---

/** @param expected whether results are on the way, so that their place is kept */
const Results = ({ expected }: { expected: boolean }) => {
  const { pair, explained, working } = details.value
  if (!pair) return expected ? <div class="results waiting" aria-hidden="true" /> : null
  const result = explained ?? pair.result
  return (
    <div class={outdated.value ? 'results stale' : 'results'} aria-busy={working}>
      <section class="evidence" aria-label={text.verdict.title}>
        <Scale
          hills={pair.hills}
          threshold={result.threshold.value}
          marks={[{ score: result.score.cosine, verdict: result.verdict, strong: true }]}
        />
        <Rates result={result} />
      </section>
      <Figure comparison={details} name="compare" />
      <Regions result={result} />
      <Neurons result={result} aligned={pair.aligned} />
      <Actions pair={pair} />
    </div>
  )
}

const Waiting = ({ missing }: { missing: Side | undefined }) => (
  <div class="verdict none">
    <p class="kicker">{text.verdict.title}</p>
    <p class="verdict-wait">
      {missing ? (
        text.compare.needs(missing.toUpperCase())
      ) : (
        <span class="working">{text.compare.waiting}</span>
      )}
    </p>
  </div>
)
