/** A stream of random numbers that is fully determined by what it was created from. */
export type Random = {
  /** Even over [min, max). */
  uniform(min?: number, max?: number): number
  /** Bell-shaped with mean 0 and standard deviation 1, never beyond ±3.5 (sum of twelve even draws). */
  normal(): number
  /** A whole number from 0 to `count - 1`. */
  index(count: number): number
  pick<T>(choices: readonly T[]): T
  /** A key of the table, drawn in proportion to its weight. Weights need not add up to 1. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
  chance(probability: number): boolean
}

/**
 * Creates a stream from any number of words: a seed, the name of an image, the name of a decision.
 * One stream per image and decision keeps every draw independent of the order in which images are
 * processed, of the number of workers, and of draws that a later version adds.
 *
 * Generator: sfc32 (Chris Doty-Humphrey), seeded by an FNV-1a hash of the words. 32-bit integer arithmetic
 * only, hence the same numbers in every JavaScript engine.
 */
export const createRandom = (...words: readonly (string | number)[]): Random => {
  const next = sfc32(words.join('\u0000'))
  const unit = (): number => next() / 4294967296
  const uniform = (min = 0, max = 1): number => min + (max - min) * unit()
  const index = (count: number): number => Math.floor(unit() * count)
  return {
    uniform,
    index,
    normal: () => {
      let sum = -6
      for (let i = 0; i < 12; i++) sum += unit()
      return Math.max(-3.5, Math.min(3.5, sum))
    },
    pick: choices => choices[index(choices.length)]!,
    weighted: weights => {
      const entries = Object.entries(weights) as [never, number][]
      let left = unit() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        left -= weight
        if (left < 0) return key
      }
      return entries.at(-1)![0]
    },
    chance: probability => unit() < probability,
  }
}

// --- internal ---

const sfc32 = (text: string): (() => number) => {
  let a = hash(text, 0x811c9dc5)
  let b = hash(text, 0x9e3779b9)
  let c = hash(text, 0x85ebca6b)
  let counter = 1
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + out
    c |= 0
    return out >>> 0
  }
  for (let i = 0; i < 15; i++) next()
  return next
}

const hash = (text: string, basis: number): number => {
  let value = basis | 0
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}
