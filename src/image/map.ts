import { XfmrError } from '../errors.ts'

/**
 * A map over a face or a photo: one signed, unscaled value per cell, rows top to bottom.
 * Any scaling for display is a step of its own, see {@link Range}.
 */
export type FloatMap = {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

/** The values at the two ends of a colour map. */
export type Range = { readonly low: number; readonly high: number }

/**
 * Smallest and largest value of one or several maps, so that several pictures can share one scale.
 * @throws XfmrError `E_NOT_FINITE` when a map holds NaN or an infinity
 */
export const rangeOf = (...maps: readonly FloatMap[]): Range => {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { data } of maps) {
    for (const value of data) {
      if (!Number.isFinite(value)) throw notFinite()
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return { low, high }
}

/**
 * The smallest range with `centre` in its middle that holds all values: for diverging colours, whose neutral colour then
 * stands for `centre` exactly.
 * @throws XfmrError `E_NOT_FINITE` when a map holds NaN or an infinity
 */
export const rangeAround = (centre: number, ...maps: readonly FloatMap[]): Range => {
  const { low, high } = rangeOf(...maps)
  const reach = Math.max(high - centre, centre - low)
  return { low: centre - reach, high: centre + reach }
}

// --- internal ---

const notFinite = (): XfmrError =>
  new XfmrError(
    'E_NOT_FINITE',
    'A map holds values that are no numbers (NaN or infinite), so it can not be drawn.',
  )
