import { blur } from './blur.ts'

/** A picture to be laid over a photo: premultiplied red, green, blue (0 to 255 x opacity) and opacity (0 to 1), interleaved. */
export type Layer = { readonly width: number; readonly height: number; readonly data: Float32Array }

/** Softens a layer by a Gaussian-like blur of `sigma` pixels; what lies outside is transparent. */
export const soften = (layer: Layer, sigma: number): void => {
  let variance = sigma * sigma
  if (variance > 3) {
    softenWide(layer, sigma)
    return
  }
  while (variance > 0.01) {
    const part = Math.min(0.5, variance)
    softenOnce(layer, part / 2)
    variance -= part
  }
}

// --- internal ---

/** Kernel (k, 1 - 2k, k) in both directions: variance 2k. */
const softenOnce = ({ width, height, data }: Layer, k: number): void => {
  const keep = 1 - 2 * k
  const stride = width * 4
  for (let y = 0; y < height; y++) {
    let b0 = 0
    let b1 = 0
    let b2 = 0
    let b3 = 0
    const end = (y + 1) * stride
    for (let i = y * stride; i < end; i += 4) {
      const c0 = data[i]!
      const c1 = data[i + 1]!
      const c2 = data[i + 2]!
      const c3 = data[i + 3]!
      const more = i + 4 < end
      data[i] = keep * c0 + k * (b0 + (more ? data[i + 4]! : 0))
      data[i + 1] = keep * c1 + k * (b1 + (more ? data[i + 5]! : 0))
      data[i + 2] = keep * c2 + k * (b2 + (more ? data[i + 6]! : 0))
      data[i + 3] = keep * c3 + k * (b3 + (more ? data[i + 7]! : 0))
      b0 = c0
      b1 = c1
      b2 = c2
      b3 = c3
    }
  }
  const above = new Float32Array(stride)
  for (let y = 0; y < height; y++) {
    const row = y * stride
    const more = y + 1 < height
    for (let x = 0; x < stride; x++) {
      const value = data[row + x]!
      data[row + x] = keep * value + k * (above[x]! + (more ? data[row + stride + x]! : 0))
      above[x] = value
    }
  }
}

const softenWide = ({ width, height, data }: Layer, sigma: number): void => {
  const plane = new Float32Array(width * height)
  for (let k = 0; k < 4; k++) {
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * 4 + k]!
    blur(plane, width, height, sigma)
    for (let i = 0; i < plane.length; i++) data[i * 4 + k] = plane[i]!
  }
}
