import { type Finding, type MeanEstimate, meanOf } from './estimate.ts'
import { areaUnder } from './pixels.ts'
import { CONDITIONS, type FaithfulnessCondition, type Measurement, type Row, type RowOf } from './row.ts'

/** How faithful a method's maps are in one condition. */
export type ConditionSummary = {
  /** Area under the curve of the share of pairs that are still accepted while the map's first pixels are removed. Low is good. */
  readonly deletion: MeanEstimate
  /** The same while they are brought back. High is good. */
  readonly insertion: MeanEstimate
  /** The same of the mean cosine instead of the share that is accepted: finer, but of no decision. */
  readonly deletionScore: MeanEstimate
  readonly insertionScore: MeanEstimate
  /** ROAD: half the difference of the cosine after removing the least and the most relevant pixels. High is good. */
  readonly road: MeanEstimate
  /** Share of positive relevance inside the drawn mask, and how much of the face the mask covers. */
  readonly inMask?: MeanEstimate
  readonly maskArea?: MeanEstimate
  /** How well low values point out the mask: 0.5 is chance. */
  readonly findsMask?: MeanEstimate
}

export type MethodSummary = {
  readonly id: string
  /** Processor time of the map of one face, in embeddings: median. */
  readonly cost: number
  /** Passes of the face through the network, forward and backward together: median. */
  readonly passes: number
  /** How well low values point out a part that was taken from somebody else, and how much better than before it was. */
  readonly hiding?: { readonly finds: MeanEstimate; readonly gain: MeanEstimate }
  /** Errors while a patched face is restored, as areas: rejected genuine, accepted impostor pairs. Low is good. */
  readonly patches?: { readonly fnmr: MeanEstimate; readonly fmr: MeanEstimate }
  /** Rank correlation of the map with that of a network of shuffled weights, with sign and without. Low is good. */
  readonly sanity?: { readonly signed: MeanEstimate; readonly size: MeanEstimate; readonly passed: boolean }
  /** Rank correlation of the map with that of the face with a little noise. High is good. */
  readonly stability?: MeanEstimate
  readonly conditions: Partial<Record<FaithfulnessCondition, ConditionSummary>>
}

/** One method less another one on the pairs that both were measured on. */
export type Difference = {
  readonly method: string
  readonly against: string
  readonly condition: FaithfulnessCondition
  readonly deletion: MeanEstimate
  readonly insertion: MeanEstimate
  readonly deletionScore: MeanEstimate
  readonly insertionScore: MeanEstimate
}

/** From this mean rank correlation with a network that has learnt nothing on, a map says nothing about the network. */
export const INSANE = 0.5

/** With fewer pairs nothing is said about that. */
const FEWEST = 3

/** Puts all rows together, method by method in the order of `methods`; those without any curve are left out. */
export const summarise = (
  rows: readonly Row[],
  methods: readonly string[],
  { threshold, seed = 1 }: { threshold: number; seed?: number | string },
): MethodSummary[] =>
  methods.flatMap(id => {
    const own = rows.filter(row => row.method === id)
    const curves = of(own, 'curves')
    if (curves.length === 0) return []
    const mean = <M extends Measurement>(measurement: M, value: (row: RowOf<M>) => number): MeanEstimate =>
      estimate(of(own, measurement), value, seed)
    const conditions = Object.fromEntries(
      CONDITIONS.flatMap(condition => {
        const here = curves.filter(row => row.condition === condition)
        return here.length > 0 ? [[condition, conditionSummary(here, threshold, seed)] as const] : []
      }),
    )
    const signed = mean('sanity', row => row.signed)
    const size = mean('sanity', row => row.size)
    return [
      {
        id,
        cost: median(curves.map(row => row.cost)),
        passes: median(curves.map(row => row.passes)),
        ...(has(own, 'hiding') && {
          hiding: {
            finds: mean('hiding', row => row.finds),
            gain: mean('hiding', row => row.finds - row.before),
          },
        }),
        ...(has(own, 'patches') && {
          patches: {
            fnmr: mean('patches', row => areaUnder(row.genuine.map(score => Number(score < threshold)))),
            fmr: mean('patches', row => areaUnder(row.impostor.map(score => Number(score >= threshold)))),
          },
        }),
        ...(signed.pairs >= FEWEST && {
          sanity: { signed, size, passed: Math.max(Math.abs(signed.value), Math.abs(size.value)) < INSANE },
        }),
        ...(has(own, 'stability') && { stability: mean('stability', row => row.signed) }),
        conditions,
      },
    ]
  })

/** Paired differences of one method from others, in every condition in which both were measured. */
export const differencesFrom = (
  rows: readonly Row[],
  method: string,
  others: readonly string[],
  { threshold, seed = 1 }: { threshold: number; seed?: number | string },
): Difference[] =>
  others.flatMap(against =>
    CONDITIONS.flatMap((condition): Difference[] => {
      const here = of(rows, 'curves').filter(row => row.condition === condition)
      const theirs = new Map(here.filter(row => row.method === against).map(row => [row.pair, row]))
      const both = here.filter(row => row.method === method && theirs.has(row.pair))
      if (both.length === 0) return []
      const less = (value: (row: Curves) => number): MeanEstimate =>
        estimate(both, row => value(row) - value(theirs.get(row.pair)!), seed)
      const areas = areasOf(threshold)
      return [
        {
          method,
          against,
          condition,
          deletion: less(areas.deletion),
          insertion: less(areas.insertion),
          deletionScore: less(areas.deletionScore),
          insertionScore: less(areas.insertionScore),
        },
      ]
    }),
  )

// --- internal ---

type Curves = RowOf<'curves'>

const of = <M extends Measurement>(rows: readonly Row[], measurement: M): RowOf<M>[] =>
  rows.filter((row): row is RowOf<M> => row.measurement === measurement)

const has = (rows: readonly Row[], measurement: Measurement): boolean =>
  rows.some(row => row.measurement === measurement)

const estimate = <R extends Row>(
  rows: readonly R[],
  value: (row: R) => number,
  seed: number | string,
): MeanEstimate => {
  const findings = rows.map((row): Finding => ({ person: row.person, value: value(row) }))
  return meanOf(findings, { seed })
}

const areasOf = (threshold: number) => {
  const accepted = (scores: readonly number[]): number =>
    areaUnder(scores.map(score => Number(score >= threshold)))
  return {
    deletion: (row: Curves): number => accepted(row.deletion),
    insertion: (row: Curves): number => accepted(row.insertion),
    deletionScore: (row: Curves): number => areaUnder(row.deletion),
    insertionScore: (row: Curves): number => areaUnder(row.insertion),
    road: (row: Curves): number => (total(row.least) - total(row.most)) / row.most.length / 2,
  }
}

const conditionSummary = (
  rows: readonly Curves[],
  threshold: number,
  seed: number | string,
): ConditionSummary => {
  const areas = areasOf(threshold)
  const mean = (value: (row: Curves) => number): MeanEstimate => estimate(rows, value, seed)
  return {
    deletion: mean(areas.deletion),
    insertion: mean(areas.insertion),
    deletionScore: mean(areas.deletionScore),
    insertionScore: mean(areas.insertionScore),
    road: mean(areas.road),
    ...given(
      'inMask',
      mean(row => row.inMask ?? Number.NaN),
    ),
    ...given(
      'maskArea',
      mean(row => row.maskArea ?? Number.NaN),
    ),
    ...given(
      'findsMask',
      mean(row => row.findsMask ?? Number.NaN),
    ),
  }
}

/** Left out where no pair says anything: no mask, or nothing positive in any map. */
const given = <K extends string>(name: K, mean: MeanEstimate): Partial<Record<K, MeanEstimate>> =>
  mean.pairs > 0 ? ({ [name]: mean } as Record<K, MeanEstimate>) : {}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
