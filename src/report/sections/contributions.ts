import { REGIONS } from '../../explanation/regions.ts'
import { colourIndex } from '../../image/colour.ts'
import { type Range, rangeAround } from '../../image/map.ts'
import type { Photo } from '../../image/photo.ts'
import { html, type Markup } from '../markup.ts'
import { fixed, signed } from '../numbers.ts'
import { bar, baseName, colourAt, colourBar, opacityAt, section } from '../parts.ts'
import { SIGNED } from '../pictures.ts'
import { fromCells } from '../result.ts'
import type { CompareResult } from '../schema.ts'
import { type ShownSum, shownSum, sumLine } from '../sums.ts'

export type GridFace = { readonly aligned: Photo; readonly picture: string }

/** What every cell of the last grid added to the score, on both faces, and how it adds up. */
export const contributionsSection = (
  result: CompareResult,
  faces: readonly [GridFace, GridFace],
): Markup | undefined => {
  const { contributions, score } = result
  if (!contributions) return undefined
  const { a, b, bias, exact } = contributions
  const range = rangeAround(0, fromCells(a), fromCells(b))
  const sums = [shownSum(a, bias.a, score.cosine, exact), shownSum(b, bias.b, score.cosine, exact)] as const
  const rows = a.length
  const columns = a[0]!.length
  return section(
    'contributions',
    'How the cosine came about',
    html`<p>The cosine compares the whole faces. Seen from either of them, each cell of the grid adds to it or takes away from it: <strong class="same">orange raises it</strong>, <strong class="different">purple lowers it</strong>. ${
      exact
        ? "Together with a constant, the network's answer to an empty grid, the cells of each face add up to the score exactly."
        : 'For this network the cells do not add up to the score exactly; what they leave open is shown.'
    }</p>
<div class="contributions">
<div class="tools"><label><input type="checkbox" class="show-numbers"> Show numbers</label><label><input type="checkbox" class="hide-colours"> Hide colours</label></div>
<div class="two">${LETTERS.map((letter, i) => gridFigure(letter, result, faces[i]!, sums[i]!, sums, range))}</div>
${colourBar(SIGNED, range, 'Colours of the cells', {
  ends: [number => `against ${number}`, number => `${number} for`],
})}
<p class="readout number">Point at a cell to read its number.</p>
</div>
<div class="two stack">${LETTERS.map((letter, i) => sumTable(letter, sums[i]!, sums))}</div>
<figcaption>Contributions of the last feature grid (HiResCAM with the length of the face's own vector held constant), drawn on one colour scale for both faces. The numbers are rounded so that the sums can be checked by hand; full precision is in the data at the end.</figcaption>
<details><summary>All ${rows * columns * 2} numbers as tables</summary><div class="two stack">${LETTERS.map((letter, i) => cellTable(letter, sums[i]!))}</div></details>`,
  )
}

// --- internal ---

const LETTERS = ['A', 'B'] as const

const gridFigure = (
  letter: string,
  { faces, xcos }: CompareResult,
  { aligned, picture }: GridFace,
  own: ShownSum,
  both: readonly [ShownSum, ShownSum],
  range: Range,
): Markup => {
  const rows = own.cells.length
  const columns = own.cells[0]!.length
  const width = aligned.width / columns
  const height = aligned.height / rows
  const flat = own.cells.flat()
  const strongest = flat.indexOf(Math.max(...flat))
  const cell = (row: number, column: number): Markup => {
    const value = own.cells[row]![column]!
    const share = colourIndex(value, range, 'diverging') / 255
    const place = `Row ${row + 1}, column ${column + 1}, ${regionLabel(xcos.regions, row, column)}`
    const pair = both.map((sum, i) => `${LETTERS[i]} ${signed(sum.cells[row]![column]!)}`).join(', ')
    const box = { x: column * width, y: row * height }
    return html`<g class="gridcell" role="gridcell" aria-colindex="${column + 1}" tabindex="${row * columns + column === strongest ? 0 : -1}" aria-label="${`${place}: ${signed(value)}`}" data-text="${`${place}: ${pair}`}"><title>${`${place}: ${signed(value)}`}</title><rect class="cell" x="${box.x}" y="${box.y}" width="${width}" height="${height}" fill="${colourAt(SIGNED, share)}" fill-opacity="${opacityAt(SIGNED, share).toFixed(3)}"/><rect class="ring" x="${box.x + 0.6}" y="${box.y + 0.6}" width="${width - 1.2}" height="${height - 1.2}"/></g>`
  }
  const values = own.cells.flatMap((cells, row) =>
    cells.map(
      (value, column) =>
        html`<text x="${(column + 0.5) * width}" y="${(row + 0.5) * height + 1.2}">${signed(value, 3)}</text>`,
    ),
  )
  return html`<figure class="grid-figure">
<div class="panel-title"><strong>Face ${letter}</strong><span>${baseName(faces[letter === 'A' ? 0 : 1].photo)}</span></div>
<svg class="cells" viewBox="0 0 ${aligned.width} ${aligned.height}" width="100%" role="grid" aria-label="${`Contribution of each cell of face ${letter}. Move with the arrow keys.`}" aria-rowcount="${rows}" aria-colcount="${columns}">
<image href="${picture}" width="${aligned.width}" height="${aligned.height}" preserveAspectRatio="none"/>
${own.cells.map((cells, row) => html`<g role="row" aria-rowindex="${row + 1}">${cells.map((_, column) => cell(row, column))}</g>`)}
<g class="values" aria-hidden="true">${values}</g>
</svg>
</figure>`
}

const regionLabel = (regions: CompareResult['xcos']['regions'], row: number, column: number): string =>
  REGIONS.find(({ name }) => name === regions[row]![column])!.label.toLowerCase()

/** A column addition with a bar for every term, each beginning where the one before ended. */
const sumTable = (letter: string, own: ShownSum, both: readonly ShownSum[]): Markup => {
  const steps = both.flatMap(({ raised, lowered, bias, score, total }) => [
    0,
    raised.sum,
    raised.sum + lowered.sum,
    total + bias,
    score,
  ])
  const range = { low: Math.min(...steps), high: Math.max(...steps) }
  const { raised, lowered, bias, rest, score, total } = own
  const rows: [label: string, value: number, from: number, colour: string][] = [
    [`${raised.count} cells that raise it`, raised.sum, 0, 'bar-for'],
    [`${lowered.count} cells that lower it`, lowered.sum, raised.sum, 'bar-against'],
    ['Constant (bias)', bias, total, 'bar-bias'],
    ...(rest === 0
      ? []
      : [['Not accounted for', rest, total + bias, 'bar-bias'] as [string, number, number, string]]),
  ]
  return html`<figure>
<table class="sum-table"><caption class="hidden">How the score adds up on face ${letter}</caption>
<thead class="hidden"><tr><th scope="col">Part</th><td></td><th scope="col">Value</th></tr></thead>
<tbody>${rows.map(([label, value, from, colour]) => html`<tr><th scope="row">${label}</th><td class="bar">${bar(from, from + value, range, colour)}</td><td class="right">${signed(value)}</td></tr>`)}</tbody>
<tfoot><tr><th scope="row">Score</th><td class="bar">${bar(0, score, range, 'ink')}</td><td class="right">${fixed(score)}</td></tr></tfoot>
</table>
<p class="sum-line number">${letter}: ${sumLine(own)}</p>
</figure>`
}

const cellTable = (
  letter: string,
  { cells }: ShownSum,
): Markup => html`<div class="scroll" tabindex="0" role="region" aria-label="${`Numbers of face ${letter}`}"><table class="matrix">
<caption>Face ${letter}: contribution of each cell, rows from top to bottom</caption>
<thead><tr><td></td>${cells[0]!.map((_, column) => html`<th scope="col">${column + 1}</th>`)}</tr></thead>
<tbody>${cells.map((row, r) => html`<tr><th scope="row">${r + 1}</th>${row.map(value => html`<td>${signed(value)}</td>`)}</tr>`)}</tbody>
</table></div>`
