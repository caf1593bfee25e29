import { useMemo } from 'preact/hooks'
import { rangeAround } from '../../../src/image/map.ts'
import { fixed, signed } from '../../../src/report/numbers.ts'
import { ACTIVITY, SIGNED } from '../../../src/report/pictures.ts'
import { fromCells } from '../../../src/report/result.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { text } from '../text.ts'
import { Overlay, Picture } from './canvas.tsx'

/** The channels of the last layer that counted most on each face. */
export const Neurons = ({
  result,
  aligned,
}: {
  result: CompareResult
  aligned: readonly [ImageBitmap, ImageBitmap]
}) => {
  const { channels } = result
  const shown = useMemo(() => channels && layersOf(channels), [channels])
  return (
    <section class="neurons" aria-labelledby="neurons-title">
      <h2 id="neurons-title">{text.neurons.title}</h2>
      <p>{text.neurons.lead}</p>
      <div class="two">
        {(['a', 'b'] as const).map((side, s) => (
          <div key={side}>
            <h3>{text.neurons.face(side.toUpperCase())}</h3>
            <ul class="neuron-list">
              {shown?.[side].map(({ channel, contribution, activity, counted, shared, share }) => (
                <li key={channel}>
                  <div
                    class="thumb"
                    role="img"
                    aria-label={text.neurons.activity(channel, side.toUpperCase())}
                  >
                    <Picture bitmap={aligned[s]!} />
                    <Overlay layer={activity} />
                  </div>
                  <div
                    class="thumb"
                    role="img"
                    aria-label={text.neurons.contribution(channel, side.toUpperCase())}
                  >
                    <Picture bitmap={aligned[s]!} />
                    <Overlay layer={counted} />
                  </div>
                  <div class="neuron-name">
                    <strong>{text.neurons.channel(channel)}</strong>
                    {shared && <span class="note">{text.neurons.also(side === 'a' ? 'B' : 'A')}</span>}
                  </div>
                  <span class="number">{signed(contribution)}</span>
                  <div class="meter" aria-hidden="true">
                    <div
                      class={contribution < 0 ? 'bar against' : 'bar for'}
                      style={{ transform: `scaleX(${fixed(share, 3)})` }}
                    />
                  </div>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  )
}

// --- internal ---

const SHOWN = 6

const layersOf = (channels: NonNullable<CompareResult['channels']>) => {
  const kept = { a: channels.a.slice(0, SHOWN), b: channels.b.slice(0, SHOWN) }
  const all = [...kept.a, ...kept.b]
  const range = rangeAround(0, ...all.map(({ contributions }) => fromCells(contributions)))
  const most = Math.max(...all.map(({ contribution }) => Math.abs(contribution)))
  const side = (own: typeof kept.a, other: typeof kept.a) =>
    own.map(({ channel, contribution, activation, contributions }) => {
      const activity = fromCells(activation)
      return {
        channel,
        contribution,
        share: Math.abs(contribution) / most,
        shared: other.some(match => match.channel === channel),
        activity: { map: activity, colours: ACTIVITY, range: rangeAround(0, activity), blocks: true },
        counted: { map: fromCells(contributions), colours: SIGNED, range, blocks: true },
      }
    })
  return { a: side(kept.a, kept.b), b: side(kept.b, kept.a) }
}
