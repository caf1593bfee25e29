/**
 * FPIR of a search from the false match rates of its comparisons: `1 - product over all of (1 - FMR)`. Exact where the
 * comparisons of one probe are independent; where they go up and down together, as they do, the true rate is lower. It holds
 * for people who are as alike as those of the calibration: a gallery of one family has a higher one.
 */
export const fpirOf = (comparisons: readonly { readonly fmr: number; readonly count: number }[]): number => {
  let log = 0
  for (const { fmr, count } of comparisons) if (count > 0) log += count * Math.log1p(-fmr)
  // Adding 0 keeps -0 out of results.
  return -Math.expm1(log) + 0
}
