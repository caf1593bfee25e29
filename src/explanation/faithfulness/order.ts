import type { FloatMap } from '../../image/map.ts'
import { createRandom } from '../../random.ts'

/**
 * The cells of a map from the largest value to the smallest, as indices into its data. Equal values, of which maps cut at
 * zero have many, come in random order: in the order of the picture they would be counted as knowledge.
 * @param seed Words that fix the order of equal values.
 */
export const descending = (
  { data }: Pick<FloatMap, 'data'>,
  ...seed: readonly (string | number)[]
): Int32Array => {
  const random = createRandom('order', ...seed)
  const lots = Float64Array.from(data, () => random.uniform())
  return Int32Array.from(data.keys()).sort((i, j) => data[j]! - data[i]! || lots[i]! - lots[j]!)
}

/** Ranks from 1, equal values get the mean of theirs. */
export const ranksOf = (values: ArrayLike<number>): Float64Array => {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (i, j) => values[i]! - values[j]!,
  )
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}
