import type { CellMatches } from '../explanation/cell-matches.ts'
import { drawFrame, drawLine } from '../image/draw.ts'
import { drawGrid } from '../image/overlay.ts'
import type { Photo } from '../image/photo.ts'
import { enlarged, greyed, sideBySide } from './pictures.ts'

/** Colours that people with colour blindness tell apart as well (Okabe and Ito), without those that vanish on grey. */
export const MATCH_COLOURS = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [213, 94, 0],
  [204, 121, 167],
] as const

/** The colour of a chosen cell, by its place in the list. */
export const matchColour = (index: number): (typeof MATCH_COLOURS)[number] =>
  MATCH_COLOURS[index % MATCH_COLOURS.length]!

/**
 * Both faces side by side; each chosen cell of A has a frame, as has its best match on B, and a line joins them: whole where
 * the match holds both ways, else dashed.
 */
export const matchPicture = (
  a: Photo,
  b: Photo,
  { width, height, chosen }: Pick<CellMatches, 'width' | 'height' | 'chosen'>,
): Photo => {
  const face = (photo: Photo): Photo =>
    drawGrid(greyed(enlarged(photo, FACTOR)), width, height, { opacity: 0.25 })
  const rowOf = (cell: number): number => Math.floor(cell / width)
  const [left, right] = [face(a), face(b)]
  const shift = left.width + GAP
  let picture = sideBySide(left, right, GAP, DARK)
  const box = (cell: number, photo: Photo, offset: number, inset: number) => {
    const [column, row] = [cell % width, rowOf(cell)]
    const [x0, x1] = [column, column + 1].map(at => Math.floor((at * photo.width) / width))
    const [y0, y1] = [row, row + 1].map(at => Math.floor((at * photo.height) / height))
    return {
      left: offset + x0! + inset,
      top: y0! + inset,
      width: x1! - x0! - 2 * inset,
      height: y1! - y0! - 2 * inset,
    }
  }
  // Of several cells of A that meet in one cell of B, each keeps its frame, one inside the other.
  const met = new Map<number, number>()
  const ends = chosen.map(({ cell, best, mutual }, i) => {
    const target = best[0]!.cell
    const before = met.get(target) ?? 0
    met.set(target, before + 1)
    const frames = [box(cell, left, 0, 1), box(target, right, shift, 1 + before * (THICKNESS + 1))] as const
    const stroke = { colour: matchColour(i), width: THICKNESS }
    for (const frame of frames) picture = drawFrame(picture, frame, stroke)
    return { frames, mutual, colour: stroke.colour }
  })
  for (const [i, { frames, mutual, colour }] of ends.entries()) {
    // From edge to edge; lines of one row at different heights, so that none hides another.
    const row = chosen.flatMap(({ cell }, k) => (rowOf(cell) === rowOf(chosen[i]!.cell) ? [k] : []))
    const lane = (row.indexOf(i) + 1) / (row.length + 1)
    const [from, to] = [
      [frames[0].left + frames[0].width - 1, frames[0].top + lane * frames[0].height],
      [frames[1].left, frames[1].top + lane * frames[1].height],
    ] as const
    const dash = mutual ? {} : { dash: 12 }
    picture = drawLine(picture, from, to, { colour: [32, 32, 32], width: LINE + 2, ...dash })
    picture = drawLine(picture, from, to, { colour, width: LINE, ...dash })
    for (const end of [from, to]) picture = drawLine(picture, end, end, { colour, width: 3 * LINE })
  }
  return picture
}

// --- internal ---

const FACTOR = 4
const GAP = 48
/** Of the gap: fits pages in light and in dark mode, and all colours stand out from it. */
const DARK = 48
const THICKNESS = 4
const LINE = 3
