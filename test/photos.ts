import type { Photo } from '../src/image/photo.ts'

/** Repeatable numbers in [0, 1): a linear congruential generator. */
export const numbers = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** A photo of noise: any mistake in addressing shows. */
export const noise = (width: number, height: number, seed = 1): Photo => {
  const next = numbers(seed)
  return {
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, () => Math.floor(next() * 256)),
  }
}

/** A photo of slow waves, without detail that resampling could lose. */
export const waves = (width: number, height: number): Photo => {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data[p++] = Math.round(128 + 100 * Math.sin(x / 9))
      data[p++] = Math.round(128 + 100 * Math.cos(y / 11))
      data[p++] = Math.round(128 + 60 * Math.sin((x + y) / 13))
    }
  }
  return { width, height, data }
}

/** Colour of one pixel. */
export const pixel = ({ width, data }: Photo, x: number, y: number): number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
