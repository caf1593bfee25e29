import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { fixed } from '../../../src/report/numbers.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { shownSum, sumLine } from '../../../src/report/sums.ts'
import { text } from '../text.ts'
import type { CellNumbers } from './figure-layer.ts'

/** Every cell adds its part, the largest first; the last step ends at the score. */
export const Sum = ({
  result,
  numbers,
  cell,
}: {
  result: CompareResult
  numbers: CellNumbers
  cell: Signal<number | null>
}) => {
  const { score, contributions } = result
  const { product } = numbers
  const steps = useMemo(() => stepsOf(product), [product])
  const low = Math.min(0, ...steps.map(({ from, to }) => Math.min(from, to)))
  const high = Math.max(...steps.map(({ from, to }) => Math.max(from, to)), 0.001)
  const place = (value: number): number => HEIGHT - ((value - low) / (high - low)) * HEIGHT
  const width = WIDTH / product.length
  const pick = (event: PointerEvent): void => {
    const { left, width: full } = (event.currentTarget as SVGElement).getBoundingClientRect()
    const i = Math.floor(((event.clientX - left) / full) * product.length)
    cell.value = steps[Math.min(steps.length - 1, Math.max(0, i))]!.cell
  }
  return (
    <div class="sum">
      <h3>{text.sum.title}</h3>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        class="steps"
        role="img"
        aria-label={text.sum.label(product.length, fixed(score.xcos))}
        onPointerMove={pick}
        onPointerLeave={() => {
          cell.value = null
        }}
      >
        <line x1="0" x2={WIDTH} y1={place(0)} y2={place(0)} class="zero" />
        {steps.map(({ from, to, cell: own }, i) => (
          <rect
            key={own}
            x={i * width + 1.5}
            width={width - 3}
            y={Math.min(place(from), place(to))}
            height={Math.max(1.5, Math.abs(place(from) - place(to)))}
            class={`${to < from ? 'against' : 'for'}${own === cell.value ? ' marked' : ''}`}
          />
        ))}
      </svg>
      <p class="number">
        {text.sum.xcos(product.length, fixed(score.xcos))} {text.sum.rests(fixed(score.cosine))}
      </p>
      <div class="sum-lines number">
        {contributions &&
          (['a', 'b'] as const).map(side => (
            <p key={side} class="note">
              {text.sum.cosine(side.toUpperCase())}:{' '}
              {sumLine(
                shownSum(contributions[side], contributions.bias[side], score.cosine, contributions.exact),
              )}
            </p>
          ))}
      </div>
    </div>
  )
}

// --- internal ---

const WIDTH = 980
const HEIGHT = 120

type Step = { readonly cell: number; readonly from: number; readonly to: number }

const stepsOf = (product: readonly number[]): Step[] => {
  const order = [...product.keys()].sort((i, j) => product[j]! - product[i]!)
  let sum = 0
  return order.map(cell => {
    const from = sum
    sum += product[cell]!
    return { cell, from, to: sum }
  })
}
