import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import {
  type BootstrapOptions,
  bootstrapTogether,
  type Estimate,
  evaluateStatistics,
  type JointStatistic,
  type KeyedPair,
  type Statistic,
} from './bootstrap.ts'
import type { Condition } from './calibration.ts'
import { parseCsvPairs, parseCsvScores } from './csv-pairs.ts'
import { crossValidatedAccuracy } from './folds.ts'
import { STATISTICS, share } from './measurement.ts'
import type { PairList } from './pairs.ts'

/** The comparisons of one setting of an earlier evaluation. */
export type ScoredSetting = PairList & {
  readonly name: string
  readonly condition: Condition | null
  readonly scores: readonly (number | null)[]
  /** Its numbers over all comparisons, by metric: `pairs` may be a random sample of them. */
  readonly whole?: Readonly<Record<string, number>>
}

/** An earlier evaluation. */
export type ScoredRun = { readonly name: string; readonly settings: readonly ScoredSetting[] }

const change = z.object({
  first: z.number(),
  second: z.number(),
  difference: z.number().describe('second - first'),
  interval: z
    .tuple([z.number(), z.number()])
    .nullable()
    .describe('Of the difference, from draws common to both'),
})

const differences = z.record(z.string(), change)

/** How numbers changed from one run to another. */
export const runDifference = z.object({
  first: z.string(),
  second: z.string(),
  level: z.number(),
  differences: differences.describe('Of the first setting'),
  settings: z.array(z.object({ name: z.string(), differences })),
  gaps: z
    .array(
      change.extend({
        masked: z.string().describe('Name of the setting with masks'),
        bare: z.string().describe('Name of the setting without'),
        relative: z
          .object({ change: z.number(), interval: z.tuple([z.number(), z.number()]).nullable() })
          .nullable()
          .describe('The difference as a share of the first gap'),
      }),
    )
    .describe('What masks cost: equal error rate with masks less that without'),
})

export type RunDifference = z.infer<typeof runDifference>

/** Reads `scores.csv` of an evaluation. @throws XfmrError `E_BAD_PAIRS` */
export const parseScores = (
  text: string,
  name: string,
): Pick<ScoredSetting, 'pairs' | 'folds' | 'scores'> => ({
  ...parseCsvPairs(text, name),
  scores: parseCsvScores(text, name),
})

/**
 * Compares two runs over the same pairs in all settings that both have. Intervals come from common draws of identities over
 * both runs and all settings.
 * @throws XfmrError `E_BAD_PAIRS` when the pairs differ, or the runs have no setting in common.
 */
export const differenceOfRuns = (
  first: ScoredRun,
  second: ScoredRun,
  options: BootstrapOptions = {},
): RunDifference => {
  const sides = first.settings.flatMap(before => {
    const after = second.settings.find(({ name }) => name === before.name)
    return after ? [{ name: before.name, condition: before.condition, before, after }] : []
  })
  if (sides.length === 0) {
    throw new XfmrError('E_BAD_PAIRS', `${first.name} and ${second.name} have no setting in common.`)
  }
  for (const { before, after } of sides) checkSamePairs(first.name, before, second.name, after)
  const lists = sides.flatMap(({ before, after }) => [keyed(before), keyed(after)])
  const named = sides.map((_, s) => statisticsOf(lists[2 * s]!, lists[2 * s + 1]!, options))
  const gaps = gapsOf(sides)
  const joint: Record<string, JointStatistic> = {}
  named.forEach((statistics, s) => {
    for (const [key, [before, after]] of Object.entries(statistics)) {
      joint[`${s} ${key}`] = samples => after(samples[2 * s + 1]!) - before(samples[2 * s]!)
    }
  })
  gaps.forEach(({ masked, bare }, g) => {
    const gap = (samples: Parameters<JointStatistic>[0], run: 0 | 1): number =>
      STATISTICS.eer(samples[2 * masked + run]!) - STATISTICS.eer(samples[2 * bare + run]!)
    joint[`gap ${g}`] = samples => gap(samples, 1) - gap(samples, 0)
    joint[`relative ${g}`] = samples => gap(samples, 1) / gap(samples, 0) - 1
  })
  const estimates = bootstrapTogether(lists, joint, options)
  const values = named.map((statistics, s) =>
    ([0, 1] as const).map(run => {
      const chosen = Object.fromEntries(Object.entries(statistics).map(([key, pair]) => [key, pair[run]]))
      const { whole } = run === 0 ? sides[s]!.before : sides[s]!.after
      return { ...evaluateStatistics(lists[2 * s + run]!, chosen, options), ...whole }
    }),
  )
  const settings = sides.map(({ name }, s) => ({
    name,
    differences: Object.fromEntries(
      Object.keys(named[s]!).map(key => [
        key,
        changed(values[s]![0]![key]!, values[s]![1]![key]!, estimates[`${s} ${key}`]!),
      ]),
    ),
  }))
  return {
    first: first.name,
    second: second.name,
    level: options.level ?? 0.95,
    differences: settings[0]!.differences,
    settings,
    gaps: gaps.map(({ masked, bare }, g) => {
      const [before, after] = ([0, 1] as const).map(
        run => values[masked]![run]!.eer! - values[bare]![run]!.eer!,
      )
      const relative = after! / before! - 1
      const range = moved(relative, estimates[`relative ${g}`]!)
      return {
        masked: sides[masked]!.name,
        bare: sides[bare]!.name,
        ...changed(before!, after!, estimates[`gap ${g}`]!),
        relative: Number.isFinite(relative) ? { change: relative, interval: range } : null,
      }
    }),
  }
}

// --- internal ---

const checkSamePairs = (first: string, before: ScoredSetting, second: string, after: ScoredSetting): void => {
  const unequal = before.pairs.findIndex((pair, i) => {
    const other = after.pairs[i]
    return (
      !other || pair.a.photo !== other.a.photo || pair.b.photo !== other.b.photo || pair.same !== other.same
    )
  })
  if (unequal < 0 && before.pairs.length === after.pairs.length) return
  const place = unequal >= 0 ? ` from line ${unequal + 2} on` : ''
  throw new XfmrError(
    'E_BAD_PAIRS',
    `${first} and ${second} hold different pairs${place} (${before.name}), so they can't be compared.`,
  )
}

const keyed = ({ pairs, scores, folds }: ScoredSetting): KeyedPair[] =>
  pairs.map(({ a, b, same, fold }, i) => ({
    identities: [a.identity, b.identity],
    genuine: same,
    score: scores[i]!,
    ...(folds > 1 ? { fold } : {}),
    key: `${a.photo}\n${b.photo}`,
  }))

/** By name, for the first and for the second run. Accuracy is decided once, by each run's own folds. */
const statisticsOf = (
  before: readonly KeyedPair[],
  after: readonly KeyedPair[],
  options: BootstrapOptions,
): Record<string, readonly [Statistic, Statistic]> => {
  const common: Record<string, readonly [Statistic, Statistic]> = Object.fromEntries(
    Object.entries(STATISTICS).map(([key, statistic]) => [key, [statistic, statistic]]),
  )
  if (new Set(before.map(({ fold }) => fold)).size < 2) return common
  const [first, second] = [before, after].map(list => share(crossValidatedAccuracy(list, options).decisions))
  return { accuracy: [first!, second!], ...common }
}

/** Every setting with masks against the first one without. */
const gapsOf = (
  settings: readonly { readonly condition: Condition | null }[],
): { masked: number; bare: number }[] => {
  const bare = settings.findIndex(({ condition }) => condition === 'bare-bare')
  if (bare < 0) return []
  return settings.flatMap(({ condition }, masked) =>
    condition === 'bare-masked' || condition === 'masked-masked' ? [{ masked, bare }] : [],
  )
}

const changed = (first: number, second: number, estimate: Estimate) => ({
  first,
  second,
  difference: second - first,
  interval: moved(second - first, estimate),
})

/** The interval moved to where the number over all comparisons is: lists may be samples. */
const moved = (value: number, { value: sampled, interval }: Estimate): [number, number] | null =>
  interval && [interval[0] + (value - sampled), interval[1] + (value - sampled)]
