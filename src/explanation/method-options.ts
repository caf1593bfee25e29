import type { Target } from './target.ts'

/** Photos that gradients along a path start from: what counts as "no face there". */
export const BASELINES = ['black', 'blurred', 'mean-face'] as const
export type Baseline = (typeof BASELINES)[number]

/** Settings that methods share; each reads those that concern it and has its own defaults for what is missing. */
export type MethodOptions = {
  /** Default: `frozen` for methods with gradients, `cosine` for those that only look at scores. */
  target?: Target
  /** Names or sizes of layers, see `resolveLayers`. */
  layers?: readonly string[]
  /** How many changed photos, noisy copies, steps of a path or masks. */
  samples?: number
  /** Of everything random. The same seed gives the same map. Default 1. */
  seed?: number
  /** Photos in one run of the network. Default 16. */
  batch?: number
  /** Start of a path through photos, for integrated gradients. Default `black`. */
  baseline?: Baseline
  /** Cosine from which on two faces count as the same: parts of the score are held against it. Default 0.3. Of `xssab` and `fggb`. */
  threshold?: number
  /** Averages over the mirror image and three contrasts: six times the cost. CAMs only. */
  augment?: boolean
  /** Keeps the first principal component of the weighted activations. CAMs only. */
  eigen?: boolean
  /** Moment by `performance.now()` after which no further sample is drawn. */
  deadline?: number
  /** Called after every batch with the share that is done, in [0, 1]. */
  onProgress?: (share: number) => void
}
