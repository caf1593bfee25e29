import { smoothMap } from '../../image/smooth-map.ts'
import type { Explain } from '../method.ts'
import { signParts } from '../sign-parts.ts'
import { fillPatch, type Patch, scoreChanged } from './changed.ts'

/**
 * Systematic occlusion as in xFace (Knoche et al., WACVW 2023, method 2): black squares of 7, 14 and 28 pixels every 5 pixels
 * over one face, the other as it is. Each pixel gets the mean, over all windows of a size, of how much the distance grew per
 * hidden pixel where it was hidden; softened (5 taps, sigma 5), and averaged over the sizes. 1,130 windows a face. Where
 * time is short, the windows are spread over the whole face and all sizes all the same.
 */
export const explain: Explain = async (self, _, options) => {
  const { size: side } = self.network.contract
  const windows = scattered(xfaceWindows(side))
  const black = self.pixel(0)
  const [whole] = await self.scores(self.photo)
  const { scores, cutShort } = await scoreChanged(
    self,
    windows.length,
    (photo, k) => fillPatch(photo, side, windows[k]!, black),
    options,
  )
  const data = new Float32Array(side * side)
  for (const size of sizesFor(side)) {
    const used = windows.slice(0, scores.length).filter(window => window.size === size)
    const sum = new Float32Array(side * side)
    windows.slice(0, scores.length).forEach((window, k) => {
      if (window.size === size) addPatch(sum, side, window, (whole! - scores[k]!) / size ** 2)
    })
    const soft = smoothMap({ width: side, height: side, data: sum }, 5, 2)
    for (let i = 0; i < data.length; i++) data[i]! += soft.data[i]! / Math.max(1, used.length) / 3
  }
  const map = { width: side, height: side, data }
  return { map, parts: signParts(map), ...(cutShort && { cutShort }) }
}

/** All windows, size by size: 21 x 21, 20 x 20 and 17 x 17 of them on a face of 112 x 112. */
export const xfaceWindows = (side: number): Patch[] =>
  sizesFor(side).flatMap(size => {
    const places: number[] = []
    for (let at = 0; at < side - size; at += STRIDE) places.push(at)
    return places.flatMap(top => places.map(left => ({ left, top, size })))
  })

// --- internal ---

const STRIDE = 5

const sizesFor = (side: number): number[] => [7, 14, 28].map(size => Math.round((size * side) / 112))

/** The same windows in an order that comes by all places early: steps of about the golden section. */
const scattered = (windows: readonly Patch[]): Patch[] => {
  let step = Math.round(windows.length * 0.618)
  while (greatestDivisor(step, windows.length) !== 1) step++
  return windows.map((_, k) => windows[(k * step) % windows.length]!)
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

const addPatch = (sum: Float32Array, side: number, { left, top, size }: Patch, value: number): void => {
  for (let y = top; y < top + size; y++) {
    for (let i = y * side + left; i < y * side + left + size; i++) sum[i]! += value
  }
}
