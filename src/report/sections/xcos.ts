import { REGIONS } from '../../explanation/regions.ts'
import { colourIndex, colourMap } from '../../image/colour.ts'
import type { Range } from '../../image/map.ts'
import { html, type Markup } from '../markup.ts'
import { fixed, percent, roundTogether, signed } from '../numbers.ts'
import { bar, baseName, colourAt, colourBar, opacityAt, section, signColour } from '../parts.ts'
import { SIGNED, STRENGTH } from '../pictures.ts'
import type { CompareResult } from '../schema.ts'
import { SUM_DECIMALS } from '../sums.ts'
import { partReference, regionWords, SCORE_NAMES } from '../words.ts'
import type { GridFace } from './contributions.ts'

/** The main figure: how alike the faces are in each cell, how much the cell counts, and what that adds to the score. */
export const xcosSection = (result: CompareResult, faces: readonly [GridFace, GridFace]): Markup => {
  const { xcos, score } = result
  const reference = partReference(result)
  const rows = xcos.similarity.length
  const columns = xcos.similarity[0]!.length
  const similarity = xcos.similarity.flat()
  const attention = xcos.attention.flat()
  const products = roundTogether(
    similarity.map((value, i) => value * attention[i]!),
    SUM_DECIMALS,
    score.xcos,
  )
  const total = fixed(score.xcos)
  const places = xcos.regions.flat().map((name, i) => {
    const label = REGIONS.find(region => region.name === name)!.label.toLowerCase()
    return `Row ${Math.floor(i / columns) + 1}, column ${(i % columns) + 1}, ${label}`
  })
  const texts = places.map(
    (place, i) =>
      `${place}: similarity ${fixed(similarity[i]!, 3)} × attention ${percent(attention[i]!)} = ${signed(products[i]!)}`,
  )
  const reach = Math.max(...products.map(Math.abs))
  const panels: Panel[] = [
    {
      title: 'Similarity',
      values: similarity,
      print: value => fixed(value, 3),
      short: value => fixed(value, 2),
      colours: SIGNED,
      // With the threshold in the middle the same for every pair, so that reports can be compared; 1 at the end.
      range: { low: 2 * reference.value - 1, high: 1 },
    },
    {
      title: 'Attention',
      values: attention,
      print: value => percent(value),
      short: value => (value * 100).toFixed(1),
      colours: STRENGTH,
      range: { low: 0, high: Math.max(...attention) },
    },
    {
      title: 'Similarity × attention',
      values: products,
      print: value => signed(value),
      short: value => fixed(value, 3).replace('0.', '.'),
      colours: SIGNED,
      range: { low: -reach, high: reach },
    },
  ]
  const size = { rows, columns }
  const [s, w, p] = panels as [Panel, Panel, Panel]
  return section(
    'xcos',
    'Where the faces agree',
    html`${regionWords(result).map((line, i) => html`<p${i === 0 && html` class="lead"`}>${line}</p>`)}
<p class="spaced">Both faces lie under the same grid of ${rows} × ${columns} cells. In each cell the network compares what it sees there on A and on B: that is the similarity, from −1 to 1. How much a cell counts for this pair is its attention; all cells together have 100 %. Similarity times attention is what a cell adds, and the sum is the ${SCORE_NAMES.xcos}.</p>
<div class="contributions">
<div class="tools"><label><input type="checkbox" class="show-numbers"> Show numbers</label></div>
<div class="xcos">
${faces.map((face, i) => facePanel('AB'[i]!, result.faces[i]!.photo, face, texts, size))}
${mapPanel(s, places, texts, size, colourBar(SIGNED, s.range, 'Colours of the similarity', { decimals: 2 }))}
${mapPanel(w, places, texts, size, colourBar(STRENGTH, w.range, 'Colours of the attention', { decimals: 3 }))}
${mapPanel(p, places, texts, size, colourBar(SIGNED, p.range, 'Colours of what was added', { decimals: 3 }))}
</div>
<p class="readout number">Point at a cell to read its numbers.</p>
</div>
<p class="xcos-sum number">${fixed(add(products))} (sum over ${rows * columns} cells) = ${total} (${SCORE_NAMES.xcos}); cosine of the whole faces ${fixed(score.cosine)}</p>
<figcaption>Similarity: <strong class="same">orange above</strong> ${reference.isThreshold ? 'the threshold' : 'the pair’s own score'} of ${fixed(reference.value)}, <strong class="different">purple below</strong>. The last map is rounded so that its sum can be checked by hand. The ${SCORE_NAMES.xcos} is a second score beside the cosine; ${score.by === 'xcos' ? 'the verdict rests on it' : 'the verdict rests on the cosine'}.${reference.isThreshold ? '' : ' For this recogniser it was not trained: it scores all pairs high, so it says where two faces agree more and less, not how much.'}</figcaption>
<h3 class="spaced">By part of the face</h3>
${regionTable(result)}
<details><summary>All ${rows * columns * 3} numbers as tables</summary>${panels.map(panel => matrix(panel, size))}</details>`,
  )
}

// --- internal ---

type Size = { readonly rows: number; readonly columns: number }

type Panel = {
  readonly title: string
  readonly values: readonly number[]
  print(value: number): string
  /** For numbers in a cell. */
  short(value: number): string
  readonly colours: typeof SIGNED
  readonly range: Range
}

/** Side of a map in units of its drawing. */
const SIDE = 112

const add = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const cellBox = (i: number, { rows, columns }: Size) => ({
  x: ((i % columns) * SIDE) / columns,
  y: (Math.floor(i / columns) * SIDE) / rows,
  width: SIDE / columns,
  height: SIDE / rows,
})

const ring = ({ x, y, width, height }: ReturnType<typeof cellBox>): Markup =>
  html`<rect class="ring" x="${x + 0.6}" y="${y + 0.6}" width="${width - 1.2}" height="${height - 1.2}"/>`

const facePanel = (
  letter: string,
  photo: string,
  { picture }: GridFace,
  texts: readonly string[],
  size: Size,
): Markup => html`<figure class="grid-figure">
<div class="panel-title"><strong>Face ${letter}</strong><span>${baseName(photo)}</span></div>
<svg class="cells" viewBox="0 0 ${SIDE} ${SIDE}" width="100%" role="img" aria-label="${`Face ${letter}, aligned, under the grid of ${size.rows} by ${size.columns} cells`}">
<image href="${picture}" width="${SIDE}" height="${SIDE}" preserveAspectRatio="none"/>
${texts.map((text, i) => {
  const { x, y, width, height } = cellBox(i, size)
  return html`<g class="gridcell" data-text="${text}"><title>${text}</title><rect class="cell" x="${x}" y="${y}" width="${width}" height="${height}" fill-opacity="0"/>${ring(cellBox(i, size))}</g>`
})}
</svg>
</figure>`

const mapPanel = (
  { title, values, print, short, colours, range }: Panel,
  places: readonly string[],
  texts: readonly string[],
  size: Size,
  key: Markup,
): Markup => {
  const { kind } = colourMap(colours)
  const strongest = values.indexOf(Math.max(...values))
  const cell = (i: number): Markup => {
    const value = values[i]!
    const { x, y, width, height } = cellBox(i, size)
    const share = colourIndex(value, range, kind) / 255
    const label = `${places[i]}: ${title.toLowerCase()} ${print(value)}`
    return html`<g class="gridcell" role="gridcell" aria-colindex="${(i % size.columns) + 1}" tabindex="${i === strongest ? 0 : -1}" aria-label="${label}" data-text="${texts[i]}"><title>${texts[i]}</title><rect class="cell" x="${x}" y="${y}" width="${width}" height="${height}" fill="${colourAt(colours, share)}" fill-opacity="${opacityAt(colours, share).toFixed(3)}"/>${ring({ x, y, width, height })}</g>`
  }
  const row = (r: number): Markup =>
    html`<g role="row" aria-rowindex="${r + 1}">${Array.from({ length: size.columns }, (_, c) => cell(r * size.columns + c))}</g>`
  return html`<figure class="grid-figure">
<div class="panel-title"><strong>${title}</strong></div>
<svg class="cells" viewBox="0 0 ${SIDE} ${SIDE}" width="100%" role="grid" aria-label="${`${title} in each cell. Move with the arrow keys.`}" aria-rowcount="${size.rows}" aria-colcount="${size.columns}">
<rect width="${SIDE}" height="${SIDE}" fill="#808080"/>
${Array.from({ length: size.rows }, (_, r) => row(r))}
<g class="values" aria-hidden="true">${values.map((value, i) => {
    const { x, y, width, height } = cellBox(i, size)
    return html`<text x="${x + width / 2}" y="${y + height / 2 + 1.2}">${short(value)}</text>`
  })}</g>
</svg>
${key}
</figure>`
}

const matrix = (
  { title, values, print }: Panel,
  { rows, columns }: Size,
): Markup => html`<div class="scroll" tabindex="0" role="region" aria-label="${`Numbers: ${title.toLowerCase()}`}"><table class="matrix">
<caption>${title}, rows from top to bottom</caption>
<thead><tr><td></td>${Array.from({ length: columns }, (_, c) => html`<th scope="col">${c + 1}</th>`)}</tr></thead>
<tbody>${Array.from({ length: rows }, (_, r) => html`<tr><th scope="row">${r + 1}</th>${values.slice(r * columns, (r + 1) * columns).map(value => html`<td>${print(value)}</td>`)}</tr>`)}</tbody>
</table></div>`

const regionTable = ({ regions, score }: CompareResult): Markup => {
  const products = roundTogether(
    regions.map(({ product }) => product),
    SUM_DECIMALS,
    score.xcos,
  )
  const range = { low: Math.min(0, ...products), high: Math.max(0, ...products) }
  const most = { low: 0, high: Math.max(...regions.map(({ attention }) => attention)) }
  return html`<table class="regions">
<caption>Cells by what the landmarks put there; a cell on a border counts with its shares (around the face: hair, ears, background)</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="right">Similarity</th><th scope="col" class="right">Attention</th><td class="bar"></td><th scope="col" class="right">Added</th><td class="bar"></td></tr></thead>
<tbody>${regions.map(
    ({ label, attention, product }, i) =>
      html`<tr><th scope="row">${label}</th><td class="right">${attention > 0 ? fixed(product / attention, 3) : ''}</td><td class="right">${percent(attention)}</td><td class="bar">${bar(0, attention, most, 'bar-bias')}</td><td class="right">${signed(products[i]!)}</td><td class="bar">${bar(0, products[i]!, range, signColour(products[i]!))}</td></tr>`,
  )}</tbody>
<tfoot><tr><th scope="row">Together</th><td class="right">${fixed(score.xcos, 3)}</td><td class="right">${percent(1)}</td><td class="bar"></td><td class="right">${signed(add(products))}</td><td class="bar"></td></tr></tfoot>
</table>`
}
