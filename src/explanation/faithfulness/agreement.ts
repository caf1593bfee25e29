import { ranksOf } from './order.ts'

/**
 * Spearman's rank correlation of two maps, in [-1, 1]; equal values share their ranks. 0 where one map is the same
 * everywhere, for then it orders nothing.
 */
export const rankCorrelation = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  const [x, y] = [ranksOf(a), ranksOf(b)]
  // Ranks and shared ranks alike have this mean.
  const mean = (x.length + 1) / 2
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mean) * (y[i]! - mean)
    xx += (x[i]! - mean) ** 2
    yy += (y[i]! - mean) ** 2
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0
}

/**
 * How well small values of a map point out a region: the chance that a random place inside has a smaller value than a
 * random place outside, ties counting half (area under the ROC). 1: finds it, 0.5: as good as chance.
 * @param inside Not 0 inside the region; same layout as the map.
 */
export const lowInside = (values: ArrayLike<number>, inside: ArrayLike<number>): number => {
  const ranks = ranksOf(values)
  let [sum, count] = [0, 0]
  for (let i = 0; i < ranks.length; i++) {
    if (!inside[i]) continue
    sum += ranks[i]!
    count++
  }
  const others = ranks.length - count
  if (count === 0 || others === 0) return Number.NaN
  return 1 - (sum - (count * (count + 1)) / 2) / (count * others)
}

/**
 * The share of a map's positive values that lies in a region. NaN where nothing is positive.
 * @param opacity How much of each place belongs to the region, 0 to 1.
 */
export const shareInside = (values: ArrayLike<number>, opacity: ArrayLike<number>): number => {
  let [within, total] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(0, values[i]!)
    within += value * opacity[i]!
    total += value
  }
  return total > 0 ? within / total : Number.NaN
}
