/** Whether the judged face wears a mask, and whether the network corrects for it. */
export const CONDITIONS = ['unmasked', 'masked', 'corrected'] as const
export type FaithfulnessCondition = (typeof CONDITIONS)[number]

/**
 * What is done with a method on a pair: `curves` (deletion, insertion, ROAD, place of the mask), `hiding`, `patches`,
 * `sanity` (shuffled weights), `stability` (noise).
 */
export const MEASUREMENTS = ['curves', 'hiding', 'patches', 'sanity', 'stability'] as const
export type Measurement = (typeof MEASUREMENTS)[number]

type Facts = {
  readonly condition: FaithfulnessCondition
  readonly method: string
  /** The judged photo, after the one that it is compared with. */
  readonly pair: string
  readonly person: string
}

/** What was found on one pair: scores, so that any threshold can be applied later. One line of a work file. */
export type Row = Facts &
  (
    | {
        readonly measurement: 'curves'
        readonly deletion: readonly number[]
        readonly insertion: readonly number[]
        readonly most: readonly number[]
        readonly least: readonly number[]
        /** Of the positive relevance, the share inside the drawn mask, and the mask's share of the face. */
        readonly inMask?: number | undefined
        readonly maskArea?: number | undefined
        /** How well small values point out the mask, see `lowInside`. */
        readonly findsMask?: number | undefined
        /** Passes of the face through the network, forward and backward together. */
        readonly passes: number
        /** Processor time of the map, in units of one embedding measured beside it. */
        readonly cost: number
      }
    | {
        readonly measurement: 'hiding'
        readonly part: string
        readonly finds: number
        /** The same for the map of the face before the part was replaced. */
        readonly before: number
      }
    | {
        readonly measurement: 'patches'
        readonly genuine: readonly number[]
        readonly impostor: readonly number[]
      }
    | { readonly measurement: 'sanity'; readonly signed: number; readonly size: number }
    | { readonly measurement: 'stability'; readonly signed: number }
  )

export type RowOf<M extends Measurement> = Extract<Row, { measurement: M }>

/** Names what a row is about: a row that is there need not be measured again. */
export const rowKey = ({
  condition,
  method,
  pair,
  measurement,
}: Pick<Row, 'condition' | 'method' | 'pair' | 'measurement'>): string =>
  [measurement, condition, method, pair].join('\t')
