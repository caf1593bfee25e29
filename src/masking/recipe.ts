import { XfmrError } from '../errors.ts'
import { createRandom, type Random } from '../random.ts'
import { FABRIC_PATTERNS, type PatternName } from './patterns.ts'

/** The flat evaluation shapes: wide or round, covering the nose to its bridge (high), half (medium) or not at all (low). */
export const FLAT_TYPES = [
  'wide-high',
  'round-high',
  'wide-medium',
  'round-medium',
  'wide-low',
  'round-low',
] as const
export const REAL_TYPES = ['surgical', 'n95', 'kn95', 'cloth', 'foam', 'gaiter', 'bandana', 'window'] as const
export type FlatType = (typeof FLAT_TYPES)[number]
export type RealType = (typeof REAL_TYPES)[number]
export type MaskType = FlatType | RealType

/** `nose-out` and `chin` are the two common wrong ways to wear a mask. Flat shapes carry their coverage in their name. */
export const COVERAGES = ['high', 'medium', 'low', 'nose-out', 'chin'] as const
export type Coverage = (typeof COVERAGES)[number]

/** Named colours, sRGB. The first four are those of the flat evaluation masks. */
export const COLOURS: Readonly<Record<string, string>> = {
  black: '#000000',
  white: '#ffffff',
  red: '#ff0000',
  'light-blue': '#add8e6',
  'surgical-blue': '#a9cfe8',
  'surgical-green': '#a8dccb',
  pink: '#eebfc9',
  charcoal: '#26282b',
  grey: '#8d9196',
  navy: '#27324f',
  cream: '#ece3d2',
  burgundy: '#6b2434',
  olive: '#6a6b45',
}

/** How a mask sits, relative to the middle of its kind. Lengths in head units (eye centres 1 apart, about 63 mm). */
export type Fit = {
  readonly shiftX: number
  readonly shiftY: number
  readonly scaleX: number
  readonly scaleY: number
  /** Degrees, clockwise in the photo. */
  readonly roll: number
  /** Height of the right side over the left. */
  readonly asymmetry: number
  /** Distance from the face beyond what the kind has; moves the outline too. */
  readonly bulge: number
  /** 0 follows the landmarks' jaw closely, 1 only roughly: real masks do not end at the landmark model's jaw line. */
  readonly looseness: number
  /** Depth of the folds. */
  readonly folds: number
}

export type MaskRecipe = {
  readonly type: MaskType
  readonly coverage: Coverage
  /** `#rrggbb` */
  readonly colour: string
  /** A named pattern, or `image` when the user's picture is laid on the fabric. */
  readonly pattern: PatternName | 'image' | null
  /** Length of one repeat of the pattern, head units. */
  readonly patternSize: number
  readonly fit: Fit
  /** Decides folds and noise. */
  readonly seed: string
}

export type RecipeWishes = {
  type?: MaskType | 'random' | 'random-flat' | undefined
  coverage?: Coverage | undefined
  colour?: string | undefined
  pattern?: PatternName | 'image' | undefined
}

/** The middle of every kind: no jitter. */
export const PLAIN_FIT: Fit = {
  shiftX: 0,
  shiftY: 0,
  scaleX: 1,
  scaleY: 1,
  roll: 0,
  asymmetry: 0,
  bulge: 0,
  looseness: 0.3,
  folds: 0.5,
}

/**
 * Draws a recipe. What the wishes fix is kept; the rest is drawn from streams that depend on the seed, the image's name, the face's
 * number and the decision only, so that a mask never depends on which other images are masked.
 */
export const randomRecipe = (
  seed: string | number,
  name: string,
  wishes: RecipeWishes = {},
  face = 0,
): MaskRecipe => {
  const stream = (decision: string): Random => createRandom(seed, name, face, decision)
  const type =
    wishes.type === undefined || wishes.type === 'random'
      ? stream('type').weighted(TYPE_WEIGHTS)
      : wishes.type === 'random-flat'
        ? stream('type').pick(FLAT_TYPES)
        : wishes.type
  const flat = isFlat(type)
  const coverage = flat
    ? flatCoverage(type)
    : (wishes.coverage ?? stream('coverage').weighted(COVERAGE_WEIGHTS))
  const pattern = flat
    ? null
    : (wishes.pattern ?? (wishes.colour ? null : randomPattern(type, stream('pattern'))))
  const colour = wishes.colour ? parseColour(wishes.colour) : randomColour(type, stream('colour'))
  return {
    type,
    coverage,
    colour,
    pattern,
    patternSize: pattern === null ? 0 : round(stream('pattern size').uniform(0.45, 1.1)),
    fit: flat ? PLAIN_FIT : randomFit(stream('fit')),
    seed: [seed, name, face].join('/'),
  }
}

export const isFlat = (type: MaskType): type is FlatType => (FLAT_TYPES as readonly string[]).includes(type)

/** The letters a-f of the evaluation shapes, and every type by name. @throws XfmrError `E_USAGE` */
export const parseType = (text: string): MaskType | 'random' | 'random-flat' => {
  const letter = 'abcdef'.indexOf(text.toLowerCase())
  if (text.length === 1 && letter !== -1) return FLAT_TYPES[letter]!
  const known = [...REAL_TYPES, ...FLAT_TYPES, 'random', 'random-flat'] as const
  const found = known.find(type => type === text.toLowerCase())
  if (found) return found
  throw new XfmrError(
    'E_USAGE',
    `There is no mask type "${text}". Types: ${known.join(', ')}; a to f stand for the flat shapes.`,
  )
}

/** A colour name or `#rrggbb` (or `#rgb`), as `#rrggbb`. @throws XfmrError `E_USAGE` */
export const parseColour = (text: string): string => {
  const lower = text.toLowerCase()
  if (Object.hasOwn(COLOURS, lower)) return COLOURS[lower]!
  if (/^#[0-9a-f]{6}$/.test(lower)) return lower
  if (/^#[0-9a-f]{3}$/.test(lower)) return `#${[...lower.slice(1)].map(digit => digit + digit).join('')}`
  throw new XfmrError(
    'E_USAGE',
    `There is no colour "${text}". Use #rrggbb or one of ${Object.keys(COLOURS).join(', ')}.`,
  )
}

// --- internal ---

const TYPE_WEIGHTS: Record<RealType, number> = {
  surgical: 36,
  cloth: 16,
  foam: 14,
  kn95: 12,
  n95: 8,
  gaiter: 5,
  bandana: 4,
  window: 3,
}
const COVERAGE_WEIGHTS: Record<Coverage, number> = { high: 60, medium: 22, low: 10, 'nose-out': 5, chin: 3 }

const flatCoverage = (type: FlatType): Coverage => type.slice(type.indexOf('-') + 1) as Coverage

const PALETTES: Record<RealType, readonly string[]> = {
  surgical: [
    '#a9cfe8',
    '#a9cfe8',
    '#9cc6e3',
    '#b6d9ea',
    '#a8dccb',
    '#f1f3f4',
    '#f1f3f4',
    '#24262a',
    '#eebfc9',
    '#cfd2d6',
  ],
  n95: ['#f2f0ea', '#f2f0ea', '#eceae6', '#2b2d30', '#7fb7c9'],
  kn95: ['#f4f4f2', '#f4f4f2', '#eeeeec', '#26282b', '#b9bcc2'],
  cloth: [
    '#26282b',
    '#3b3f45',
    '#27324f',
    '#6b2434',
    '#8d9196',
    '#ece3d2',
    '#6a6b45',
    '#3d5a6c',
    '#b08d79',
    '#f0eeea',
  ],
  foam: ['#2a2c2f', '#2a2c2f', '#34373b', '#55595f', '#8d9196', '#c9b7a8', '#4a5568', '#e7e7e5'],
  gaiter: ['#1f2124', '#2d3b4f', '#5a5f46', '#6d6f73', '#7a2e2e', '#3f6b73'],
  bandana: ['#8f1f26', '#1d2f56', '#22242a', '#2f5d3a', '#c9a23a'],
  window: ['#f1f3f4', '#a9cfe8', '#26282b', '#6d7f95'],
}

const PATTERN_CHANCE: Record<RealType, number> = {
  surgical: 0.08,
  n95: 0,
  kn95: 0.04,
  cloth: 0.6,
  foam: 0.05,
  gaiter: 0.5,
  bandana: 0.85,
  window: 0.25,
}

const randomPattern = (type: RealType, random: Random): PatternName | null =>
  random.chance(PATTERN_CHANCE[type]) ? (type === 'bandana' ? 'paisley' : random.pick(FABRIC_PATTERNS)) : null

/** A colour of the kind's palette, varied a little; flat shapes take any colour. */
const randomColour = (type: MaskType, random: Random): string => {
  if (isFlat(type)) return toHex([random.index(256), random.index(256), random.index(256)])
  const base = random.pick(PALETTES[type])
  const lightness = random.normal() * 7
  return toHex(
    [1, 3, 5].map(at => Number.parseInt(base.slice(at, at + 2), 16) + lightness + random.normal() * 5),
  )
}

const toHex = (channels: readonly number[]): string =>
  `#${channels
    .map(value =>
      Math.max(0, Math.min(255, Math.round(value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`

const randomFit = (random: Random): Fit => ({
  shiftX: round(random.normal() * 0.03),
  shiftY: round(random.normal() * 0.04),
  scaleX: round(1 + random.normal() * 0.035),
  scaleY: round(1 + random.normal() * 0.05),
  roll: round(random.normal() * 1.8),
  asymmetry: round(random.normal() * 0.035),
  bulge: round(random.uniform(-0.02, 0.12)),
  looseness: round(random.uniform(0.1, 1)),
  folds: round(random.uniform(0.2, 1)),
})

/** Four decimals, so that a recipe reads the same from a manifest. */
const round = (value: number): number => Math.round(value * 10000) / 10000
