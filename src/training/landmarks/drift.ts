import { alignFace, fivePoints } from '../../face/align.ts'
import { type Detector, overlap } from '../../face/detect.ts'
import type { Face } from '../../face/face.ts'
import type { Landmarker } from '../../face/landmarks.ts'
import { apply } from '../../image/affine.ts'
import type { Photo, Point } from '../../image/photo.ts'
import { SAME_FACE } from './views.ts'

/** How far the found points lie from the true ones, in distances between the eyes; `aligned` in pixels of the 112 x 112 face. */
export type FaceDrift = {
  readonly eyes: number
  /** The worse of the two eyes. */
  readonly worstEye: number
  readonly nose: number
  readonly mouth: number
  /** Mean distance of the five points' places in the two aligned faces. */
  readonly aligned: number
}

/** Means over faces, and how many there were. */
export type Drift = Omit<FaceDrift, 'worstEye'> & {
  readonly faces: number
  /** Faces that the detector did not find. */
  readonly missed: number
  /** Shares of the found faces of which an eye is off by more than 0.15 and 0.3 distances between the eyes. */
  readonly off15: number
  readonly off30: number
}

export const faceDrift = (photo: Photo, truth: readonly Point[], found: readonly Point[]): FaceDrift => {
  const [expected, actual] = [fivePoints(truth), fivePoints(found)]
  const between = distance(expected[0]!, expected[1]!)
  const off = expected.map((point, k) => distance(point, actual[k]!) / between)
  const before = alignFace(photo, truth).transform
  const after = alignFace(photo, found).transform
  const aligned = expected.reduce(
    (sum, point) => sum + distance(apply(before, point), apply(after, point)) / 5,
    0,
  )
  return {
    eyes: (off[0]! + off[1]!) / 2,
    worstEye: Math.max(off[0]!, off[1]!),
    nose: off[2]!,
    mouth: (off[3]! + off[4]!) / 2,
    aligned,
  }
}

/**
 * Sends a view of a photo through the whole chain.
 * @param face found on the bare photo: its landmarks are the truth
 * @returns `null` when the detector does not find the face
 */
export const driftThrough = async (
  view: Photo,
  face: Face,
  detector: Detector,
  landmarkers: readonly Landmarker[],
): Promise<FaceDrift[] | null> => {
  const found = (await detector(view)).find(({ box }) => overlap(box, face.box) > SAME_FACE)
  if (!found) return null
  const drifts: FaceDrift[] = []
  for (const landmarker of landmarkers) {
    drifts.push(faceDrift(view, face.landmarks, await landmarker(view, found.box)))
  }
  return drifts
}

/** @param drifts one of every face; `null` where it was not found */
export const meanDrift = (drifts: readonly (FaceDrift | null)[]): Drift => {
  const found = drifts.filter(drift => drift !== null)
  const mean = (value: (drift: FaceDrift) => number): number =>
    found.reduce((sum, drift) => sum + value(drift), 0) / found.length
  return {
    faces: drifts.length,
    missed: drifts.length - found.length,
    eyes: mean(({ eyes }) => eyes),
    nose: mean(({ nose }) => nose),
    mouth: mean(({ mouth }) => mouth),
    off15: mean(({ worstEye }) => Number(worstEye > 0.15)),
    off30: mean(({ worstEye }) => Number(worstEye > 0.3)),
    aligned: mean(({ aligned }) => aligned),
  }
}

// --- internal ---

const distance = ([ax, ay]: Point, [bx, by]: Point): number => Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2)
