import { indexIdentities } from './_resampling.ts'
import { lowerBound } from './curve.ts'
import type { ScoredPair } from './scores.ts'

/** How many times larger the variance of a rate is than if all comparisons were independent. */
export type DesignEffect = { readonly genuine: number; readonly impostor: number }

/**
 * Design effects of FNMR and FMR from the cluster-robust variance: residuals are added up per identity, so that
 * comparisons sharing one count as dependent (two-way for impostors: Aronow, Samii and Assenova 2015). The largest
 * over thresholds with 0.5 to 50 % errors, at least 20, is taken, and never less than 1.
 */
export const designEffect = (pairs: readonly ScoredPair[]): DesignEffect => {
  const { first, second, count } = indexIdentities(pairs)
  const effect = (genuine: boolean): number => {
    const places = Int32Array.from(pairs.keys()).filter(i => pairs[i]!.genuine === genuine)
    // A comparison without a score is rejected at every threshold.
    const scores = Float64Array.from(places, i => pairs[i]!.score ?? -Infinity)
    const ascending = scores.slice().sort()
    const sums = new Float64Array(count)
    let largest = 1
    for (const share of SHARES) {
      if (share * scores.length < 20) continue
      const threshold = ascending[Math.floor((genuine ? share : 1 - share) * scores.length)]!
      const below = lowerBound(ascending, threshold) / scores.length
      const rate = genuine ? below : 1 - below
      sums.fill(0)
      let independent = 0
      places.forEach((place, k) => {
        const error = scores[k]! < threshold === genuine ? 1 - rate : -rate
        independent += error * error
        sums[first[place]!]! += error
        if (!genuine) sums[second[place]!]! += error
      })
      const clustered = sums.reduce((sum, value) => sum + value * value, 0) - (genuine ? 0 : independent)
      if (independent > 0) largest = Math.max(largest, clustered / independent)
    }
    return largest
  }
  return { genuine: effect(true), impostor: effect(false) }
}

// --- internal ---

const SHARES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
