import type { AlignedFace } from '../../face/face.ts'
import type { FloatMap } from '../../image/map.ts'
import { resizeMap } from '../../image/resize.ts'
import { imputeLinearly } from './imputation.ts'
import { descending } from './order.ts'
import { replacePixels, SHARES } from './pixels.ts'

/** The score of a pair for changed versions of the face that a map explains; the other face stays as it is. */
export type Score = (faces: readonly AlignedFace[]) => Promise<readonly number[]>

/** A map of an aligned face and what is needed to judge it. */
export type JudgedMap = {
  readonly face: AlignedFace
  readonly map: FloatMap
  readonly score: Score
  /** Fixes the order of equal values. */
  readonly seed: string
}

/** Scores of the face as it is, and of one that is wholly black: the ends of every curve. */
export type Ends = { readonly whole: number; readonly nothing: number }

export const endsOf = async (face: AlignedFace, score: Score): Promise<Ends> => {
  const [whole, nothing] = await score([face, { ...face, data: new Uint8Array(face.data.length) }])
  return { whole: whole!, nothing: nothing! }
}

/**
 * Deletion: scores while the pixels that the map puts first are blackened, 0, 10, ... 100 % of them. A faithful map of what
 * makes two faces similar lowers them early. Insertion: scores while they are brought back into a black face; it raises
 * them early. (Petsiuk et al., RISE, BMVC 2018; for verification Lu et al., WACV 2024.)
 */
export const deletionAndInsertion = async (
  { face, map, score, seed }: JudgedMap,
  { whole, nothing }: Ends,
): Promise<{ deletion: number[]; insertion: number[] }> => {
  const order = pixelOrder(face, map, seed)
  const black = { ...face, data: new Uint8Array(face.data.length) }
  const inner = SHARES.slice(1, -1)
  const changed = [
    ...inner.map(share => replacePixels(face, black.data, order, share)),
    ...inner.map(share => replacePixels(black, face.data, order, share)),
  ]
  const scores = await score(changed)
  return {
    deletion: [whole, ...scores.slice(0, inner.length), nothing],
    insertion: [nothing, ...scores.slice(inner.length), whole],
  }
}

/** The shares of pixels that ROAD removes: half of them, so that most and least relevant ones part the face. */
export const ROAD_SHARES: readonly number[] = [0.5]

/**
 * ROAD (Rong et al., ICML 2022): scores after removing a share of the pixels, most relevant or least relevant first, with what
 * is removed filled in from what is left (see `imputeLinearly`). Unlike blackened ones such pixels do not show.
 */
export const road = async ({
  face,
  map,
  score,
  seed,
}: JudgedMap): Promise<{ most: number[]; least: number[] }> => {
  const order = pixelOrder(face, map, seed)
  const without = (from: number, to: number): AlignedFace => {
    const removed = new Uint8Array(order.length)
    for (const i of order.subarray(Math.round(from * order.length), Math.round(to * order.length)))
      removed[i] = 1
    return imputeLinearly(face, removed, { seed })
  }
  const scores = await score([
    ...ROAD_SHARES.map(share => without(0, share)),
    ...ROAD_SHARES.map(share => without(1 - share, 1)),
  ])
  return { most: scores.slice(0, ROAD_SHARES.length), least: scores.slice(ROAD_SHARES.length) }
}

/** The shares of pixels that are restored after patches were replaced. */
export const RESTORED: readonly number[] = SHARES.slice(0, -1)

/**
 * Scores while a face that was patched with parts of another one is restored: pixels that the map of the patched face calls
 * most dissimilar first when the pair was rejected, most similar first when it was accepted. (Decision-based patch
 * replacement, Huber et al., WACV 2024.)
 * @param judged The patched face and its map.
 * @param original The face before it was patched.
 */
export const restoration = async (
  { face, map, score, seed }: JudgedMap,
  original: AlignedFace,
  accepted: boolean,
): Promise<number[]> => {
  const sign = accepted ? 1 : -1
  const order = pixelOrder(face, { ...map, data: map.data.map(value => sign * value) }, seed)
  const steps = RESTORED.map(share => replacePixels(face, original.data, order, share))
  return [...(await score(steps))]
}

/** A map enlarged to the size of the face, bilinearly. */
export const onFace = (map: FloatMap, { width, height }: AlignedFace): FloatMap =>
  map.width === width && map.height === height ? map : resizeMap(map, width, height)

// --- internal ---

const pixelOrder = (face: AlignedFace, map: FloatMap, seed: string): Int32Array =>
  descending(onFace(map, face), seed)
