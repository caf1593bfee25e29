import { z } from 'zod'
import { XfmrError } from '../errors.ts'
import {
  type BootstrapOptions,
  bootstrapDifference,
  evaluateStatistics,
  type Statistic,
} from './bootstrap.ts'
import { parseCsvPairs, parseCsvScores } from './csv-pairs.ts'
import { STATISTICS } from './measurement.ts'
import type { PairList } from './pairs.ts'

/** The comparisons of an earlier evaluation: `scores.csv`. */
export type ScoredRun = PairList & { readonly name: string; readonly scores: readonly (number | null)[] }

/** How a number changed from one run to another. */
export const runDifference = z.object({
  first: z.string(),
  second: z.string(),
  level: z.number(),
  differences: z.record(
    z.string(),
    z.object({
      first: z.number(),
      second: z.number(),
      difference: z.number().describe('second - first'),
      interval: z
        .tuple([z.number(), z.number()])
        .nullable()
        .describe('Of the difference, from draws common to both'),
    }),
  ),
})

export type RunDifference = z.infer<typeof runDifference>

/** Reads `scores.csv` of an evaluation. @throws XfmrError `E_BAD_PAIRS` */
export const parseScoredRun = (text: string, name: string): ScoredRun => ({
  ...parseCsvPairs(text, name),
  name,
  scores: parseCsvScores(text, name),
})

/**
 * Compares two runs over the same pairs.
 * @throws XfmrError `E_BAD_PAIRS` when the pairs differ.
 */
export const differenceOfRuns = (
  first: ScoredRun,
  second: ScoredRun,
  options: BootstrapOptions = {},
): RunDifference => {
  const unequal = first.pairs.findIndex((pair, i) => {
    const other = second.pairs[i]
    return (
      !other || pair.a.photo !== other.a.photo || pair.b.photo !== other.b.photo || pair.same !== other.same
    )
  })
  if (unequal >= 0 || first.pairs.length !== second.pairs.length) {
    const place = unequal >= 0 ? ` from line ${unequal + 2} on` : ''
    throw new XfmrError(
      'E_BAD_PAIRS',
      `${first.name} and ${second.name} hold different pairs${place}, so they can't be compared.`,
    )
  }
  const scored = (run: ScoredRun) =>
    first.pairs.map((pair, i) => ({
      identities: [pair.a.identity, pair.b.identity] as const,
      genuine: pair.same,
      score: run.scores[i]!,
    }))
  const statistics: Record<string, Statistic> = STATISTICS
  const [before, after] = [first, second].map(run => evaluateStatistics(scored(run), statistics, options))
  const changes = bootstrapDifference(scored(first), second.scores, statistics, options)
  const differences = Object.entries(changes).map(([key, { value, interval }]) => [
    key,
    {
      first: before![key]!,
      second: after![key]!,
      difference: value,
      interval: interval && ([...interval] as [number, number]),
    },
  ])
  return {
    first: first.name,
    second: second.name,
    level: options.level ?? 0.95,
    differences: Object.fromEntries(differences),
  }
}
