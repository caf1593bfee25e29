import {
  interpolateCividis,
  interpolateGreys,
  interpolateInferno,
  interpolateMagma,
  interpolatePiYG,
  interpolatePRGn,
  interpolatePuOr,
  interpolateRdBu,
  interpolateTurbo,
  interpolateViridis,
} from 'd3-scale-chromatic'
import type { Range } from './map.ts'

export type ColourMapName = keyof typeof MAPS

export type ColourMap = {
  readonly name: ColourMapName
  /** `sequential`: from little to much. `diverging`: two hues on either side of a neutral middle. */
  readonly kind: 'sequential' | 'diverging'
  /** 256 colours as R, G, B bytes, from the low to the high end. */
  readonly table: Uint8Array
}

/**
 * A colour map by name. The high end of `blue-red` and `purple-orange` is warm, as readers expect of "for" and "against".
 * All but `turbo` are safe for colour-blind readers.
 *
 * The `-tint` maps keep their hues right up to the middle and leave out the darkest shades: for overlays that fade, where
 * transparency says how far a value is from neutral and a pale colour would only veil the photo.
 */
export const colourMap = (name: ColourMapName): ColourMap => {
  let map = built.get(name)
  if (!map) {
    map = { name, kind: MAPS[name][0], table: buildTable(MAPS[name][1]) }
    built.set(name, map)
  }
  return map
}

/** Names for options and help texts. */
export const colourMapNames = (): ColourMapName[] => Object.keys(MAPS) as ColourMapName[]

/**
 * Which of the 256 colours stands for a value. Values beyond the range get its end colours; when the range is a single
 * value, that value gets the neutral colour (sequential: the low end).
 */
export const colourIndex = (value: number, { low, high }: Range, kind: ColourMap['kind']): number => {
  const share = high > low ? (value - low) / (high - low) : kind === 'diverging' ? 0.5 : 0
  return Math.floor(Math.min(Math.max(share, 0), 1) * 255 + 0.5)
}

// --- internal ---

const turned =
  (interpolate: (t: number) => string) =>
  (t: number): string =>
    interpolate(1 - t)

const tint =
  (interpolate: (t: number) => string) =>
  (t: number): string =>
    interpolate(0.5 + Math.sign(t - 0.5) * (0.2 + 0.44 * Math.abs(t - 0.5)))

const MAPS = {
  inferno: ['sequential', interpolateInferno],
  magma: ['sequential', interpolateMagma],
  viridis: ['sequential', interpolateViridis],
  cividis: ['sequential', interpolateCividis],
  turbo: ['sequential', interpolateTurbo],
  greys: ['sequential', turned(interpolateGreys)],
  'blue-red': ['diverging', turned(interpolateRdBu)],
  'purple-orange': ['diverging', interpolatePuOr],
  'purple-green': ['diverging', interpolatePRGn],
  'pink-green': ['diverging', interpolatePiYG],
  'purple-orange-tint': ['diverging', tint(interpolatePuOr)],
  'pink-green-tint': ['diverging', tint(interpolatePiYG)],
} as const satisfies Record<string, readonly [ColourMap['kind'], (t: number) => string]>

const built = new Map<ColourMapName, ColourMap>()

const buildTable = (interpolate: (t: number) => string): Uint8Array => {
  const table = new Uint8Array(256 * 3)
  for (let i = 0; i < 256; i++) table.set(parseColour(interpolate(i / 255)), i * 3)
  return table
}

/** Reads the two forms that d3 writes: `#rrggbb` and `rgb(r, g, b)`. */
const parseColour = (colour: string): number[] =>
  colour.startsWith('#')
    ? [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
    : colour.match(/\d+/g)!.map(Number)
