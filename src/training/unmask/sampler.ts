import { createRandom, type Random } from '../../random.ts'
import { epochOrder } from '../engine/order.ts'

/** One example of a batch: a row of the face set, perhaps seen in a mirror, and somebody else's row. */
export type Example = {
  readonly row: number
  readonly mirrored: boolean
  /** Something held before the upper half of the face: hair, the peak of a cap, a hand, the rim of glasses. */
  readonly cover: Cover | null
  /** A masked row of another identity. */
  readonly other: number
}

/** A rectangle of one colour in the aligned face; lengths in pixels of its side of 112. */
export type Cover = {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Red, green, blue in [0, 255]. */
  readonly colour: readonly [number, number, number]
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
  /** Mirrors half of the examples and covers some: only where the pixels are at hand. */
  readonly vary: boolean
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
  const { masked, bare, batch, seed, vary, identityOf } = options
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
      return {
        row,
        mirrored: vary && random.chance(0.5),
        cover: vary && random.chance(COVERED) ? randomCover(random) : null,
        other: other(row),
      }
    })
  }
}

// --- internal ---

const COVERED = 0.25

const randomCover = (random: Random): Cover => {
  const [width, height] = [random.uniform(16, 112), random.uniform(6, 30)]
  const tone = random.uniform(0, 255)
  const tint = (): number => Math.max(0, Math.min(255, tone + 25 * random.normal()))
  return {
    left: random.uniform(-width / 2, 112 - width / 2),
    top: random.uniform(-height / 2, 52),
    width,
    height,
    colour: [tint(), tint(), tint()],
  }
}

const bareInBatch = ({ bare, bareShare, batch }: Pick<SamplerOptions, 'bare' | 'bareShare' | 'batch'>) =>
  bare.length > 0 ? Math.round(bareShare * batch) : 0
