import type { PhotoChange } from '../src/evaluation/photo-change.ts'
import { ARC_TEMPLATE, fivePoints } from '../src/face/align.ts'
import type { Face } from '../src/face/face.ts'
import type { Landmarker } from '../src/face/landmarks.ts'
import { fitSimilarity } from '../src/image/affine.ts'
import type { Box, Photo, Point } from '../src/image/photo.ts'
import { warp } from '../src/image/warp.ts'
import type { Xfmr } from '../src/xfmr.ts'

/** A way of getting from a photo to an embedding that differs from the product's in one thing. */
export type Way = {
  /** Names what differs, for the cache. Empty: nothing does. */
  readonly key: string
  readonly change?: PhotoChange
  readonly findFace?: Xfmr['findFace']
  readonly align?: Xfmr['align']
}

/** Does one change after the other. The face that is meant is that of the last one, which knows where it went. */
export const inTurn = (...changes: readonly PhotoChange[]): PhotoChange => ({
  key: path => changes.map(change => change.key(path)).join(', then '),
  apply: async (photo, path) => {
    let done: Awaited<ReturnType<PhotoChange['apply']>> = { photo }
    for (const change of changes) done = await change.apply(done.photo, path)
    return done
  },
})

/** Makes photos higher by a factor: undoes that faces were cut out and squeezed into a square. */
export const stretcher = (factor: number): PhotoChange => ({
  key: () => `stretch ${factor}`,
  apply: async photo => ({ photo: resized(photo, photo.width, Math.round(photo.height * factor)) }),
})

/** As `padder`, in another grey. */
export const paddedWith = (share: number, fill: number): PhotoChange => ({
  key: () => `pad ${share} ${fill}`,
  apply: async photo => {
    const [left, top] = [Math.round(photo.width * share), Math.round(photo.height * share)]
    const size = [photo.width + 2 * left, photo.height + 2 * top] as const
    return { photo: warp(photo, [1, 0, left, 0, 1, top], ...size, { fill }) }
  },
})

/**
 * Cuts the face out along the detector's box on the bare photo, as RMFRD's photos were, and makes it 160 pixels wide.
 * @param squeeze Into a square, as in RMFRD, instead of keeping the proportions.
 * @param factor How many times smaller the cut-out is made before: 1 for as sharp as it is.
 */
export const cutter = (
  findFace: Xfmr['findFace'],
  known: Map<string, Face>,
  { squeeze, factor }: { squeeze: boolean; factor: number },
): PhotoChange => ({
  key: () => `cut ${squeeze ? 'square' : 'box'} ${factor}`,
  apply: async (photo, path) => {
    const face = known.get(path) ?? (await findFace(photo, 'central'))
    known.set(path, face)
    const [x, y, width, height] = face.box
    const high = squeeze ? SIDE : Math.round((SIDE * height) / width)
    const [w, h] = [Math.round(SIDE / factor), Math.round(high / factor)]
    const cut = warp(photo, [w / width, 0, (-x * w) / width, 0, h / height, (-y * h) / height], w, h)
    return { photo: factor === 1 ? cut : resized(cut, SIDE, high) }
  },
})

/** Aligns by some points only or by some more than by others; weights are whole numbers. */
export const alignedBy =
  (weights: readonly number[], bridge?: Point): Xfmr['align'] =>
  (photo, { landmarks }) => {
    const points = [...fivePoints(landmarks), ...(bridge ? [landmarks[27]!] : [])]
    const template = [...ARC_TEMPLATE, ...(bridge ? [bridge] : [])]
    const repeat = (all: readonly Point[]) =>
      all.flatMap((point, i) => new Array<Point>(weights[i]!).fill(point))
    const transform = fitSimilarity(repeat(points), repeat(template))
    return { ...warp(photo, transform, 112, 112), transform }
  }

/** Looks for landmarks in a box that is at least `ratio` times as high as it is wide: masks make boxes end too early. */
export const withHighBox =
  (findFace: Xfmr['findFace'], landmarker: Landmarker, ratio: number): Xfmr['findFace'] =>
  async (photo, choice) => {
    const face = await findFace(photo, choice)
    const [x, y, width, height] = face.box
    if (height >= width * ratio) return face
    const box: Box = [x, y, width, width * ratio]
    return { ...face, box, landmarks: await landmarker(photo, box) }
  }

// --- internal ---

const SIDE = 160

const resized = (photo: Photo, width: number, height: number): Photo => {
  const [sx, sy] = [width / photo.width, height / photo.height]
  return warp(photo, [sx, 0, (sx - 1) / 2, 0, sy, (sy - 1) / 2], width, height)
}
