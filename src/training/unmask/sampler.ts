import { createRandom } from '../../random.ts'
import { epochOrder } from '../engine/order.ts'

/** One example of a batch: a row of the face set, perhaps seen in a mirror, and somebody else's row. */
export type Example = {
  readonly row: number
  readonly mirrored: boolean
  /** A masked row of another identity. */
  readonly other: number
}

export type SamplerOptions = {
  /** Rows with a mask over the mouth; an epoch goes through them once. */
  readonly masked: readonly number[]
  /** Rows without one: they keep bare faces where they are. */
  readonly bare: readonly number[]
  /** Share of bare rows in every batch. */
  readonly bareShare: number
  readonly batch: number
  readonly seed: string
  /** Mirrors half of the examples. */
  readonly mirror: boolean
  identityOf(row: number): string
}

/** Whole batches in an epoch. */
export const batchesInEpoch = (options: Pick<SamplerOptions, 'masked' | 'bare' | 'bareShare' | 'batch'>) =>
  Math.floor(options.masked.length / (options.batch - bareInBatch(options)))

/**
 * One batch of an epoch. It follows from seed, epoch and number alone, so that a resumed training sees the same. What
 * does not fill a batch is left for another epoch.
 */
export const epochSampler = (options: SamplerOptions, epoch: number): ((batch: number) => Example[]) => {
  const { masked, bare, batch, seed, mirror, identityOf } = options
  const bareCount = bareInBatch(options)
  const maskedCount = batch - bareCount
  const maskedOrder = epochOrder(masked.length, `${seed}/masked`, epoch)
  const bareOrder = epochOrder(bare.length, `${seed}/bare`, epoch)
  return number => {
    const random = createRandom(seed, 'batch', epoch, number)
    const other = (row: number): number => {
      for (;;) {
        const candidate = masked[random.index(masked.length)]!
        if (identityOf(candidate) !== identityOf(row)) return candidate
      }
    }
    return Array.from({ length: batch }, (_, i) => {
      const row =
        i < maskedCount
          ? masked[maskedOrder[number * maskedCount + i]!]!
          : bare[bareOrder[(number * bareCount + i - maskedCount) % bare.length]!]!
      return { row, mirrored: mirror && random.chance(0.5), other: other(row) }
    })
  }
}

// --- internal ---

const bareInBatch = ({ bare, bareShare, batch }: Pick<SamplerOptions, 'bare' | 'bareShare' | 'batch'>) =>
  bare.length > 0 ? Math.round(bareShare * batch) : 0
