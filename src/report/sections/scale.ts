import type { Calibration, ScoreTable } from '../../evaluation/calibration.ts'
import { edgeOf } from '../../evaluation/histogram.ts'
import { html, type Markup } from '../markup.ts'
import { fixed } from '../numbers.ts'
import type { CompareResult } from '../schema.ts'
import { scoreRank } from '../words.ts'

/** The score and the threshold on their scale, with the scores of the calibration pairs behind them. */
export const scaleFigure = (result: CompareResult, calibration: Calibration | undefined): Markup => {
  const { threshold, verdict } = result
  const score = result.score[result.score.by]
  const low = Math.min(-0.25, Math.floor(score * 4) / 4)
  const place = (value: number): string => `${(((value - low) / (1 - low)) * 100).toFixed(2)}%`
  const ticks = Array.from({ length: Math.round((1 - low) * 4) + 1 }, (_, i) => low + i / 4)
  return html`<figure class="scale">
<div class="axis" role="img" aria-label="${`Scale of the score from ${fixed(low, 2)} to 1. The threshold lies at ${fixed(threshold.value)}, the score of these faces at ${fixed(score)}.`}">
<div class="score-mark ${verdict}" style="left:${place(score)}"><span class="number">${fixed(score)}</span></div>
${calibration && hills(calibration, low)}
<div class="baseline"></div>
<div class="threshold-mark" style="left:${place(threshold.value)}"><span class="number">threshold ${fixed(threshold.value)}</span></div>
<div class="ticks number">${ticks.map(tick => html`<span style="left:${place(tick)}">${fixed(tick, 2)}</span>`)}</div>
</div>
<figcaption>${
    calibration &&
    html`<span class="swatch" style="background:var(--bar-against)"></span>Scores of pairs of different people and <span class="swatch" style="background:var(--bar-for)"></span>of the same person in the calibration set. `
  }${scoreRank(result)}</figcaption>
</figure>`
}

/** Shares of a calibration's scores in steps of equal width from `low` to 1; scores below belong to no step. */
export const densities = ({ bins, counts }: ScoreTable, of: number, low: number): number[] => {
  const steps = Math.round((1 - low) / STEP)
  const shares = new Array<number>(steps).fill(0)
  const total = counts.reduce((sum, count) => sum + count, 0)
  bins.forEach((bin, i) => {
    const step = Math.floor((edgeOf(bin, of) - low) / STEP)
    if (step >= 0) shares[Math.min(step, steps - 1)]! += counts[i]! / total
  })
  return shares
}

// --- internal ---

const WIDTH = 1000
const HEIGHT = 100

/** Two filled curves, each enclosing the same area. */
const hills = ({ genuine, impostor, bins }: Calibration, low: number): Markup => {
  const shares = [densities(impostor, bins, low), densities(genuine, bins, low)] as const
  const top = Math.max(...shares.flat())
  const outline = (heights: readonly number[]): string => {
    const points = heights.map((height, i) => {
      const x = ((i + 0.5) / heights.length) * WIDTH
      return `${x.toFixed(1)} ${(HEIGHT - (height / top) * HEIGHT).toFixed(1)}`
    })
    return points.join('L')
  }
  const hill = (heights: readonly number[], colour: string): Markup => {
    const line = outline(heights)
    return html`<path d="M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z" style="fill:var(--${colour})"/><path d="M${line}" style="stroke:var(--${colour})" fill="none"/>`
  }
  return html`<svg class="hills" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
${hill(shares[0], 'bar-against')}${hill(shares[1], 'bar-for')}
</svg>`
}

/** Width of a step of the curves on the scale of the score. */
const STEP = 1 / 48
