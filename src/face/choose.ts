import { XfmrError } from '../errors.ts'
import type { Photo } from '../image/photo.ts'
import type { Face } from './face.ts'

/** Which face of a photo is meant: the largest, the one nearest to the middle, or the n-th as listed (from 0). */
export type FaceChoice = 'largest' | 'central' | number

/**
 * Picks one face. Never silently: several faces without a choice are an error.
 *
 * @throws XfmrError `E_NO_FACE` no face; `E_SEVERAL_FACES` several and no choice (`details.faces` lists them);
 * `E_USAGE` a number that no face has
 */
export const chooseFace = <T extends Pick<Face, 'box' | 'score'>>(
  faces: readonly T[],
  choice: FaceChoice | undefined,
  photo: Pick<Photo, 'width' | 'height' | 'name'>,
): T => {
  const label = photo.name ?? 'the photo'
  if (faces.length === 0) {
    throw new XfmrError(
      'E_NO_FACE',
      `No face was found in ${label}. Use a photo that shows one face from the front.`,
    )
  }
  if (typeof choice === 'number') {
    const face = faces[choice]
    if (face) return face
    const range = faces.length === 1 ? 'the only face is 0' : `faces are numbered 0 to ${faces.length - 1}`
    throw new XfmrError('E_USAGE', `There is no face ${choice} in ${label}: ${range}.`)
  }
  if (choice === 'largest') return best(faces, ({ box }) => box[2] * box[3])
  if (choice === 'central') {
    return best(faces, ({ box: [x, y, width, height] }) => {
      const dx = x + width / 2 - photo.width / 2
      const dy = y + height / 2 - photo.height / 2
      return -(dx * dx + dy * dy)
    })
  }
  if (faces.length === 1) return faces[0]!
  const listed = faces.map(({ box, score }, index) => ({ index, box, score }))
  const lines = listed.map(({ index, box: [x, y, width, height], score }) => {
    const [left, top, w, h] = [x, y, width, height].map(Math.round)
    return `  ${index}: ${w}x${h} at (${left}, ${top}), score ${score.toFixed(2)}`
  })
  throw new XfmrError(
    'E_SEVERAL_FACES',
    `${faces.length} faces were found in ${label}; choose one with --face largest, --face central or --face N:\n` +
      lines.join('\n'),
    { details: { faces: listed } },
  )
}

// --- internal ---

/** The face with the highest value; the first of equals. */
const best = <T extends object>(items: readonly T[], rate: (item: T) => number): T => {
  let winner = items[0]!
  let highest = rate(winner)
  for (const item of items) {
    const value = rate(item)
    if (value > highest) {
      winner = item
      highest = value
    }
  }
  return winner
}
