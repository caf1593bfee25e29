import type { Photo } from './photo.ts'

export type PlanarOptions = {
  /** Order of the colour planes. Default `rgb`. */
  channels?: 'rgb' | 'bgr'
  /** A pixel `p` in [0, 255] becomes `(p - mean) * scale`. Defaults 0 and 1. */
  mean?: number
  scale?: number
  /** Write here instead of into a new array, from `offset` on: one array then takes a batch of photos. */
  out?: Float32Array
  offset?: number
}

/** A photo as three colour planes, one after the other, as networks want it: shape [3, height, width]. */
export const toPlanar = (
  { width, height, data }: Photo,
  {
    channels = 'rgb',
    mean = 0,
    scale = 1,
    out = new Float32Array(width * height * 3),
    offset = 0,
  }: PlanarOptions = {},
): Float32Array => {
  const plane = width * height
  const red = offset + (channels === 'rgb' ? 0 : 2 * plane)
  const green = offset + plane
  const blue = offset + (channels === 'rgb' ? 2 * plane : 0)
  for (let i = 0, p = 0; i < plane; i++, p += 3) {
    out[red + i] = (data[p]! - mean) * scale
    out[green + i] = (data[p + 1]! - mean) * scale
    out[blue + i] = (data[p + 2]! - mean) * scale
  }
  return out
}
