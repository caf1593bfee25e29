import { XfmrError } from '../../errors.ts'
import type { Feeds } from '../../onnx/runtime.ts'
import type { FitProgress } from './progress.ts'
import { rateAt, type Schedule } from './schedule.ts'
import type { Batch, Trainer, TrainerState } from './trainer.ts'

/** Where a training stands, beside the state of its trainer. */
export type Standing = {
  /** Sums of what the steps of the current epoch reported. */
  readonly sums: Readonly<Record<string, number>>
  /** The best validated epoch so far (from 1) and its value. */
  readonly best: { readonly epoch: number; readonly value: number } | null
  /** What the last validation found. */
  readonly validation: Readonly<Record<string, number>>
}

export type Checkpoint = { readonly state: TrainerState; readonly standing: Standing }

/** One line of a run's log. Values of a step are those before its update. */
export type LogRow =
  | {
      readonly kind: 'step'
      readonly step: number
      readonly rate: number
      readonly values: Readonly<Record<string, number>>
    }
  | {
      readonly kind: 'epoch'
      readonly step: number
      readonly epoch: number
      /** Means over the steps of the epoch. */
      readonly values: Readonly<Record<string, number>>
      readonly validation: Readonly<Record<string, number>>
    }

/** Where a training leaves its traces, and what it goes on from; on disk see `openRun`. */
export type Run = {
  /** The checkpoint to go on from, if there is one. What was logged after it is forgotten. */
  resume(): Promise<Checkpoint | undefined>
  log(row: LogRow): Promise<void>
  save(checkpoint: Checkpoint): Promise<void>
  /** Keeps the state of the best epoch so far. */
  saveBest(state: TrainerState): Promise<void>
  best(): Promise<TrainerState | undefined>
  /** Where the last good checkpoint is. */
  readonly last: string | undefined
}

export type FitOptions = {
  readonly trainer: Trainer
  readonly epochs: number
  readonly stepsPerEpoch: number
  readonly schedule: Schedule
  /**
   * The batches of an epoch (from 0), starting with batch number `first`. Must follow from the epoch alone: see
   * `epochOrder`.
   */
  batches(epoch: number, first: number): Iterable<Feeds> | AsyncIterable<Feeds>
  /** Measures after every epoch. */
  validate?(trainer: Trainer): Promise<Record<string, number>>
  /** The validated value that says which epoch was best, and which way is better. */
  readonly best?: { readonly metric: string; readonly better: 'higher' | 'lower' }
  readonly run?: Run
  /** Steps between checkpoints within an epoch; every epoch ends with one. Default: only those. */
  readonly checkpointSteps?: number
  /** Steps between log rows. Default 10. */
  readonly logSteps?: number
  onProgress?(progress: FitProgress): void
}

export type FitResult = {
  readonly steps: number
  readonly validation: Readonly<Record<string, number>>
  /** The best epoch (from 1), its value, and the state after it; `null` when nothing was validated. */
  readonly best: { readonly epoch: number; readonly value: number; readonly state: TrainerState } | null
}

/**
 * Trains for a number of epochs, from the run's last checkpoint if it has one. A training that was stopped at any moment
 * and went on gives the same weights, bit for bit, as one that was not (with the same number of threads).
 * @throws XfmrError `E_NOT_FINITE` when a loss is no number, with the step and the last good checkpoint; `E_BAD_DATASET`
 * when an epoch has too few batches; whatever `batches`, `validate` and the run throw
 */
export const runTraining = async (options: FitOptions): Promise<FitResult> => {
  const { trainer, epochs, stepsPerEpoch, run, onProgress, logSteps = 10, checkpointSteps } = options
  if (stepsPerEpoch < 1) {
    throw new XfmrError('E_BAD_DATASET', 'There are too few samples to fill one batch. Add photos.')
  }
  const resumed = await run?.resume()
  if (resumed) trainer.restore(resumed.state)
  let { sums, best, validation }: Standing = resumed?.standing ?? { sums: {}, best: null, validation: {} }
  let bestState = best ? await run?.best() : undefined
  const steps = epochs * stepsPerEpoch
  const pace = stopwatch(trainer.steps)
  const checkpoint = () => run?.save({ state: trainer.state(), standing: { sums, best, validation } })
  const report = (values: Record<string, number>) =>
    onProgress?.({
      step: trainer.steps,
      steps,
      epoch: Math.ceil(trainer.steps / stepsPerEpoch),
      epochs,
      values,
      validation,
      secondsLeft: pace(trainer.steps, steps),
    })

  const train = async (batches: readonly Batch[]): Promise<void> => {
    const first = trainer.steps + 1
    const reports = await trainer.train(batches)
    for (const [i, values] of reports.entries()) {
      const step = first + i
      sums = added(sums, values)
      if (step % logSteps === 0 || step === 1)
        await run?.log({ kind: 'step', step, rate: batches[i]!.rate, values })
    }
    report(reports.at(-1)!)
  }
  const stepsPerRun = grouping()

  while (trainer.steps < steps) {
    const epoch = Math.floor(trainer.steps / stepsPerEpoch)
    const end = (epoch + 1) * stepsPerEpoch
    let group: Batch[] = []
    for await (const feeds of options.batches(epoch, trainer.steps - epoch * stepsPerEpoch)) {
      const step = trainer.steps + group.length
      group.push({ feeds, rate: rateAt(options.schedule, step, options) })
      const due = checkpointSteps !== undefined && (step + 1) % checkpointSteps === 0
      if (group.length < stepsPerRun.now && step + 1 < end && !due) continue
      await stepsPerRun.timed(group.length, () => attempt(trainer, train, group, run))
      group = []
      if (trainer.steps === end) break
      if (due) await checkpoint()
    }
    if (group.length > 0) await attempt(trainer, train, group, run)
    if (trainer.steps < end) {
      throw new XfmrError(
        'E_BAD_DATASET',
        `Epoch ${epoch + 1} ended after step ${trainer.steps}; it should have gone on to step ${end}.`,
      )
    }
    validation = (await options.validate?.(trainer)) ?? {}
    if (isBetter(validation, best, options.best)) {
      best = { epoch: epoch + 1, value: validation[options.best!.metric]! }
      bestState = trainer.state()
      await run?.saveBest(bestState)
    }
    const values = Object.fromEntries(
      Object.entries(sums).map(([name, sum]) => [name, sum / stepsPerEpoch] as const),
    )
    await run?.log({ kind: 'epoch', step: trainer.steps, epoch: epoch + 1, values, validation })
    sums = {}
    await checkpoint()
    report(values)
  }
  return { steps: trainer.steps, validation, best: best && bestState ? { ...best, state: bestState } : null }
}

// --- internal ---

/** Steps that are made in one run of the graph: about half a second of them. The result does not depend on it. */
const grouping = () => {
  let now = 1
  return {
    get now() {
      return now
    },
    timed: async (steps: number, run: () => Promise<void>): Promise<void> => {
      const start = performance.now()
      await run()
      const fit = (RUN_MS * steps) / (performance.now() - start)
      now = Math.max(1, Math.min(MOST_STEPS, Math.floor(fit)))
    },
  }
}

const RUN_MS = 500
const MOST_STEPS = 16

const attempt = async (
  trainer: Trainer,
  train: (batches: readonly Batch[]) => Promise<void>,
  batches: readonly Batch[],
  run: Run | undefined,
): Promise<void> => {
  try {
    await train(batches)
  } catch (error) {
    if (!(error instanceof XfmrError) || error.code !== 'E_NOT_FINITE') throw error
    const good = (error.details!.step as number) - trainer.steps - 1
    // The steps before the one that failed count, and say how it came.
    if (good > 0) await train(batches.slice(0, good))
    if (!run) throw error
    const where = run.last ? `The last good checkpoint is ${run.last}.` : 'There is no checkpoint yet.'
    throw new XfmrError('E_NOT_FINITE', `${error.message} ${where}`, {
      cause: error,
      details: { ...error.details, checkpoint: run.last ?? null },
    })
  }
}

const added = (
  sums: Readonly<Record<string, number>>,
  values: Readonly<Record<string, number>>,
): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, (sums[name] ?? 0) + value]))

const isBetter = (
  validation: Readonly<Record<string, number>>,
  best: Standing['best'],
  rule: FitOptions['best'],
): boolean => {
  const value = rule && validation[rule.metric]
  if (value === undefined || !Number.isFinite(value)) return false
  if (!best) return true
  return rule!.better === 'higher' ? value > best.value : value < best.value
}

/** Seconds that are left, by the pace since the start of this process. */
const stopwatch = (from: number) => {
  const start = performance.now()
  return (done: number, all: number): number =>
    (((performance.now() - start) / Math.max(1, done - from)) * (all - done)) / 1000
}
