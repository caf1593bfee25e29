import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import { calibrationFor } from '../../../evaluation/calibration-file.ts'
import { createCalibrator } from '../../../evaluation/calibrator.ts'
import type { Pair, PairList } from '../../../evaluation/pairs.ts'
import { modelFile, ownModelIfAny } from '../../../models/node/own.ts'
import { nodeRuntime } from '../../../onnx/node.ts'
import { readModel } from '../../../onnx/proto.ts'
import { defaultCalibration } from '../../../recognition/default-calibration.ts'
import { createRecogniser, type Recogniser } from '../../../recognition/recogniser.ts'
import { withCorrection } from '../../../recognition/unmask.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { type Case, type Measured, measure } from '../measure.ts'
import { planStudy, type StudySize } from '../plan.ts'
import { shuffleWeights } from '../randomise.ts'
import { CONDITIONS, type FaithfulnessCondition, type Row, rowKey } from '../row.ts'
import { createWorld } from '../world.ts'
import { openCases } from './cases.ts'
import { openRows, type RowFile } from './rows.ts'

export type StudyOptions = {
  readonly xfmr: Xfmr
  /** File of the correction that `xfmr` was opened with; by default that of this package. */
  readonly unmaskModel?: string | undefined
  readonly root: string
  readonly list: PairList
  readonly methods: readonly Measured[]
  readonly size: StudySize
  /** Default: all. */
  readonly conditions?: readonly FaithfulnessCondition[] | undefined
  readonly seed: string
  /** Folder that keeps what was measured. */
  readonly work: string
  /** Seconds after which nothing new is begun. */
  readonly budget?: number | undefined
  /** From this cosine on a pair is accepted. Default: that of FMR 0.1 % on bare faces in the calibration of xfmr. */
  readonly threshold?: number | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export type Study = {
  readonly rows: readonly Row[]
  readonly threshold: number
  readonly pipelines: Readonly<Record<FaithfulnessCondition, string>>
  /** Pairs that were left out because a photo has no usable face. */
  readonly failed: readonly string[]
  /** True when time was up before everything was measured. */
  readonly cutShort: boolean
}

/**
 * Measures methods on genuine pairs of a data set, taken from all over the list. What a work folder holds of the same
 * pipelines and seed is not measured again.
 */
export const runStudy = async (options: StudyOptions): Promise<Study> => {
  const { xfmr, root, list, methods, size, seed, work, budget = Number.POSITIVE_INFINITY } = options
  const deadline = performance.now() + budget * 1000
  const pairs = studyPairs(list, size.pairs)
  const runtime = nodeRuntime()
  const corrected = await correctedRecogniser(xfmr, options.unmaskModel)
  const conditions = (options.conditions ?? CONDITIONS).filter(name => name !== 'corrected' || corrected)
  const threshold = options.threshold ?? cleanThreshold(xfmr)
  const xcosModel = await modelInUse(xfmr, 'xcos')
  const xcos = xcosModel && readModel(xcosModel.bytes)
  const world = createWorld(runtime, xfmr.recogniser, corrected, xcos)
  const lost = await createRecogniser({
    runtime,
    ...xfmr.recogniser,
    graph: shuffleWeights(xfmr.recogniser.graph, seed),
    pipeline: xfmr.pipelineOf('never'),
  })
  const shuffled = createWorld(runtime, lost, undefined, xcos)
  const cases = openCases(xfmr, root, pairs, seed)
  const pipelines = {
    unmasked: xfmr.pipelineOf('never'),
    masked: xfmr.pipelineOf('never'),
    corrected: corrected ? xfmr.pipelineOf('auto') : xfmr.pipelineOf('never'),
  }
  const filesBy = async (identityOf: (pipeline: string) => string): Promise<RowFiles> =>
    Object.fromEntries(
      await Promise.all(
        conditions.map(async name => [name, await openRows(fileOf(work, identityOf(pipelines[name]), seed))]),
      ),
    )
  const plainFiles = await filesBy(pipeline => pipeline)
  const xcosFiles = await filesBy(pipeline => `${pipeline} ${xfmr.scoreId('xcos')}`)
  const tasks = planStudy(methods, { ...size, pairs: pairs.length }, { conditions })
  const failed = new Set<string>()
  const rows: Row[] = []
  let cutShort = false
  for (const [done, { measurement, given, condition, index }] of tasks.entries()) {
    const pair = `${pairs[index]!.a.photo} ${pairs[index]!.b.photo}`
    const file = (given.method.usesXCos ? xcosFiles : plainFiles)[condition]!
    const known = file.rows.get(rowKey({ condition, method: given.id, pair, measurement }))
    if (known) rows.push(known)
    else if (performance.now() > deadline) cutShort = true
    else {
      const one: Case | undefined = await cases.of(index, condition)
      if (one) {
        const row = await measure(measurement, given, one, { world, shuffled, threshold })
        await file.add(row)
        rows.push(row)
      } else failed.add(pair)
    }
    options.onProgress?.(done + 1, tasks.length)
  }
  await Promise.all([world, shuffled, lost, corrected].map(part => part?.release()))
  return { rows, threshold, pipelines, failed: [...failed], cutShort }
}

/**
 * Genuine pairs from all over the list; the first of them are the same however many are asked for. Every 25th pair of a
 * list is left out: the default method was chosen on such pairs of LFW.
 */
export const studyPairs = ({ pairs }: PairList, count: number): Pair[] => {
  const usable = pairs.filter(({ same }) => same).filter((_, i) => i % 25 !== 0)
  // Steps of about the golden section come by everywhere early.
  let step = Math.max(1, Math.round(usable.length * 0.618))
  while (commonDivisor(step, usable.length) > 1) step++
  return Array.from({ length: Math.min(count, usable.length) }, (_, k) => usable[(k * step) % usable.length]!)
}

// --- internal ---

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

/** Rows of different networks or seeds lie in different files: they must not mix. */
const fileOf = (work: string, identity: string, seed: string): string =>
  join(work, `${createHash('sha256').update(`${identity} seed ${seed}`).digest('hex').slice(0, 12)}.jsonl`)

const cleanThreshold = (xfmr: Xfmr): number => {
  const pipeline = xfmr.pipelineOf('never')
  const calibration = calibrationFor(defaultCalibration(pipeline), 'bare-bare', pipeline)
  return createCalibrator(calibration).forFmr(0.001).value
}

type RowFiles = Partial<Record<FaithfulnessCondition, RowFile>>

/**
 * The file of a model that `xfmr` was opened with, if it has one in this role.
 * @param path Where it lies; by default in this package
 */
const modelInUse = async (xfmr: Xfmr, role: 'unmask' | 'xcos', path?: string) => {
  const used = xfmr.models.find(model => model.role === role)
  if (!used) return undefined
  const model = path === undefined ? await ownModelIfAny(role) : await modelFile(path)
  if (used.sha256 === model?.sha256) return model
  throw new XfmrError(
    'E_PIPELINE_MISMATCH',
    `The model "${role}" is not the one that was opened: it changed while in use, or is another file. Start again, ` +
      'with the models of this package.',
  )
}

const correctedRecogniser = async (xfmr: Xfmr, path: string | undefined): Promise<Recogniser | undefined> => {
  const model = await modelInUse(xfmr, 'unmask', path)
  if (!model) return undefined
  const { graph, contract, flip } = xfmr.recogniser
  return createRecogniser({
    runtime: nodeRuntime(),
    ...withCorrection(graph, contract, readModel(model.bytes)),
    flip,
    pipeline: xfmr.pipelineOf('always'),
  })
}
