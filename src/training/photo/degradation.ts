import { createRandom, type Random } from '../../random.ts'

/** How a camera, or the way of a photo through the web, damages it. Pixels are those of the reduced photo. */
export type Degradation = {
  /** Size at which the photo is degraded, as a share of its own in (0, 1]; it is enlarged again afterwards. */
  readonly scale: number
  /** A shadow over one side; `null` for none. */
  readonly shadow: Shadow | null
  /** Standard deviation of the Gaussian blur, pixels; 0 for none. */
  readonly blur: number
  /** Length of the motion blur in pixels along x and y; both 0 for none. */
  readonly motion: readonly [x: number, y: number]
  /** Standard deviation of the sensor's noise, 8-bit levels. */
  readonly noise: number
  /** Factors of red, green and blue: exposure and the colour of the light. */
  readonly gains: readonly [red: number, green: number, blue: number]
  /** 1 keeps colours, 0 leaves grey. */
  readonly saturation: number
  /** Exponent of brightness in [0, 1]: above 1 darkens middle tones. */
  readonly gamma: number
  /** Factor of the distance from middle grey. */
  readonly contrast: number
  /** JPEG quality, 1 to 100; `null` for no recompression. */
  readonly quality: number | null
  /** Decides the noise. */
  readonly seed: string
}

/** Light from the side: the far side is darker by up to `depth`. Places are relative to the photo's half diagonal. */
export type Shadow = {
  /** Unit vector from the lit to the dark side. */
  readonly direction: readonly [x: number, y: number]
  /** Share of the light that is missing in full shadow, in [0, 1). */
  readonly depth: number
  /** Where the middle of the transition lies along the direction, -1 to 1. */
  readonly at: number
  /** Half the width of the transition. */
  readonly edge: number
}

export type DegradationWishes = {
  /** 0 damages nothing, 1 is what phones and web pages do, 2 is harsh. Default 1. */
  strength?: number
  /** Width of the face in the photo, pixels. The reduced face is then 40 to 120 wide (less where `strength` is above 1). */
  faceWidth?: number
}

/** The recipe that leaves every photo as it is. */
export const NO_DEGRADATION: Degradation = {
  scale: 1,
  shadow: null,
  blur: 0,
  motion: [0, 0],
  noise: 0,
  gains: [1, 1, 1],
  saturation: 1,
  gamma: 1,
  contrast: 1,
  quality: null,
  seed: '',
}

/**
 * Draws a degradation. Like a mask's recipe it depends on nothing but seed and name, and every decision has a stream of its own.
 * Each kind of damage is there only some of the time, so that plain photos stay among the results.
 */
export const randomDegradation = (
  seed: string | number,
  name: string,
  { strength = 1, faceWidth = 100 }: DegradationWishes = {},
): Degradation => {
  if (strength <= 0) return NO_DEGRADATION
  const stream = (decision: string): Random => createRandom(seed, name, 'degrade', decision)
  const sometimes = <T>(decision: string, probability: number, draw: (random: Random) => T, none: T): T => {
    const random = stream(decision)
    return random.chance(probability) ? draw(random) : none
  }
  /** A factor around 1, even on a logarithmic scale. */
  const factor = (random: Random, spread: number): number =>
    round(Math.exp(random.normal() * spread * strength))
  return {
    scale: sometimes('scale', 0.75, random => scaleFor(random, faceWidth, strength), 1),
    shadow: sometimes('shadow', 0.35, random => randomShadow(random, strength), null),
    blur: sometimes('blur', 0.45, random => round(strength * random.uniform(0.3, 1.6)), 0),
    motion: sometimes('motion', 0.2, random => randomMotion(random, strength), NO_DEGRADATION.motion),
    noise: sometimes('noise', 0.6, random => round(strength * random.uniform(1, 9)), 0),
    gains: sometimes('gains', 0.7, random => randomGains(random, factor), NO_DEGRADATION.gains),
    saturation: sometimes('saturation', 0.5, random => Math.min(2, factor(random, 0.25)), 1),
    gamma: sometimes('gamma', 0.6, random => factor(random, 0.22), 1),
    contrast: sometimes('contrast', 0.6, random => factor(random, 0.15), 1),
    quality: sometimes('quality', 0.8, random => randomQuality(random, strength), null),
    seed: [seed, name].join('/'),
  }
}

// --- internal ---

const MIN_FACE = 40
const MAX_FACE = 120

/** Widths even on a logarithmic scale, never larger than the face is. */
const scaleFor = (random: Random, faceWidth: number, strength: number): number => {
  const least = Math.log(MIN_FACE / Math.max(1, strength))
  const width = Math.exp(random.uniform(least, Math.log(MAX_FACE)))
  return Math.min(1, round(width / faceWidth))
}

const randomShadow = (random: Random, strength: number): Shadow => ({
  direction: randomDirection(random),
  depth: round(Math.min(0.9, strength * random.uniform(0.15, 0.7))),
  at: round(random.normal() * 0.2),
  edge: round(random.uniform(0.1, 0.6)),
})

const randomMotion = (random: Random, strength: number): readonly [number, number] => {
  const [x, y] = randomDirection(random)
  const length = strength * random.uniform(1.5, 4.5)
  return [round(length * x), round(length * y)]
}

/** Normal draws in x and y have no preferred direction; sine and cosine would differ between engines in their last bits. */
const randomDirection = (random: Random): readonly [number, number] => {
  const [x, y] = [random.normal(), random.normal()]
  const length = Math.sqrt(x * x + y * y)
  return length > 0 ? [round(x / length), round(y / length)] : [1, 0]
}

/** Exposure for all channels; warm or cool light, which moves red and blue against each other. */
const randomGains = (
  random: Random,
  factor: (random: Random, spread: number) => number,
): readonly [number, number, number] => {
  const exposure = factor(random, 0.18)
  const warmth = factor(random, 0.07)
  return [round(exposure * warmth), exposure, round(exposure / warmth)]
}

const randomQuality = (random: Random, strength: number): number =>
  Math.max(5, Math.round(95 - 65 * Math.min(1.3, strength) * random.uniform() ** 1.5))

/** Four decimals, so that a recipe reads the same from a file. */
const round = (value: number): number => Math.round(value * 10000) / 10000
