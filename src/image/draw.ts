import type { Photo } from './photo.ts'

type Colour = readonly [red: number, green: number, blue: number]

export type Stroke = {
  /** R, G, B in [0, 255]. */
  readonly colour: Colour
  /** In pixels. */
  readonly width: number
  /** Pixels that are drawn, and then as many that are left out. Default: no gaps. */
  readonly dash?: number
}

/** Draws a straight line with round ends and soft edges onto a copy. Pixel centres lie on whole numbers. */
export const drawLine = (
  photo: Photo,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
  { colour, width, dash }: Stroke,
): Photo => {
  const data = photo.data.slice()
  const [dx, dy] = [x1 - x0, y1 - y0]
  const length = Math.hypot(dx, dy)
  const reach = width / 2 + 1
  const from = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - reach))
  const to = (a: number, b: number, size: number): number =>
    Math.min(size - 1, Math.ceil(Math.max(a, b) + reach))
  for (let y = from(y0, y1); y <= to(y0, y1, photo.height); y++) {
    for (let x = from(x0, x1); x <= to(x0, x1, photo.width); x++) {
      const along = length > 0 ? ((x - x0) * dx + (y - y0) * dy) / length : 0
      const near = Math.min(Math.max(along, 0), length)
      if (dash !== undefined && Math.floor(near / dash) % 2 === 1) continue
      const share = length > 0 ? near / length : 0
      const distance = Math.hypot(x - x0 - share * dx, y - y0 - share * dy)
      blend(data, y * photo.width + x, colour, width / 2 + 0.5 - distance)
    }
  }
  return { ...photo, data }
}

/** Draws the frame of a rectangle onto a copy, inside its edges. `left` and `top` are its first pixels. */
export const drawFrame = (
  photo: Photo,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
  { colour, width: thickness }: Stroke,
): Photo => {
  const data = photo.data.slice()
  for (let y = Math.max(0, top); y < Math.min(photo.height, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(photo.width, left + width); x++) {
      const inset = Math.min(x - left, left + width - 1 - x, y - top, top + height - 1 - y)
      if (inset < thickness) blend(data, y * photo.width + x, colour, 1)
    }
  }
  return { ...photo, data }
}

// --- internal ---

/** @param share of the colour; beyond [0, 1] it counts as 0 or 1 */
const blend = (data: Uint8Array, pixel: number, colour: Colour, share: number): void => {
  if (share <= 0) return
  for (let c = 0; c < 3; c++) {
    const old = data[pixel * 3 + c]!
    data[pixel * 3 + c] = Math.floor(old + (colour[c]! - old) * Math.min(share, 1) + 0.5)
  }
}
