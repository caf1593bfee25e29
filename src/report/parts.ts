import { type ColourMapName, colourMap } from '../image/colour.ts'
import type { Range } from '../image/map.ts'
import { type Content, html, type Markup } from './markup.ts'
import { fixed, signed } from './numbers.ts'
import { COLOUR_SHARE } from './pictures.ts'

/** A section of the page with its heading. */
export const section = (id: string, title: string, ...contents: Content[]): Markup => html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${contents}
</section>`

/** The last part of a path. */
export const baseName = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path

/** A colour as SVG wants it. @param share position on the map in [0, 1] */
export const colourAt = (name: ColourMapName, share: number): string => {
  const at = Math.floor(Math.min(Math.max(share, 0), 1) * 255 + 0.5) * 3
  const [red, green, blue] = colourMap(name).table.subarray(at, at + 3)
  return `rgb(${red} ${green} ${blue})`
}

/** How opaque a colour is that fades towards neutral, as `mapOverFace` paints it. */
export const opacityAt = (name: ColourMapName, share: number): number =>
  COLOUR_SHARE * (colourMap(name).kind === 'diverging' ? Math.abs(share * 2 - 1) : share)

/**
 * A colour bar with the values at its ends (and of diverging colours, in the middle). Painted like the map: over mid grey
 * and fading towards neutral.
 */
export const colourBar = (
  name: ColourMapName,
  { low, high }: Range,
  label: string,
  {
    decimals = 3,
    ends = [String, String],
  }: {
    decimals?: number
    ends?: readonly [low: (number: string) => string, high: (number: string) => string]
  } = {},
): Markup => {
  const diverging = colourMap(name).kind === 'diverging'
  const print = diverging ? signed : fixed
  const marks = diverging ? [low, (low + high) / 2, high] : [low, high]
  const numbers = marks.map(mark => (mark === 0 ? '0' : print(mark, decimals)))
  numbers[0] = ends[0](numbers[0]!)
  numbers[numbers.length - 1] = ends[1](numbers.at(-1)!)
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const share = i / (STEPS - 1)
    return html`<rect x="${i}" width="1.05" height="1" fill="${colourAt(name, share)}" fill-opacity="${opacityAt(name, share).toFixed(3)}"/>`
  })
  return html`<div class="colour-bar">
<svg viewBox="0 0 ${STEPS} 1" preserveAspectRatio="none" width="100%" height="10" style="height:10px;border-radius:3px" role="img" aria-label="${`${label}: from ${numbers[0]} to ${numbers.at(-1)}`}"><rect width="${STEPS}" height="1" fill="#808080"/>${steps}</svg>
<div class="key number" aria-hidden="true">${numbers.map(number => html`<span>${number}</span>`)}</div>
</div>`
}

/** A bar from one value to another on a scale from `low` to `high`, with a line at zero. */
export const bar = (from: number, to: number, { low, high }: Range, colour: string): Markup => {
  const place = (value: number): number => ((value - low) / (high - low || 1)) * 1000
  const left = Math.min(place(from), place(to))
  const width = Math.max(Math.abs(place(to) - place(from)), 3)
  return html`<svg class="bar-plot" viewBox="0 0 1000 10" preserveAspectRatio="none" width="100%" height="12" style="height:12px" aria-hidden="true"><rect x="${left.toFixed(1)}" y="1" width="${width.toFixed(1)}" height="8" style="fill:var(--${colour})"/><line x1="${place(0).toFixed(1)}" x2="${place(0).toFixed(1)}" y1="0" y2="10" style="stroke:var(--soft)" stroke-width="1" vector-effect="non-scaling-stroke"/></svg>`
}

/** The colour of a bar by the sign of its value. */
export const signColour = (value: number): string => (value < 0 ? 'bar-against' : 'bar-for')

// --- internal ---

const STEPS = 64
