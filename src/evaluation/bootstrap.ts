import { XfmrError } from '../errors.ts'
import { createRandom } from '../random.ts'
import {
  type Draw,
  drawComparisons,
  drawIdentities,
  indexIdentities,
  type Sample,
  sampler,
} from './_resampling.ts'
import { type Interval, quantile } from './intervals.ts'
import { comparisons, type FailurePolicy, type ScoredPair } from './scores.ts'

export type { Sample } from './_resampling.ts'

/** A number computed from (weighted) scores. NaN where it does not exist. */
export type Statistic = (sample: Sample) => number

/** A number computed from the scores of several lists of comparisons, in the order of the lists. */
export type JointStatistic = (samples: readonly Sample[]) => number

/** A comparison that occurs in several lists: equal keys are the same two photos, whatever was done to them. */
export type KeyedPair = ScoredPair & { readonly key: string }

export type BootstrapOptions = {
  /** Default 1000. */
  readonly resamples?: number
  readonly seed?: number | string
  /** Confidence, default 0.95. */
  readonly level?: number
  readonly failurePolicy?: FailurePolicy
}

export type Estimate = {
  readonly value: number
  /** `null` when the set is too small to resample. */
  readonly interval: Interval | null
  /** Standard deviation over the resamples, corrected as the interval is. */
  readonly standardError: number | null
}

/**
 * Confidence intervals by resampling identities, because comparisons that share a person are not independent.
 *
 * Scheme: the vertex bootstrap (Snijders and Borgatti 1999; the subset bootstrap of Bolle et al. 2004 carried over
 * to both persons of a pair): identities are drawn with replacement, a comparison weighs the product of how often
 * its persons were drawn. Products count the noise of single impostor comparisons three times, which would make
 * intervals up to 1.7 times too wide where each person is in few comparisons, as in LFW. So two further bootstraps
 * give the variance when only impostor comparisons are drawn (V_i) and when all comparisons are (V_c), the variance
 * is corrected to max(V - 2 V_i, V_c), which for shares is the two-way cluster-robust variance (Aronow, Samii and
 * Assenova 2015), and the percentile interval is shrunk towards the estimate accordingly.
 *
 * Same pairs + same seed = same numbers. Cost: about 3 * resamples * pairs.
 * @throws XfmrError `E_BAD_PAIRS` when a label contradicts the identities, `E_TOO_FEW_SCORES` when one kind of
 * comparison is missing.
 */
export const bootstrap = <K extends string>(
  pairs: readonly ScoredPair[],
  statistics: Readonly<Record<K, Statistic>>,
  options: BootstrapOptions = {},
): Record<K, Estimate> => {
  const sample = checkedSampler(pairs, options)
  const joint = joined(
    statistics,
    statistic =>
      ([only]) =>
        statistic(only!),
  )
  return estimate(pairs, weights => [sample(weights)], joint, options)
}

/**
 * The difference `second - first` of two systems on the same comparisons, with intervals from common draws: what
 * both find easy or hard cancels out. An interval that leaves out 0 is a difference that can be told from chance.
 * @param pairs Scored by the first system.
 * @param secondScores Scores of the second system, in the order of `pairs`.
 * @throws XfmrError `E_BAD_PAIRS` also when the two don't have the same length.
 */
export const bootstrapDifference = <K extends string>(
  pairs: readonly ScoredPair[],
  secondScores: readonly (number | null)[],
  statistics: Readonly<Record<K, Statistic>>,
  options: BootstrapOptions = {},
): Record<K, Estimate> => {
  if (secondScores.length !== pairs.length) {
    throw new XfmrError(
      'E_BAD_PAIRS',
      `The systems were run on ${pairs.length} and ${secondScores.length} comparisons; they must be the same.`,
    )
  }
  const first = checkedSampler(pairs, options)
  const second = checkedSampler(
    pairs.map((pair, i) => ({ ...pair, score: secondScores[i]! })),
    options,
  )
  const joint = joined(
    statistics,
    statistic =>
      ([a, b]) =>
        statistic(b!) - statistic(a!),
  )
  return estimate(pairs, weights => [first(weights), second(weights)], joint, options)
}

/**
 * Numbers that depend on several lists of comparisons, such as what masks cost (the equal error rate with a mask less that
 * without), of one system or as a difference of two. All lists are resampled by common draws of identities, and a comparison
 * that stands in several of them counts in all of them alike.
 * @throws XfmrError as {@link bootstrap} does
 */
export const bootstrapTogether = <K extends string>(
  lists: readonly (readonly KeyedPair[])[],
  statistics: Readonly<Record<K, JointStatistic>>,
  options: BootstrapOptions = {},
): Record<K, Estimate> => {
  const pool = new Map<string, number>()
  const pairs: ScoredPair[] = []
  const parts = lists.map(list => {
    const places = Int32Array.from(list, pair => {
      const known = pool.get(pair.key)
      if (known !== undefined) return known
      pool.set(pair.key, pairs.length)
      return pairs.push(pair) - 1
    })
    return { places, weights: new Float64Array(list.length), sample: checkedSampler(list, options) }
  })
  const resample = (drawn: Float64Array): Sample[] =>
    parts.map(({ places, weights, sample }) => {
      for (let i = 0; i < places.length; i++) weights[i] = drawn[places[i]!]!
      return sample(weights)
    })
  return estimate(pairs, resample, statistics, options)
}

/** The statistics of the comparisons as they are, every one counted once. */
export const evaluateStatistics = <K extends string>(
  pairs: readonly ScoredPair[],
  statistics: Readonly<Record<K, Statistic>>,
  options: Pick<BootstrapOptions, 'failurePolicy'> = {},
): Record<K, number> => {
  const sample = checkedSampler(pairs, options)(new Float64Array(pairs.length).fill(1))
  const names = Object.keys(statistics) as K[]
  return Object.fromEntries(names.map(name => [name, statistics[name](sample)])) as Record<K, number>
}

// --- internal ---

const checkedSampler = (pairs: readonly ScoredPair[], { failurePolicy = 'reject' }: BootstrapOptions) => {
  const sample = sampler(pairs, failurePolicy)
  if (!usable(sample(new Float64Array(pairs.length).fill(1)))) {
    throw new XfmrError('E_TOO_FEW_SCORES', 'Intervals need genuine and impostor comparisons.')
  }
  return sample
}

const joined = <K extends string>(
  statistics: Readonly<Record<K, Statistic>>,
  join: (statistic: Statistic) => JointStatistic,
): Record<K, JointStatistic> =>
  Object.fromEntries(
    Object.entries<Statistic>(statistics).map(([name, statistic]) => [name, join(statistic)]),
  ) as Record<K, JointStatistic>

const usable = ({ scores: { genuine, impostor, failurePolicy } }: Sample): boolean =>
  comparisons(genuine, failurePolicy) > 0 && comparisons(impostor, failurePolicy) > 0

const estimate = <K extends string>(
  pairs: readonly ScoredPair[],
  resample: (weights: Float64Array) => Sample[],
  statistics: Readonly<Record<K, JointStatistic>>,
  { resamples = 1000, seed = 1, level = 0.95 }: BootstrapOptions,
): Record<K, Estimate> => {
  const names = Object.keys(statistics) as K[]
  const weights = new Float64Array(pairs.length).fill(1)
  const evaluate = (samples: Sample[]): number[] => names.map(name => statistics[name](samples))
  const values = evaluate(resample(weights))
  const replicate = (name: string, draw: Draw): Float64Array[] => {
    const random = createRandom(seed, name)
    const columns = names.map(() => new Float64Array(resamples).fill(NaN))
    for (let r = 0; r < resamples; r++) {
      draw(random, weights)
      const samples = resample(weights)
      // A tiny set may draw no genuine comparison at all; such a draw says nothing.
      if (!samples.every(usable)) continue
      for (const [k, value] of evaluate(samples).entries()) columns[k]![r] = value
    }
    return columns.map(column => column.filter(Number.isFinite).sort())
  }
  const identities = replicate('identities', drawIdentities(pairs))
  const impostors = replicate('impostors', drawComparisons(pairs, { genuine: false }))
  const independent = replicate('comparisons', drawComparisons(pairs, { genuine: true }))
  const people = indexIdentities(pairs).count
  const entries = names.map((name, k) => {
    const few = identities[k]!.length < resamples / 2 || !Number.isFinite(values[k]!)
    const columns = { identities: identities[k]!, impostors: impostors[k]!, independent: independent[k]! }
    const outcome = few ? undefined : corrected(values[k]!, columns, people, level)
    return [name, outcome ?? { value: values[k]!, interval: null, standardError: null }] as const
  })
  return Object.fromEntries(entries) as Record<K, Estimate>
}

const corrected = (
  value: number,
  { identities, impostors, independent }: Record<'identities' | 'impostors' | 'independent', Float64Array>,
  people: number,
  level: number,
): Estimate => {
  const total = variance(identities)
  const wanted = Math.max(total - 2 * variance(impostors), variance(independent))
  // Resamples of few people vary less than new people would, by (people - 1) / people for each of the two in a pair.
  const factor = total > 0 ? Math.sqrt(Math.min(1, wanted / total)) * (people / (people - 1)) : 1
  const limit = (share: number): number => value + factor * (quantile(identities, share) - value)
  return {
    value,
    interval: [limit((1 - level) / 2), limit((1 + level) / 2)],
    standardError: factor * Math.sqrt(total),
  }
}

const variance = (values: Float64Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
