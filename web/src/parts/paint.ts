import { type ColourMapName, colourIndex, colourMap } from '../../../src/image/colour.ts'
import type { FloatMap, Range } from '../../../src/image/map.ts'
import { resizeMap } from '../../../src/image/resize.ts'
import { COLOUR_SHARE } from '../../../src/report/pictures.ts'

/** A map with its colours: what lies over a face. */
export type Layer = {
  readonly map: FloatMap
  readonly colours: ColourMapName
  readonly range: Range
  /** Cells as blocks rather than blended. */
  readonly blocks: boolean
}

/** Draws a map into a canvas, transparent where it says little. */
export const paintLayer = (canvas: HTMLCanvasElement, { map, colours, range, blocks }: Layer): void => {
  const shown = blocks ? map : resizeMap(map, SMOOTH, SMOOTH)
  canvas.width = shown.width
  canvas.height = shown.height
  const { kind, table } = colourMap(colours)
  const pixels = new ImageData(shown.width, shown.height)
  for (let i = 0, p = 0; i < shown.data.length; i++, p += 4) {
    const index = colourIndex(shown.data[i]!, range, kind)
    const strength = kind === 'diverging' ? Math.abs(index / 127.5 - 1) : index / 255
    pixels.data[p] = table[index * 3]!
    pixels.data[p + 1] = table[index * 3 + 1]!
    pixels.data[p + 2] = table[index * 3 + 2]!
    pixels.data[p + 3] = Math.round(255 * COLOUR_SHARE * strength)
  }
  canvas.getContext('2d')!.putImageData(pixels, 0, 0)
}

/** The colours of a map from low to high, as a CSS gradient over mid grey. */
export const gradient = (colours: ColourMapName): string => {
  const { kind, table } = colourMap(colours)
  const stops = Array.from({ length: 33 }, (_, i) => {
    const index = Math.round((i / 32) * 255)
    const strength = COLOUR_SHARE * (kind === 'diverging' ? Math.abs(index / 127.5 - 1) : index / 255)
    return `rgb(${table[index * 3]} ${table[index * 3 + 1]} ${table[index * 3 + 2]} / ${strength.toFixed(3)})`
  })
  return `linear-gradient(to right, ${stops.join(', ')})`
}

// --- internal ---

const SMOOTH = 112
