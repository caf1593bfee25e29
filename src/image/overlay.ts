import { type ColourMapName, colourIndex, colourMap } from './colour.ts'
import { type FloatMap, type Range, rangeAround, rangeOf } from './map.ts'
import type { Photo } from './photo.ts'
import { resizeMap } from './resize.ts'

export type PaintOptions = {
  /** Default `inferno`. */
  colours?: ColourMapName
  /**
   * Values at the ends of the colour map. Give one range to pictures that are to be compared.
   * Default: the map's own, for diverging colours with zero in the middle.
   */
  range?: Range
  /** `nearest` shows the cells of a coarse map as blocks. Default `bilinear`: values are blended first, then coloured. */
  interpolation?: 'bilinear' | 'nearest'
}

export type OverlayOptions = PaintOptions & {
  /** Share of the colour in [0, 1]; 0 leaves the photo. Default 0.5. */
  opacity?: number
  /**
   * Makes colours fainter the nearer a value is to neutral (the low end, or the middle of diverging colours), so that the
   * photo stays visible where the map says nothing. Default false.
   */
  fade?: boolean
}

/** Paints a map on its own. @returns `width` x `height` RGB */
export const paintMap = (map: FloatMap, width: number, height: number, options: PaintOptions = {}): Photo => {
  const data = new Uint8Array(width * height * 3)
  return overlay({ width, height, data }, map, { ...options, opacity: 1, fade: false })
}

/**
 * Paints a map of any size over a photo.
 * @throws XfmrError `E_NOT_FINITE` when the map holds NaN or an infinity
 */
export const overlay = (
  photo: Photo,
  map: FloatMap,
  { colours = 'inferno', range, interpolation, opacity = 0.5, fade = false }: OverlayOptions = {},
): Photo => {
  const { kind, table } = colourMap(colours)
  const ends = range ?? (kind === 'diverging' ? rangeAround(0, map) : rangeOf(map))
  const values = resizeMap(map, photo.width, photo.height, interpolation).data
  const shares = new Float64Array(256).fill(opacity)
  if (fade) {
    for (let i = 0; i < 256; i++)
      shares[i] = opacity * (kind === 'diverging' ? Math.abs(i / 127.5 - 1) : i / 255)
  }
  const data = new Uint8Array(photo.data.length)
  for (let i = 0, p = 0; i < values.length; i++) {
    const index = colourIndex(values[i]!, ends, kind)
    const share = shares[index]!
    for (let c = 0; c < 3; c++, p++) {
      const pixel = photo.data[p]!
      data[p] = Math.floor(pixel + (table[index * 3 + c]! - pixel) * share + 0.5)
    }
  }
  return { ...photo, data }
}

export type GridOptions = {
  /** R, G, B in [0, 255]. Default white. */
  colour?: readonly [number, number, number]
  /** In [0, 1]. Default 0.5. */
  opacity?: number
}

/** Draws the inner lines of a grid, one pixel thick, for instance the 7x7 cells of a network's last map. */
export const drawGrid = (
  photo: Photo,
  columns: number,
  rows: number,
  { colour = [255, 255, 255], opacity = 0.5 }: GridOptions = {},
): Photo => {
  const { width, height } = photo
  const onColumn = lines(width, columns)
  const onRow = lines(height, rows)
  const data = photo.data.slice()
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      if (!onColumn[x] && !onRow[y]) continue
      for (let c = 0; c < 3; c++) {
        data[p + c] = Math.floor(data[p + c]! + (colour[c]! - data[p + c]!) * opacity + 0.5)
      }
    }
  }
  return { ...photo, data }
}

// --- internal ---

/** Marks the first pixel of every cell but the first. */
const lines = (length: number, cells: number): Uint8Array => {
  const marks = new Uint8Array(length)
  for (let cell = 1; cell < cells; cell++) marks[Math.floor((cell * length) / cells)] = 1
  return marks
}
