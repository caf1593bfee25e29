import type { AlignedFace } from '../../face/face.ts'

/** The shares of a face's pixels that are taken away or brought back, one after the other: 0, 10, ... 100 %. */
export const SHARES: readonly number[] = Array.from({ length: 11 }, (_, i) => i / 10)

/**
 * A face with some of its pixels from another picture of the same size.
 * @param order Indices of pixels; the first `share` of them (in [0, 1], rounded to whole pixels) are replaced
 */
export const replacePixels = (
  face: AlignedFace,
  other: Uint8Array,
  order: Int32Array,
  share: number,
): AlignedFace => {
  const data = face.data.slice()
  const count = Math.round(share * order.length)
  for (let k = 0; k < count; k++) {
    const at = order[k]! * 3
    data[at] = other[at]!
    data[at + 1] = other[at + 1]!
    data[at + 2] = other[at + 2]!
  }
  return { ...face, data }
}

/**
 * Mean of a curve over evenly spaced places, by the trapezoid rule: the area under it, divided by its length.
 * @param values At least two.
 */
export const areaUnder = (values: readonly number[]): number => {
  const inner = values.slice(1, -1).reduce((sum, value) => sum + value, 0)
  return (inner + (values[0]! + values.at(-1)!) / 2) / (values.length - 1)
}
