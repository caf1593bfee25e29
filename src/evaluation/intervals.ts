import { XfmrError } from '../errors.ts'

/** Where the true value lies with the wanted confidence. */
export type Interval = readonly [low: number, high: number]

/**
 * Wilson's score interval of a share. Stays within [0, 1] and has a sensible width at 0 and at n events, where
 * the textbook interval has none. Assumes independent trials. Wilson, JASA 1927.
 * @param share Events / trials, in [0, 1].
 * @param trials May be fractional: an effective number of trials.
 * @throws XfmrError `E_TOO_FEW_SCORES` without trials.
 */
export const wilson = (share: number, trials: number, level = 0.95): Interval => {
  if (!(trials > 0)) throw new XfmrError('E_TOO_FEW_SCORES', 'A share of nothing has no interval.')
  const z = normalQuantile((1 + level) / 2)
  const shrink = 1 + (z * z) / trials
  const middle = (share + (z * z) / (2 * trials)) / shrink
  const reach = (z / shrink) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))
  // The formula touches the ends only up to rounding.
  return [share === 0 ? 0 : middle - reach, share === 1 ? 1 : middle + reach]
}

/** The smallest interval that holds both. */
export const hull = (a: Interval, b: Interval): Interval => [Math.min(a[0], b[0]), Math.max(a[1], b[1])]

/**
 * The quantile of an ascending list, interpolated linearly between neighbours (type 7 of Hyndman and Fan, 1996).
 * @param share In [0, 1].
 */
export const quantile = (ascending: ArrayLike<number>, share: number): number => {
  const place = share * (ascending.length - 1)
  const below = Math.floor(place)
  const low = ascending[below]!
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!
  return low + (place - below) * (high - low)
}

/** The value that a standard normal variable stays below with probability `p`, in (0, 1). */
export const normalQuantile = (p: number): number => {
  if (p < 0.5) return -normalQuantile(1 - p)
  // The distribution function is concave above 0, so Newton's steps from 0 rise to the root and never pass it.
  let x = 0
  for (let step = 0; step < 100; step++) {
    const next = x + (p - normalCdf(x)) / density(x)
    if (!(next > x)) break
    x = next
  }
  return x
}

// --- internal ---

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/** Power series of the normal distribution function. Marsaglia, "Evaluating the normal distribution", 2004. */
const normalCdf = (x: number): number => {
  let term = x
  let sum = x
  for (let k = 3; sum !== sum - term && k < 500; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + sum * density(x)
}
