import { fixed } from '../../../src/report/numbers.ts'
import type { Hills } from '../engine/protocol.ts'
import { text } from '../text.ts'

export type ScaleMark = {
  readonly score: number
  readonly verdict: 'same' | 'different'
  readonly label?: string
  readonly strong: boolean
}

/** Scores and the threshold on their scale, with the scores of the calibration pairs behind them. */
export const Scale = ({
  hills,
  threshold,
  marks,
}: {
  hills: Hills
  threshold: number
  marks: readonly ScaleMark[]
}) => {
  const { low } = hills
  const place = (value: number): string => `${((Math.max(low, value) - low) / (1 - low)) * 100}%`
  const ticks = Array.from({ length: Math.round((1 - low) * 4) + 1 }, (_, i) => low + i / 4)
  const top = Math.max(...hills.genuine, ...hills.impostor)
  const last = marks.find(({ strong }) => strong) ?? marks[0]!
  return (
    <figure class="scale">
      <div
        class="axis"
        role="img"
        aria-label={text.verdict.scale(fixed(low, 2), fixed(threshold), fixed(last.score))}
      >
        <svg class="hills" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <Hill shares={hills.impostor} top={top} name="against" />
          <Hill shares={hills.genuine} top={top} name="for" />
        </svg>
        <div class="baseline" />
        <div class="threshold-mark" style={{ left: place(threshold) }}>
          <span class="number">
            {text.verdict.threshold} {fixed(threshold)}
          </span>
        </div>
        {marks.map(({ score, verdict, label, strong }) => (
          <div
            key={`${label} ${score}`}
            class={`score-mark ${verdict}${strong ? ' strong' : ''}`}
            style={{ left: place(score) }}
          >
            {strong && <span class="number">{fixed(score)}</span>}
          </div>
        ))}
        <div class="ticks number">
          {ticks.map(tick => (
            <span key={tick} style={{ left: place(tick) }}>
              {fixed(tick, 2)}
            </span>
          ))}
        </div>
      </div>
      <figcaption>
        {text.verdict.hillsNote} <span class="swatch against" />
        {text.verdict.hills[0]} <span class="swatch for" />
        {text.verdict.hills[1]}
      </figcaption>
    </figure>
  )
}

// --- internal ---

const WIDTH = 1000
const HEIGHT = 100

const Hill = ({ shares, top, name }: { shares: readonly number[]; top: number; name: string }) => {
  const points = shares.map((share, i) => {
    const x = ((i + 0.5) / shares.length) * WIDTH
    return `${x.toFixed(1)} ${(HEIGHT - (share / top) * HEIGHT).toFixed(1)}`
  })
  const line = points.join('L')
  return (
    <g class={name}>
      <path class="area" d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`} />
      <path class="line" d={`M${line}`} />
    </g>
  )
}
