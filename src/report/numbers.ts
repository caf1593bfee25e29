/** A number with a fixed number of decimals and a true minus sign; `-0.00004` with four decimals is `0.0000`. */
export const fixed = (value: number, decimals = 4): string => {
  const text = Math.abs(value).toFixed(decimals)
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text
}

/** As {@link fixed}, with a plus sign in front of what is above zero. */
export const signed = (value: number, decimals = 4): string => {
  const text = fixed(value, decimals)
  return value > 0 && Number(text) !== 0 ? `+${text}` : text
}

/** A whole number with thousands separated: `1,234`. */
export const whole = (value: number): string =>
  Math.round(value)
    .toFixed(0)
    .replace(/\B(?=(\d{3})+$)/g, ',')

/** A rate in [0, 1] in per cent, with two digits that count below one per cent and three above: `0.097 %`, `22.7 %`. */
export const percent = (rate: number): string => {
  if (rate === 0 || rate === 1) return `${rate * 100}${SPACE}%`
  const size = Math.floor(Math.log10(rate * 100))
  return `${(rate * 100).toFixed(Math.min(Math.max(0, size < 0 ? 1 - size : 2 - size), 5))}${SPACE}%`
}

/**
 * A rate in words: `about 1 in 1,000`, with two digits that count; common ones as `about 43 in 100`.
 * @returns `undefined` for a rate of zero, which only its interval can put in words
 */
export const oneIn = (rate: number): string | undefined => {
  if (rate <= 0) return undefined
  if (rate >= 1) return 'all'
  if (rate > 0.2) return `about ${Math.round(rate * 100)} in 100`
  const often = 1 / rate
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(often)) - 1)
  return `about 1 in ${whole(Math.round(often / unit) * unit)}`
}

/** Milliseconds for people: `8.4 ms`, `212 ms`, `1.4 s`. */
export const duration = (ms: number): string => {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)}${SPACE}s`
  return ms < 10 ? `${ms.toFixed(1)}${SPACE}ms` : `${ms.toFixed(0)}${SPACE}ms`
}

/** The same text for a terminal: ASCII minus signs, ordinary spaces. */
export const plain = (text: string): string => text.replaceAll(MINUS, '-').replaceAll(SPACE, ' ')

/**
 * Rounds numbers so that the rounded ones add up to the rounded total: what is printed can be checked by adding it up.
 * The largest-remainder method, so that no number moves by more than one unit of its last place.
 * @param total What `values` add up to, but for rounding errors. Default: their sum.
 */
export const roundTogether = (values: ArrayLike<number>, decimals: number, total?: number): number[] => {
  const unit = 10 ** decimals
  const exact = Array.from(values, value => value * unit)
  const whole = exact.map(Math.floor)
  const sum = total ?? Array.from(values).reduce((before, value) => before + value, 0)
  // By way of toFixed, so that the total is what is printed elsewhere.
  const goal = Math.round(Number(sum.toFixed(decimals)) * unit)
  const missing = goal - whole.reduce((sum, value) => sum + value, 0)
  const remainder = (i: number): number => exact[i]! - whole[i]!
  const order = [...whole.keys()].sort((i, j) => remainder(j) - remainder(i) || i - j)
  for (const i of order.slice(0, Math.max(0, missing))) whole[i]! += 1
  return whole.map(value => value / unit)
}

// --- internal ---

const MINUS = '\u2212'

/** Keeps a number and its unit on one line. */
const SPACE = '\u00a0'
