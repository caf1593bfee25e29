import { methodOf } from '../../explanation/methods.ts'
import type { Range } from '../../image/map.ts'
import { html, type Markup } from '../markup.ts'
import { colourBar, section } from '../parts.ts'
import { SIGNED, STRENGTH } from '../pictures.ts'
import type { CompareResult } from '../schema.ts'

export type LayerPictures = {
  /** Addresses of the map over face A and face B. */
  readonly pictures: readonly [string, string]
  /** Values at the ends of the colours, the same for both faces. */
  readonly range: Range
}

/** The maps of the layers, signed, and all of them joined. */
export const layersSection = (
  { layers }: CompareResult,
  pictures: readonly LayerPictures[],
  fused: LayerPictures | undefined,
): Markup | undefined => {
  if (!layers || layers.length === 0 || !fused) return undefined
  const label = methodOf(layers[0]!.method).label
  return section(
    'layers',
    'Where each layer looked',
    html`<p>${label} maps, from a layer close to the pixels to the last grid before the face becomes a vector: first edges and textures, then parts, then the whole face. Orange marks places whose activity raised the score, purple those that lowered it.</p>
<div class="layers">
${layers.map(({ a, name, nameB, channels }, i) => {
  const size = `${a.length} × ${a[0]!.length}`
  return pairFigure(
    `${label}, layer ${size}`,
    pictures[i]!,
    html`<span class="label">${size}</span> layer ${name}${nameB !== undefined && ` (of face B ${nameB})`}, ${channels} channels`,
    colourBar(SIGNED, pictures[i]!.range, `${label} value in layer ${name}`, {
      ends: [number => `≤ ${number}`, number => `≥ ${number}`],
    }),
  )
})}
${pairFigure(
  `All ${layers.length} layers joined`,
  fused,
  html`<span class="label">All layers</span> joined`,
  colourBar(STRENGTH, fused.range, 'Joined strength', { decimals: 2 }),
)}
</div>
<figcaption>Scaling: the values are not changed. Each layer has its own colour scale with zero in the middle, the same for face A (first) and face B (second); full colour stands for the 99th percentile of the values' sizes and for everything beyond it. Gradients differ in size from layer to layer, so compare places and faces within a layer, not one layer's strength with another's. Only the joined map is rescaled: the positive part of each layer becomes tanh(2 · value / its largest value), and the strongest layer wins at every place.</figcaption>`,
  )
}

// --- internal ---

const pairFigure = (title: string, { pictures }: LayerPictures, caption: Markup, key: Markup): Markup =>
  html`<figure class="pair">
${pictures.map((picture, i) => html`<img src="${picture}" width="112" height="112" alt="${`${title}, over face ${'AB'[i]}`}">`)}
${key}
<figcaption>${caption}</figcaption>
</figure>`
