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
import { followComparison } from '../state/comparison.ts'
import { putFiles } from '../state/paste.ts'
import { faceOf, SIDES, slots } from '../state/photos.ts'
import { text } from '../text.ts'

/** The comparison of photos A and B. */
export const comparison = followComparison(
  computed(() => {
    const [a, b] = [slots.a.value, slots.b.value]
    if (a.step !== 'ready' || b.step !== 'ready') return null
    return { a: faceOf(a)!, b: faceOf(b)!, unmask: 'auto' as const, since: Math.max(a.since, b.since) }
  }),
  signal(true),
)

export const Compare = () => {
  const steps = SIDES.map(side => slots[side].value.step)
  const untouched = steps.every(step => step === 'empty')
  const both = steps.every(step => step === 'ready' || step === 'reading')
  const { pair, explained, working, failure, time } = comparison.value
  const result = explained ?? pair?.result
  return (
    <>
      <header class="page-head">
        <h1>{text.compare.title}</h1>
        <p class="lead">{text.compare.lead}</p>
      </header>
      <div class="bench">
        <PhotoSlot side="a" slot={slots.a} onFiles={putFiles} />
        <div class="bench-middle" aria-live="polite" aria-busy={working}>
          {result && !untouched ? (
            <Verdict
              result={result}
              time={pair && time !== null ? [duration(time), duration(pair.networks)] : null}
            />
          ) : (
            <Waiting steps={steps} />
          )}
        </div>
        <PhotoSlot side="b" slot={slots.b} onFiles={putFiles} />
      </div>
      {failure && <FailureNote failure={failure} />}
      {untouched && <Samples />}
      {pair && result ? (
        <div class={working ? 'results stale' : 'results'}>
          <section class="evidence" aria-label={text.verdict.title}>
            <Scale
              hills={pair.hills}
              threshold={result.threshold.value}
              marks={[{ score: result.score.cosine, verdict: result.verdict, strong: true }]}
            />
            <Rates result={result} />
          </section>
          <Figure comparison={comparison} name="compare" />
          <Regions result={result} />
          <Neurons result={result} aligned={pair.aligned} />
          <Actions pair={pair} />
        </div>
      ) : (
        both && <div class="results waiting" aria-hidden="true" />
      )}
    </>
  )
}

// --- internal ---

const Waiting = ({ steps }: { steps: readonly string[] }) => {
  const missing = SIDES.find((_, i) => steps[i] === 'empty' || steps[i] === 'failed')
  return (
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
}
