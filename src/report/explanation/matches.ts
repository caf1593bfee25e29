import type { ImageCodec } from '../../image/codec.ts'
import type { Photo } from '../../image/photo.ts'
import type { ExplainResult } from '../explanation.ts'
import { html, type Markup } from '../markup.ts'
import { matchColour, matchPicture } from '../match-picture.ts'
import { fixed, signed } from '../numbers.ts'
import { jpegAddress } from '../pictures.ts'

/** Which cells of the two faces are alike: the picture, and the numbers of the cells that it shows. */
export const matchesSection = async (
  { correspondence, faces }: ExplainResult,
  aligned: readonly Photo[],
  codec: ImageCodec,
): Promise<Markup | undefined> => {
  const [a, b] = aligned
  if (!correspondence || !a || !b) return undefined
  const { width, height, mutual, samePlace, shown } = correspondence
  const number = ({ row, column }: { row: number; column: number }): number => row * width + column
  const chosen = shown.map(({ best, ...cell }) => ({
    ...cell,
    cell: number(cell),
    best: best.map(({ cosine, ...other }) => ({ cell: number(other), cosine })),
  }))
  const picture = await jpegAddress(matchPicture(a, b, { width, height, chosen }), codec)
  const networks = new Set(faces.map(({ unmasked }) => unmasked)).size
  return html`<p>Cells of face A (left) and the cells of face B whose features on the last grid are most like theirs. ${mutual} of ${width * height} cells are each other's best match, ${samePlace} have it in the same place. A cell sees much of the face around it: a match says that features agree, not that these squares of the photos do.${networks > 1 && ' One of the faces went through the correction for masks: its features come from another network.'}</p>
<img class="matches" src="${picture}" width="944" height="448" alt="Both faces, with lines between cells that match">
<p class="note">A whole line: the two are each other's best match. Dashed: the cell of B has a better match elsewhere. In the table a cell is row:column, from 0:0 at the top left, as <code>--cells</code> takes it.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Cells that match"><table class="match-table"><thead><tr><th scope="col">Cell of A</th><th scope="col" class="right">Contribution</th><th scope="col">Cells of B, with the cosine of the features</th></tr></thead><tbody>${shown.map(
    (cell, i) =>
      html`<tr><th scope="row"><span class="swatch" style="background:rgb(${matchColour(i).join(' ')})"></span>${cell.row}:${cell.column}</th><td class="right number">${signed(cell.contribution)}</td><td class="number">${cell.best.map(({ row, column, cosine }) => html`<span class="match">${row}:${column} <b>${fixed(cosine, 2)}</b></span>`)}</td></tr>`,
  )}</tbody></table></div>`
}

/** What the section needs beyond the style of all reports. */
export const MATCHES_STYLE = `
.matches { display: block; width: 100%; max-width: 59rem; height: auto; margin-bottom: .5rem; border-radius: .375rem; }
.match-table { margin-top: 1rem; } .match-table tbody th { font-weight: 400; white-space: nowrap; }
.match-table .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .5em; border-radius: 2px; }
.match-table .match { display: inline-block; margin-right: 1.25rem; white-space: nowrap; }
`
