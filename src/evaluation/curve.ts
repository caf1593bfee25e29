import { comparisons, type Scores } from './scores.ts'

/**
 * Both error rates at every threshold where they change. A comparison matches when score >= threshold, so
 * FMR(t) = share of impostor scores >= t and FNMR(t) = share of genuine scores < t.
 */
export type ErrorCurve = {
  /** Ascending: every distinct score, then one threshold just above all of them (FMR 0, FNMR 1). */
  readonly thresholds: Float64Array
  /** False match rate at each threshold, falling. */
  readonly fmr: Float64Array
  /** False non-match rate at each threshold, rising. */
  readonly fnmr: Float64Array
  /** Comparisons behind `fnmr` and `fmr`: what the rates are shares of. */
  readonly genuine: number
  readonly impostor: number
  /** 0 = exact; otherwise thresholds are edges of bins this wide. */
  readonly resolution: number
}

/** Both error rates at one threshold. */
export type ErrorRates = {
  readonly threshold: number
  readonly fmr: number
  readonly fnmr: number
  /** (FMR + FNMR) / 2, also called half total error rate. */
  readonly average: number
}

/** Sweeps the threshold over all scores. */
export const errorCurve = ({ genuine, impostor, failurePolicy }: Scores): ErrorCurve => {
  const same = { ...genuine, total: comparisons(genuine, failurePolicy) }
  const other = { ...impostor, total: comparisons(impostor, failurePolicy) }
  const capacity = same.values.length + other.values.length + 1
  const thresholds = new Float64Array(capacity)
  const fmr = new Float64Array(capacity)
  const fnmr = new Float64Array(capacity)
  let falseNonMatches = same.total - same.scored
  let falseMatches = other.scored
  let size = 0
  for (let g = 0, i = 0; g < same.values.length || i < other.values.length; ) {
    const nextSame = g < same.values.length ? same.values[g]! : Infinity
    const nextOther = i < other.values.length ? other.values[i]! : Infinity
    const threshold = Math.min(nextSame, nextOther)
    const rejected = nextSame === threshold ? same.counts[g++]! : 0
    const refused = nextOther === threshold ? other.counts[i++]! : 0
    // A value that a resample never drew is no observed score.
    if (rejected === 0 && refused === 0) continue
    thresholds[size] = threshold
    fmr[size] = falseMatches / other.total
    fnmr[size++] = falseNonMatches / same.total
    falseNonMatches += rejected
    falseMatches -= refused
  }
  thresholds[size] = size === 0 ? 0 : justAbove(thresholds[size - 1]!, genuine.resolution)
  fmr[size] = 0
  fnmr[size++] = 1
  return {
    thresholds: thresholds.subarray(0, size),
    fmr: fmr.subarray(0, size),
    fnmr: fnmr.subarray(0, size),
    genuine: same.total,
    impostor: other.total,
    resolution: genuine.resolution,
  }
}

/**
 * The rates at any threshold. On a binned curve a threshold inside a bin counts the whole bin as an error of
 * both kinds, so neither rate is understated.
 */
export const ratesAt = (curve: ErrorCurve, threshold: number): ErrorRates => {
  const { thresholds, resolution } = curve
  let at = lowerBound(thresholds, threshold)
  const beyond = at === thresholds.length
  if (beyond) at--
  const split =
    resolution > 0 &&
    at > 0 &&
    !beyond &&
    thresholds[at]! > threshold &&
    thresholds[at - 1]! + resolution > threshold
  return rates(threshold, curve.fmr[split ? at - 1 : at]!, curve.fnmr[at]!)
}

/** The rates at the k-th threshold of the curve. */
export const pointOf = (curve: ErrorCurve, k: number): ErrorRates =>
  rates(curve.thresholds[k]!, curve.fmr[k]!, curve.fnmr[k]!)

/** The first index whose value is not below `wanted` in an ascending array; its length when there is none. */
export const lowerBound = (ascending: ArrayLike<number>, wanted: number): number => {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** The lowest threshold above a score: the next representable number, or of binned scores the next edge. */
export const justAbove = (value: number, resolution = 0): number => {
  if (resolution > 0) return value + resolution
  if (value === 0) return Number.MIN_VALUE
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return bits.getFloat64(0)
}

// --- internal ---

const rates = (threshold: number, fmr: number, fnmr: number): ErrorRates => ({
  threshold,
  fmr,
  fnmr,
  average: (fmr + fnmr) / 2,
})

const bits = new DataView(new ArrayBuffer(8))
