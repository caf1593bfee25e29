import type { Photo } from '../image/photo.ts'
import type { Window } from './raster.ts'

/** How sharp and how noisy a part of a photo is. */
export type Quality = {
  /** Standard deviation, in pixels, of the blur that a crisp drawing needs to look like the photo. */
  readonly blur: number
  /** Standard deviation of the noise, in 8-bit levels. */
  readonly noise: number
}

/**
 * Noise: the median response to a Laplacian-like mask that ignores slopes (Immerkaer, CVIU 1996; the median, so that edges do not count).
 * Blur: how steep the steepest edges are against their height. An edge of height h blurred by s has slope h / (s sqrt(2 pi)).
 */
export const readQuality = (photo: Photo, window: Window): Quality => {
  const x0 = Math.max(2, window.left)
  const y0 = Math.max(2, window.top)
  const x1 = Math.min(photo.width - 3, window.left + window.width)
  const y1 = Math.min(photo.height - 3, window.top + window.height)
  if (x1 - x0 < 8 || y1 - y0 < 8) return { blur: 0.7, noise: 2 }
  const stepX = Math.max(1, Math.floor((x1 - x0) / 44))
  const stepY = Math.max(1, Math.floor((y1 - y0) / 44))
  const responses = new Uint32Array(2048)
  const widths: number[] = []
  const stride = photo.width * 3
  let count = 0
  // The green channel stands in for brightness.
  const { data } = photo
  for (let y = y0; y < y1; y += stepY) {
    for (let x = x0; x < x1; x += stepX) {
      const i = (y * photo.width + x) * 3 + 1
      const up = i - stride
      const down = i + stride
      const cross = data[up]! + data[down]! + data[i - 3]! + data[i + 3]!
      const corners = data[up - 3]! + data[up + 3]! + data[down - 3]! + data[down + 3]!
      const response = 4 * data[i]! - 2 * cross + corners
      responses[Math.min(2047, response < 0 ? -response : response)]!++
      count++
      const across = edgeWidth(data, i, 3)
      if (across > 0) widths.push(across)
      const along = edgeWidth(data, i, stride)
      if (along > 0) widths.push(along)
    }
  }
  let seen = responses[0]!
  let median = 0
  while (median < 2047 && seen < count / 2) seen += responses[++median]!
  widths.sort((a, b) => a - b)
  const sharpest = widths.length > 12 ? widths[Math.floor(widths.length * 0.2)]! : 1.6
  const blur = Math.sqrt(Math.max(0, sharpest * sharpest - SAMPLING * SAMPLING))
  return {
    blur: Math.min(4, Math.max(0.25, blur)),
    noise: Math.max(0.8, Math.min(12, (median / 0.6745 / 6) * 0.9)),
  }
}

// --- internal ---

/** The apparent width of a perfectly sharp edge on a pixel grid. */
const SAMPLING = 0.6

/** Blur of an edge that crosses sample `i` along `step`; 0 where there is no clear edge. */
const edgeWidth = (data: Uint8Array, i: number, step: number): number => {
  const slope = (data[i + step]! - data[i - step]!) / 2
  const steep = slope < 0 ? -slope : slope
  if (steep < 10) return 0
  // Only at the steepest place of the edge.
  const before = Math.abs(data[i]! - data[i - 2 * step]!) / 2
  const after = Math.abs(data[i + 2 * step]! - data[i]!) / 2
  if (before > steep || after > steep) return 0
  // Walk up and down the edge to its ends.
  const sign = slope < 0 ? -1 : 1
  let high = i
  let low = i
  for (let n = 0; n < 8 && high + step < data.length && (data[high + step]! - data[high]!) * sign > 0; n++)
    high += step
  for (let n = 0; n < 8 && low - step >= 0 && (data[low]! - data[low - step]!) * sign > 0; n++) low -= step
  const height = (data[high]! - data[low]!) * sign
  return height < 30 ? 0 : height / (steep * 2.5066)
}
