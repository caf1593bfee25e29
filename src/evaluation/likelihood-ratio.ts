import { lowerBound } from './curve.ts'
import type { Scores } from './scores.ts'

/**
 * How much more often a score occurs when the persons are the same than when they are not, as a rising function:
 * linear between neighbouring knots, level beyond the ends.
 */
export type LikelihoodRatio = {
  /** Knots, ascending. */
  readonly scores: Float64Array
  /** log10 of the likelihood ratio at each knot, never falling. */
  readonly log10: Float64Array
}

/**
 * Fits likelihood ratios by isotonic regression (pool adjacent violators). It assumes nothing but that a higher
 * score is never evidence for "different", and is optimal for every proper scoring rule (Brümmer and du Preez,
 * "The PAV algorithm optimizes binary proper scoring rules", 2013). One genuine and one impostor comparison are
 * added at either end, so no ratio exceeds what a set of this size can support. Comparisons without a score
 * carry no evidence and are left out.
 */
export const fitLikelihoodRatio = (scores: Scores): LikelihoodRatio => {
  const { genuine, impostor } = scores
  const blocks = pool(scores, 1)
  const odds = (genuine.scored + 2) / (impostor.scored + 2)
  const knots: number[] = []
  const log10: number[] = []
  for (const block of blocks) {
    const value = Math.log10(block.genuine / block.impostor / odds)
    const ends = block.low === block.high ? [block.low] : [block.low, block.high]
    for (const end of ends) {
      knots.push(end)
      log10.push(value)
    }
  }
  return { scores: Float64Array.from(knots), log10: Float64Array.from(log10) }
}

/** log10 of the likelihood ratio of a score. 2 = a hundred times more likely if the persons are the same. */
export const log10LikelihoodRatio = ({ scores, log10 }: LikelihoodRatio, score: number): number => {
  let above = lowerBound(scores, score)
  // Where two bins touch, the edge belongs to the upper one.
  while (scores[above + 1] === score) above++
  if (scores[above] === score || above === 0) return log10[above]!
  if (above === scores.length) return log10.at(-1)!
  const part = (score - scores[above - 1]!) / (scores[above]! - scores[above - 1]!)
  return log10[above - 1]! + part * (log10[above]! - log10[above - 1]!)
}

/**
 * Cost of likelihood ratios, C_llr, in bits (Brümmer and du Preez, "Application-independent evaluation of speaker
 * detection", 2006): 0 = perfect, 1 = no better than always saying 1, above 1 = misleading.
 * Judge a fit on scores that it has not seen.
 */
export const costOfLikelihoodRatios = (fit: LikelihoodRatio, { genuine, impostor }: Scores): number => {
  const ratioAt = (score: number): number => 10 ** log10LikelihoodRatio(fit, score)
  const misses = mean(genuine.values, genuine.counts, score => Math.log2(1 + 1 / ratioAt(score)))
  const alarms = mean(impostor.values, impostor.counts, score => Math.log2(1 + ratioAt(score)))
  return (misses + alarms) / 2
}

/** The lowest cost that any rising function could reach on these very scores: what discrimination alone costs. */
export const minimumCost = (scores: Scores): number => {
  const odds = scores.genuine.scored / scores.impostor.scored
  let misses = 0
  let alarms = 0
  for (const { genuine, impostor } of pool(scores, 0)) {
    if (genuine > 0) misses += genuine * Math.log2(1 + (impostor * odds) / genuine)
    if (impostor > 0) alarms += impostor * Math.log2(1 + genuine / (impostor * odds))
  }
  return (misses / scores.genuine.scored + alarms / scores.impostor.scored) / 2
}

// --- internal ---

type Block = { low: number; high: number; genuine: number; impostor: number }

/** Neighbouring scores, pooled until the share of genuine ones rises from block to block. */
const pool = ({ genuine, impostor }: Scores, extra: number): Block[] => {
  const blocks: Block[] = []
  const thresholds = Float64Array.from(new Set([...genuine.values, ...impostor.values])).sort()
  let g = 0
  let i = 0
  thresholds.forEach((low, k) => {
    const ends = (k === 0 ? extra : 0) + (k === thresholds.length - 1 ? extra : 0)
    const block = {
      low,
      high: low + genuine.resolution,
      genuine: ends + (genuine.values[g] === low ? genuine.counts[g++]! : 0),
      impostor: ends + (impostor.values[i] === low ? impostor.counts[i++]! : 0),
    }
    let last = blocks.at(-1)
    while (last && last.genuine * block.impostor >= block.genuine * last.impostor) {
      blocks.pop()
      block.low = last.low
      block.genuine += last.genuine
      block.impostor += last.impostor
      last = blocks.at(-1)
    }
    blocks.push(block)
  })
  return blocks
}

const mean = (values: Float64Array, counts: Float64Array, of: (value: number) => number): number => {
  let sum = 0
  let total = 0
  for (let k = 0; k < values.length; k++) {
    sum += counts[k]! * of(values[k]!)
    total += counts[k]!
  }
  return sum / total
}
