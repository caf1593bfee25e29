import { blur } from '../image/blur.ts'

/**
 * A picture to be laid over a photo: premultiplied red, green, blue (0 to 255 x opacity) and opacity (0 to 1), interleaved;
 * or the opacity alone, one value per pixel.
 */
export type Layer = { readonly width: number; readonly height: number; readonly data: Float32Array }

/** Softens a layer by a Gaussian-like blur of `sigma` pixels; beyond its border the border goes on. */
export const soften = (layer: Layer, sigma: number): void => {
  let variance = sigma * sigma
  if (variance > 3) {
    softenWide(layer, sigma)
    return
  }
  while (variance > 0.01) {
    const part = Math.min(0.66, variance)
    softenOnce(layer, part / 2)
    variance -= part
  }
}

// --- internal ---

/** Kernel (k, 1 - 2k, k) in both directions: variance 2k. */
const softenOnce = ({ width, height, data }: Layer, k: number): void => {
  const keep = 1 - 2 * k
  const channels = data.length / (width * height)
  const stride = width * channels
  const before = new Float32Array(stride)
  for (let y = 0; y < height; y++) {
    const start = y * stride
    before.set(data.subarray(start, start + stride))
    const last = stride - channels
    for (let x = channels; x < last; x++)
      data[start + x] = keep * before[x]! + k * (before[x - channels]! + before[x + channels]!)
    for (let c = 0; c < channels && last > 0; c++) {
      data[start + c] = (keep + k) * before[c]! + k * before[c + channels]!
      data[start + last + c] = (keep + k) * before[last + c]! + k * before[last + c - channels]!
    }
  }
  before.set(data.subarray(0, stride))
  for (let y = 0; y < height; y++) {
    const row = y * stride
    const next = y + 1 < height ? row + stride : row
    for (let x = 0; x < stride; x++) {
      const value = data[row + x]!
      data[row + x] = keep * value + k * (before[x]! + data[next + x]!)
      before[x] = value
    }
  }
}

const softenWide = ({ width, height, data }: Layer, sigma: number): void => {
  const channels = data.length / (width * height)
  const plane = new Float32Array(width * height)
  for (let k = 0; k < channels; k++) {
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + k]!
    blur(plane, width, height, sigma)
    for (let i = 0; i < plane.length; i++) data[i * channels + k] = plane[i]!
  }
}
