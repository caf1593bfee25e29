import { ALIGNED_SIZE } from '../face/align.ts'
import type { Affine } from '../image/affine.ts'
import { warpGrey } from '../image/warp.ts'

/** A mask's opacity, one byte per pixel, row by row. */
export type Region = { readonly width: number; readonly height: number; readonly data: Uint8Array }

/**
 * The region in the coordinates of an aligned face, to be compared with explanations.
 * @param transform The `transform` of the aligned face.
 * @returns 112 x 112
 */
export const alignRegion = ({ width, height, data }: Region, transform: Affine): Region => {
  const grey = new Uint8Array(width * height * 3)
  for (let i = 0; i < data.length; i++) grey.fill(data[i]!, i * 3, i * 3 + 3)
  const warped = warpGrey({ width, height, data: grey }, transform, ALIGNED_SIZE, ALIGNED_SIZE)
  return {
    width: ALIGNED_SIZE,
    height: ALIGNED_SIZE,
    data: Uint8Array.from(warped, value => Math.round(value)),
  }
}

/** Several masks' regions in one photo: the larger opacity counts. */
export const joinRegions = (regions: readonly Uint8Array[]): Uint8Array => {
  const joined = new Uint8Array(regions[0]!)
  for (const region of regions.slice(1)) {
    for (let i = 0; i < joined.length; i++) joined[i] = Math.max(joined[i]!, region[i]!)
  }
  return joined
}
