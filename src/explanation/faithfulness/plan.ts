import { METHOD_IDS, type MethodId, methodOf } from '../methods.ts'
import type { Measured } from './measure.ts'
import { CONDITIONS, type FaithfulnessCondition, type Measurement } from './row.ts'

/** How many pairs each measurement gets. */
export type StudySize = {
  /** Pairs of one person for deletion, insertion and ROAD. */
  readonly pairs: number
  /** Of these the first so many for everything that needs further maps. */
  readonly more: number
  /** The same for methods of more than `DEAR` passes through the network. */
  readonly dearPairs: number
  readonly dearMore: number
}

/** Methods of more passes than this are measured on fewer pairs. */
export const DEAR = 100

/** One thing to do: a measurement of one method on one pair. */
export type Task = {
  readonly measurement: Measurement
  readonly given: Measured
  readonly condition: FaithfulnessCondition
  readonly index: number
}

/**
 * A method by its id, or by id and layer, as `hirescam@14x14`. With a method's own defaults otherwise.
 * @returns `undefined` for an id that does not exist
 */
export const measuredMethod = (name: string): Measured | undefined => {
  const [id, layer] = name.split('@') as [string, string?]
  if (!(METHOD_IDS as readonly string[]).includes(id)) return undefined
  return {
    id: name,
    method: methodOf(id as MethodId),
    options: { batch: 16, ...(layer !== undefined && { layers: [layer] }) },
  }
}

/**
 * Everything to do, in an order in which results are worth something early: stage by stage of pairs, all methods alike.
 * @param stage Pairs of one stage.
 */
export const planStudy = (
  methods: readonly Measured[],
  size: StudySize,
  {
    conditions = CONDITIONS,
    stage = 10,
  }: { conditions?: readonly FaithfulnessCondition[]; stage?: number } = {},
): Task[] => {
  const tasks: Task[] = []
  for (let start = 0; start < size.pairs; start += stage) {
    for (const condition of conditions) {
      for (const given of methods) {
        const dear = given.method.passes > DEAR
        const [pairs, more] = dear ? [size.dearPairs, size.dearMore] : [size.pairs, size.more]
        for (const measurement of measurementsIn(condition)) {
          const end = Math.min(start + stage, measurement === 'curves' ? pairs : more)
          for (let index = start; index < end; index++) tasks.push({ measurement, given, condition, index })
        }
      }
    }
  }
  return tasks
}

// --- internal ---

/** What needs a bare face to change, or asks about the method alone, is done without a mask. */
const measurementsIn = (condition: FaithfulnessCondition): readonly Measurement[] =>
  condition === 'unmasked' ? ['curves', 'hiding', 'patches', 'sanity', 'stability'] : ['curves']
