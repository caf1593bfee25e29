import type { MethodOptions } from '../method-options.ts'
import type { Subject } from '../subject.ts'

/** What changed copies of a face scored. Fewer than were asked for where time was up. */
export type ChangedScores = { readonly scores: Float32Array; readonly cutShort: boolean }

/**
 * Scores changed copies of a face, in batches.
 * @param change Changes copy `k`, three planes of a photo as the network takes it, in place.
 */
export const scoreChanged = async (
  self: Subject,
  count: number,
  change: (photo: Float32Array, k: number) => void,
  { batch = 16, deadline = Number.POSITIVE_INFINITY, onProgress }: MethodOptions = {},
): Promise<ChangedScores> => {
  const { photo } = self
  const size = photo.length
  const scores = new Float32Array(count)
  const photos = new Float32Array(Math.min(batch, count) * size)
  for (let start = 0; start < count; start += batch) {
    if (start > 0 && performance.now() > deadline) return { scores: scores.slice(0, start), cutShort: true }
    const here = Math.min(batch, count - start)
    for (let k = 0; k < here; k++) {
      const copy = photos.subarray(k * size, (k + 1) * size)
      copy.set(photo)
      change(copy, start + k)
    }
    scores.set(await self.scores(photos.subarray(0, here * size)), start)
    onProgress?.((start + here) / count)
  }
  return { scores, cutShort: false }
}

/** A rectangle of pixels. */
export type Patch = { readonly left: number; readonly top: number; readonly size: number }

/** Fills a patch of all three planes with one brightness, as the network takes it. */
export const fillPatch = (
  photo: Float32Array,
  side: number,
  { left, top, size }: Patch,
  value: number,
): void => {
  for (let plane = 0; plane < photo.length; plane += side * side) {
    for (let y = top; y < top + size; y++) {
      const row = plane + y * side + left
      photo.fill(value, row, row + size)
    }
  }
}
