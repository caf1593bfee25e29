import type { Layer } from './layer.ts'
import type { Light } from './light.ts'
import { grainAt } from './noise.ts'
import type { Samples } from './raster.ts'
import { type Level, TEXEL } from './texture.ts'

/** What a mask is painted with. */
export type Paint = {
  /** The level that suits one look per pixel. */
  readonly texture: Level
  /** Laid on the fabric, repeating every `patternSize` head units. */
  readonly pattern: Level | undefined
  readonly patternSize: number
  /** Fabric, 0 to 255. */
  readonly colour: readonly [number, number, number]
  readonly light: Light
  /** Unevenness of the cloth, as a share of its brightness, and the word that decides it. */
  readonly grain: number
  readonly grainSeed: number
}

/** Turns samples into a layer of 1 / `density` their size: template, fabric and pattern under the photo's light. */
export const paintSamples = (samples: Samples, density: number, paint: Paint): Layer => {
  const width = samples.width / density
  const height = samples.height / density
  const layer: Layer = { width, height, data: new Float32Array(width * height * 4) }
  const { data } = layer
  const { light, texture, pattern, grain } = paint
  const texel = new Float32Array(TEXEL)
  const weave = new Float32Array(TEXEL)
  const [red, green, blue] = paint.colour
  const baseR = red / 255
  const baseG = green / 255
  const baseB = blue / 255
  const keepGrey = 1 - light.saturation
  // The surface is about 2.9 head units wide (over the cheeks) and 2.4 high.
  const repeatU = pattern ? 2.9 / paint.patternSize : 0
  const repeatV = pattern ? 2.4 / paint.patternSize : 0
  const hits = new Int32Array(density * density)
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++, o += 4) {
      const count = gather(samples, x * density, y * density, density, hits)
      if (count === 0) continue
      // One look at the texture serves all samples of a pixel, unless they lie on different parts of the mask.
      const together = spread(samples, hits, count) < 0.06
      const looks = together ? 1 : count
      for (let look = 0; look < looks; look++) {
        const first = together ? 0 : look
        const end = together ? count : look + 1
        let u = 0
        let v = 0
        let shade = 0
        for (let h = first; h < end; h++) {
          u += samples.u[hits[h]!]!
          v += samples.v[hits[h]!]!
          shade += samples.shade[hits[h]!]!
        }
        const weight = end - first
        u /= weight
        v /= weight
        sample(texture, u, v, false, texel)
        const alpha = texel[4]!
        if (alpha < 0.004) continue
        let r = baseR
        let g = baseG
        let b = baseB
        if (pattern) {
          sample(pattern, u * repeatU, v * repeatV, true, weave)
          r = weave[0]! + weave[3]! * r
          g = weave[1]! + weave[3]! * g
          b = weave[2]! + weave[3]! * b
        }
        const fabric = texel[3]!
        // Highlights that are drawn on the fabric are no brighter than the fabric allows.
        const fixed = 1 - 0.8 * (fabric / alpha) * (1 - Math.max(r, g, b))
        r = (fixed * texel[0]! + fabric * r) / alpha
        g = (fixed * texel[1]! + fabric * g) / alpha
        b = (fixed * texel[2]! + fabric * b) / alpha
        if (keepGrey > 0) {
          const grey = (0.3 * r + 0.59 * g + 0.11 * b) * keepGrey
          r = grey + r * light.saturation
          g = grey + g * light.saturation
          b = grey + b * light.saturation
        }
        // Sums linear light here; the curve back follows once per pixel.
        const uneven = grain * grainAt(paint.grainSeed, Math.floor(u * 300), Math.floor(v * 240))
        const lightSum = shade * alpha * (1 + uneven)
        data[o]! += r * r * lightSum
        data[o + 1]! += g * g * lightSum
        data[o + 2]! += b * b * lightSum
        data[o + 3]! += alpha * weight
      }
    }
  }
  develop(data, light, 1 / (density * density))
  return layer
}

/** A fabric colour (0 to 255) as the photo shows it at a brightness. */
export const underLight = (colour: readonly number[], light: Light, brightness: number): number[] => {
  const grey = 0.3 * colour[0]! + 0.59 * colour[1]! + 0.11 * colour[2]!
  return colour.map((value, k) => {
    const tinted = (grey + (value - grey) * light.saturation) / 255
    return 255 * Math.sqrt(expose(tinted * tinted * brightness * light.cast[k as 0 | 1 | 2], light))
  })
}

// --- internal ---

/** The samples of one pixel that hit the mask, into `hits`; returns how many. */
const gather = (
  { u, width }: Samples,
  left: number,
  top: number,
  density: number,
  hits: Int32Array,
): number => {
  let count = 0
  for (let y = top; y < top + density; y++) {
    for (let i = y * width + left; i < y * width + left + density; i++) if (u[i]! >= 0) hits[count++] = i
  }
  return count
}

/** How far apart the samples of a pixel lie on the mask. */
const spread = ({ u, v }: Samples, hits: Int32Array, count: number): number => {
  let most = 0
  const u0 = u[hits[0]!]!
  const v0 = v[hits[0]!]!
  for (let h = 1; h < count; h++) {
    most = Math.max(most, Math.abs(u[hits[h]!]! - u0), Math.abs(v[hits[h]!]! - v0))
  }
  return most
}

/** Reflected light to sensor light: the photo's white and black, then the shoulder. */
const expose = (reflected: number, light: Light): number => {
  const floor = 0.6 * light.black
  const linear = floor + (1 - floor) * light.white * reflected
  // Cameras press bright light together instead of cutting it off: straight up to 0.6, then bending toward 1.
  return linear > 0.6 ? 1 - 0.16 / (linear - 0.2) : linear
}

/** Sums of linear light to premultiplied 0 to 255. */
const develop = (data: Float32Array, light: Light, share: number): void => {
  const [castR, castG, castB] = light.cast
  for (let o = 0; o < data.length; o += 4) {
    const sum = data[o + 3]!
    if (sum === 0) continue
    const alpha = sum * share
    const weight = 255 * alpha
    data[o] = weight * Math.sqrt(expose((data[o]! / sum) * castR, light))
    data[o + 1] = weight * Math.sqrt(expose((data[o + 1]! / sum) * castG, light))
    data[o + 2] = weight * Math.sqrt(expose((data[o + 2]! / sum) * castB, light))
    data[o + 3] = alpha
  }
}

/** Bilinear sample at (u, v) in [0, 1] into `out`; beyond the border it repeats the tile (`wrap`) or the border. */
const sample = (
  { width, height, data }: Level,
  u: number,
  v: number,
  wrap: boolean,
  out: Float32Array,
): void => {
  const x = u * width - 0.5
  const y = v * height - 0.5
  const left = Math.floor(x)
  const top = Math.floor(y)
  const fx = x - left
  const fy = y - top
  const x0 = wrap ? modulo(left, width) : Math.max(left, 0)
  const x1 = wrap ? modulo(left + 1, width) : left + 1 < width ? left + 1 : width - 1
  const y0 = (wrap ? modulo(top, height) : Math.max(top, 0)) * width
  const y1 = (wrap ? modulo(top + 1, height) : top + 1 < height ? top + 1 : height - 1) * width
  const a = (y0 + x0) * TEXEL
  const b = (y0 + x1) * TEXEL
  const c = (y1 + x0) * TEXEL
  const d = (y1 + x1) * TEXEL
  const wb = fx * (1 - fy)
  const wc = (1 - fx) * fy
  const wd = fx * fy
  const wa = 1 - wb - wc - wd
  out[0] = wa * data[a]! + wb * data[b]! + wc * data[c]! + wd * data[d]!
  out[1] = wa * data[a + 1]! + wb * data[b + 1]! + wc * data[c + 1]! + wd * data[d + 1]!
  out[2] = wa * data[a + 2]! + wb * data[b + 2]! + wc * data[c + 2]! + wd * data[d + 2]!
  out[3] = wa * data[a + 3]! + wb * data[b + 3]! + wc * data[c + 3]! + wd * data[d + 3]!
  out[4] = wa * data[a + 4]! + wb * data[b + 4]! + wc * data[c + 4]! + wd * data[d + 4]!
}

const modulo = (i: number, count: number): number => {
  const rest = i % count
  return rest < 0 ? rest + count : rest
}
