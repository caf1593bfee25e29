import type { Photo, Point } from '../image/photo.ts'
import { ellipse, fillPolygons, type Polygon } from './fill.ts'
import type { FlatType } from './recipe.ts'

/**
 * The outline of an evaluation shape in the photo, after the scheme of the NIST face mask effects tests in the geometry that
 * published evaluation code uses: wide shapes follow the jaw landmarks up to the nose; round ones are upright ellipses
 * (not turned with the head) from the nose to the chin, 0.8 of the jaw's width between points 3 and 13.
 */
export const flatOutline = (type: FlatType, landmarks: readonly Point[]): Polygon => {
  const l = (i: number): Point => landmarks[i]!
  const jaw = landmarks.slice(1, 16)
  switch (type) {
    case 'wide-high':
      return [...jaw, [l(42)[0], l(15)[1]], l(27), [l(39)[0], l(1)[1]]]
    case 'wide-medium':
      return [...jaw, l(29)]
    case 'wide-low':
      return [...jaw, l(35), l(34), l(33), l(32), l(31)]
    case 'round-high':
      return round(landmarks, (l(27)[1] + l(28)[1]) / 2)
    case 'round-medium':
      return round(landmarks, l(29)[1])
    case 'round-low':
      return round(landmarks, l(29)[1] + 0.33 * (l(46)[0] - l(40)[0]))
  }
}

/** Lays one plain colour over the shape, edges smoothed by exact area coverage. */
export const drawFlat = (
  photo: Photo,
  type: FlatType,
  colour: readonly number[],
  landmarks: readonly Point[],
): { data: Uint8Array; region: Uint8Array } => {
  const coverage = fillPolygons([flatOutline(type, landmarks)], photo.width, photo.height)
  const data = new Uint8Array(photo.data)
  const region = new Uint8Array(photo.width * photo.height)
  for (let i = 0; i < coverage.data.length; i++) {
    const cover = coverage.data[i]!
    if (cover === 0) continue
    region[i] = Math.round(cover * 255)
    for (let k = 0; k < 3; k++)
      data[i * 3 + k] = Math.round(data[i * 3 + k]! * (1 - cover) + colour[k]! * cover)
  }
  return { data, region }
}

// --- internal ---

const round = (landmarks: readonly Point[], top: number): Polygon => {
  const bottom = landmarks[8]![1]
  const halfWidth = Math.abs(0.4 * (landmarks[13]![0] - landmarks[3]![0]))
  return ellipse([landmarks[28]![0], top + (bottom - top) / 2], halfWidth, Math.abs(bottom - top) / 2)
}
