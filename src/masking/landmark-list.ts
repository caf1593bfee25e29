import { XfmrError } from '../errors.ts'
import type { Point } from '../image/photo.ts'

/** The landmarks of every face, by the photo's name as the list has it. */
export type LandmarkList = ReadonlyMap<string, readonly (readonly Point[])[]>

/**
 * Reads landmarks that somebody else found. Either one JSON object `{"name.jpg": FACES, ...}`, or JSON Lines of
 * `{"input" | "photo": "name.jpg", "landmarks": FACE}` or `{..., "faces": [{"landmarks": FACE}, ...]}`, as `xfmr detect` and `xfmr mask` write
 * them. FACE is a list of 68 pairs [x, y] in pixels of the upright photo; FACES one such list or a list of them.
 * @throws XfmrError `E_LANDMARKS` naming the entry that is not like that
 */
export const parseLandmarkList = (text: string, source: string): LandmarkList => {
  const list = new Map<string, readonly (readonly Point[])[]>()
  for (const { name, faces } of entries(text, source))
    list.set(
      name,
      faces.map(face => pointsOf(face, name, source)),
    )
  return list
}

/** The faces of a photo: by its path as given, by its path inside the input folder, or by its plain file name. */
export const facesOf = (list: LandmarkList, names: readonly string[]): readonly (readonly Point[])[] => {
  for (const name of names) {
    const faces = list.get(name)
    if (faces) return faces
  }
  throw new XfmrError('E_LANDMARKS', `The landmark file has no entry for ${names[0]}.`)
}

// --- internal ---

type Entry = { name: string; faces: readonly unknown[] }

const entries = (text: string, source: string): Entry[] => {
  const whole = tryParse(text)
  const rows = whole === undefined || isRow(whole) ? undefined : whole
  if (rows && typeof rows === 'object' && !Array.isArray(rows)) {
    return Object.entries(rows).map(([name, value]) => ({ name, faces: facesIn(value) }))
  }
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .flatMap((line, index) => {
      const row = tryParse(line)
      if (!isRow(row)) {
        throw new XfmrError(
          'E_LANDMARKS',
          `Line ${index + 1} of ${source} is no JSON object with "input" (or "photo"). Give an object of names or JSON Lines.`,
        )
      }
      const name = (row.input ?? row.photo) as string
      if (Array.isArray(row.faces)) {
        return [{ name, faces: row.faces.map(face => (face as { landmarks?: unknown } | null)?.landmarks) }]
      }
      const found = row.landmarks ?? (row.face as { landmarks?: unknown } | undefined)?.landmarks
      return found === undefined ? [] : [{ name, faces: facesIn(found) }]
    })
}

type Row = Record<string, unknown>
const isRow = (value: unknown): value is Row => {
  const row = value as Row | null | undefined
  return (
    typeof row === 'object' &&
    row !== null &&
    (typeof row.input === 'string' || typeof row.photo === 'string')
  )
}

const tryParse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** One face, or a list of faces? A face's first element is a pair of numbers. */
const facesIn = (value: unknown): readonly unknown[] => {
  const first = Array.isArray(value) && Array.isArray(value[0]) ? value[0][0] : undefined
  return typeof first === 'number' || !Array.isArray(value) ? [value] : value
}

const pointsOf = (face: unknown, name: string, source: string): Point[] => {
  const isPoint = (point: unknown): point is Point =>
    Array.isArray(point) &&
    point.length === 2 &&
    point.every(value => typeof value === 'number' && Number.isFinite(value))
  if (Array.isArray(face) && face.length === 68 && face.every(isPoint)) return face
  throw new XfmrError('E_LANDMARKS', `The landmarks of ${name} in ${source} are not 68 pairs of numbers.`)
}
