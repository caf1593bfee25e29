import type { AlignedFace, Face } from '../../face/face.ts'
import type { ExplainedFace } from '../face-explainer.ts'
import type { Method } from '../method.ts'
import type { MethodOptions } from '../method-options.ts'
import { lowInside, rankCorrelation, shareInside } from './agreement.ts'
import { deletionAndInsertion, endsOf, type JudgedMap, onFace, restoration, road } from './metrics.ts'
import { addNoise, HIDDEN_PARTS, partOpacity, paste, patchOpacity } from './pasting.ts'
import type { FaithfulnessCondition, Measurement, Row } from './row.ts'
import type { MeasuredMap, MeasuredPair, World } from './world.ts'

/** A genuine pair to measure on. */
export type Case = {
  readonly pair: string
  readonly person: string
  readonly condition: FaithfulnessCondition
  /** Place in the list: fixes what is hidden. */
  readonly index: number
  /** The face whose map is judged. */
  readonly self: ExplainedFace & { readonly face: Face }
  readonly other: ExplainedFace
  /** Somebody else's face, from which parts are taken. */
  readonly stranger: ExplainedFace
  /** Opacity of the drawn mask over the judged face, 0 to 1 for each pixel. */
  readonly mask?: Float32Array | undefined
}

/** A method with the options that it is measured with. */
export type Measured = { readonly id: string; readonly method: Method; readonly options: MethodOptions }

export type MeasureParts = {
  readonly world: World
  /** The same recogniser with shuffled weights. */
  readonly shuffled: World
  /** From this cosine on a pair is accepted. */
  readonly threshold: number
}

/** Standard deviation of the noise that maps should not mind, in colour steps. */
export const NOISE = 3

/** Measures one method on one pair. */
export const measure = async (
  measurement: Measurement,
  given: Measured,
  one: Case,
  parts: MeasureParts,
): Promise<Row> => {
  const { condition, pair, person } = one
  const facts = { condition, method: given.id, pair, person }
  return MEASURE[measurement](given, one, parts, facts)
}

// --- internal ---

type Facts = Pick<Row, 'condition' | 'method' | 'pair' | 'person'>
type Measure = (given: Measured, one: Case, parts: MeasureParts, facts: Facts) => Promise<Row>

const mapOf = async (
  world: World,
  { method, options }: Measured,
  pair: MeasuredPair,
  { index }: Case,
): Promise<MeasuredMap> => {
  // Each pair has its own chance: a method that is at random must not get the same luck everywhere.
  const found = await world.map(method, pair, { seed: index + 1, ...options })
  return { ...found, map: onFace(found.map, pair.self.aligned) }
}

const MEASURE: Record<Measurement, Measure> = {
  curves: async (given, one, { world }, facts) => {
    const { self, mask, pair } = one
    const score = world.score(one)
    const { map, cost, cpu } = await mapOf(world, given, one, one)
    const embedding = await embeddingTime(world, self)
    const judged: JudgedMap = { face: self.aligned, map, score, seed: pair }
    const curves = await deletionAndInsertion(judged, await endsOf(self.aligned, score))
    return {
      ...facts,
      measurement: 'curves',
      ...rounded({ ...curves, ...(await road(judged)) }),
      ...(mask && {
        inMask: shareInside(map.data, mask),
        maskArea: mask.reduce((sum, value) => sum + value, 0) / mask.length,
        findsMask: lowInside(
          map.data,
          mask.map(value => Number(value > 0.5)),
        ),
      }),
      passes: cost.forward + cost.backward,
      cost: cpu / embedding,
    }
  },
  hiding: async (given, one, { world }, facts) => {
    const { self, other, stranger, index } = one
    const part = HIDDEN_PARTS[index % HIDDEN_PARTS.length]!
    const opacity = partOpacity(self, part.regions)
    const changed = await world.embed(paste(self.aligned, stranger.aligned, opacity), self)
    const [before, after] = [
      await mapOf(world, given, one, one),
      await mapOf(world, given, { self: changed, other }, one),
    ]
    const inside = opacity.map(value => Number(value > 0.5))
    return {
      ...facts,
      measurement: 'hiding',
      part: part.name,
      finds: lowInside(after.map.data, inside),
      before: lowInside(before.map.data, inside),
    }
  },
  patches: async (given, one, { world, threshold }, facts) => {
    const { self, other, stranger, pair } = one
    // The same person with patches of a stranger; a stranger with patches of the person.
    const restored = async (own: ExplainedFace, from: AlignedFace): Promise<number[]> => {
      const patched = await world.embed(paste(own.aligned, from, patchOpacity(own.aligned, pair)), own)
      const both = { self: patched, other }
      const score = world.score(both)
      const { map } = await mapOf(world, given, both, one)
      const [now] = await score([patched.aligned])
      const judged = { face: patched.aligned, map, score, seed: pair }
      return restoration(judged, own.aligned, now! >= threshold)
    }
    return {
      ...facts,
      measurement: 'patches',
      ...rounded({
        genuine: await restored(self, stranger.aligned),
        impostor: await restored(stranger, other.aligned),
      }),
    }
  },
  sanity: async (given, one, { world, shuffled }, facts) => {
    const [self, other] = [
      await shuffled.embed(one.self.aligned, one.self),
      await shuffled.embed(one.other.aligned, one.other),
    ]
    const [learnt, lost] = [
      await mapOf(world, given, one, one),
      await mapOf(shuffled, given, { self, other }, one),
    ]
    return {
      ...facts,
      measurement: 'sanity',
      signed: rankCorrelation(learnt.map.data, lost.map.data),
      size: rankCorrelation(learnt.map.data.map(Math.abs), lost.map.data.map(Math.abs)),
    }
  },
  stability: async (given, one, { world }, facts) => {
    const noisy = await world.embed(addNoise(one.self.aligned, NOISE, one.pair), one.self)
    const [before, after] = [
      await mapOf(world, given, one, one),
      await mapOf(world, given, { self: noisy, other: one.other }, one),
    ]
    return {
      ...facts,
      measurement: 'stability',
      signed: rankCorrelation(before.map.data, after.map.data),
    }
  },
}

/** Scores to four digits: work files stay small. */
const rounded = <K extends string>(curves: Record<K, readonly number[]>): Record<K, number[]> =>
  Object.fromEntries(
    Object.entries<readonly number[]>(curves).map(([name, values]) => [
      name,
      values.map(value => Math.round(value * 1e4) / 1e4),
    ]),
  ) as Record<K, number[]>

/** Processor time of one embedding right now, in milliseconds: what else the machine does hits both alike. */
const embeddingTime = async (world: World, self: ExplainedFace): Promise<number> => {
  const start = process.cpuUsage()
  for (let i = 0; i < 3; i++) await world.embed(self.aligned, self)
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 3000
}
