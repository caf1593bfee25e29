import { expect, test } from 'vitest'
import { runtime } from '../../../test/run.ts'
import { smallTraining } from './_test-training.ts'
import { type Checkpoint, type LogRow, type Run, runTraining } from './fit.ts'
import type { FitProgress } from './progress.ts'

/** A run in memory. */
const memory = (from?: Checkpoint) => {
  const rows: LogRow[] = []
  const saved: Checkpoint[] = []
  let best: Checkpoint['state'] | undefined
  const run: Run = {
    resume: async () => from,
    log: async row => void rows.push(row),
    save: async checkpoint => void saved.push(checkpoint),
    saveBest: async state => {
      best = state
    },
    best: async () => best,
    get last() {
      return saved.length > 0 ? `checkpoint ${saved.length}` : undefined
    },
  }
  return { run, rows, saved }
}

test('goes through all epochs, logs, validates and keeps the best', async () => {
  const training = await smallTraining(runtime)
  const { run, rows, saved } = memory()
  const seen: FitProgress[] = []
  const result = await runTraining({
    ...training,
    run,
    logSteps: 2,
    onProgress: progress => seen.push(progress),
  })
  expect(result.steps).toBe(15)
  expect(rows.flatMap(row => (row.kind === 'step' ? [row.step] : []))).toEqual([1, 2, 4, 6, 8, 10, 12, 14])
  // The rate falls to a tenth in epoch 3.
  const rates = rows.flatMap(row => (row.kind === 'step' ? [row.rate] : []))
  expect(rates).toEqual([...Array(6).fill(0.05), ...Array(2).fill(expect.closeTo(0.005, 8))])
  const epochs = rows.filter(row => row.kind === 'epoch')
  expect(epochs.map(({ step, epoch }) => [step, epoch])).toEqual([
    [5, 1],
    [10, 2],
    [15, 3],
  ])
  const shifts = epochs.map(({ validation }) => validation.shift!)
  const highest = Math.max(...shifts)
  expect(result.best).toMatchObject({ value: highest, epoch: shifts.indexOf(highest) + 1 })
  expect(result.best!.state.tensors.get('eum4/shift')!.data[0]).toBe(highest)
  expect(saved.map(({ state }) => state.steps)).toEqual([5, 10, 15])
  expect(seen.at(-1)).toMatchObject({ step: 15, steps: 15, epoch: 3, epochs: 3, secondsLeft: 0 })
  await training.trainer.release()
})

test("an epoch's values are the means over its steps", async () => {
  const training = await smallTraining(runtime)
  const { run, rows } = memory()
  await runTraining({ ...training, run, logSteps: 1 })
  const losses = rows.flatMap(row => (row.kind === 'step' && row.step <= 5 ? [row.values.loss!] : []))
  const epoch = rows.find(row => row.kind === 'epoch')!
  expect(epoch.values.loss).toBeCloseTo(losses.reduce((a, b) => a + b) / 5, 10)
  await training.trainer.release()
})

test('goes on in the middle of an epoch as if it had never stopped', async () => {
  const whole = await smallTraining(runtime)
  const first = memory()
  const expected = await runTraining({ ...whole, run: first.run, checkpointSteps: 3 })
  const middle = first.saved.find(({ state }) => state.steps === 9)!
  const rest = await smallTraining(runtime)
  const second = memory(middle)
  const found = await runTraining({ ...rest, run: second.run, checkpointSteps: 3 })
  expect(second.saved.at(-1)).toEqual(first.saved.at(-1))
  expect(second.rows).toEqual(first.rows.filter(({ step }) => step > 9))
  expect(found.validation).toEqual(expected.validation)
  await whole.trainer.release()
  await rest.trainer.release()
})

test('a loss that is no number names the step and the last good checkpoint', async () => {
  const training = await smallTraining(runtime)
  const { run } = memory()
  const broken = (epoch: number, first: number) =>
    [...(training.batches(epoch, first) as Iterable<Record<string, never>>)].map((feeds, i) =>
      epoch === 1 && i === 2 ? spoiled(feeds) : feeds,
    )
  await expect(runTraining({ ...training, batches: broken, run })).rejects.toMatchObject({
    code: 'E_NOT_FINITE',
    message: expect.stringMatching(/^Step 8 .*The last good checkpoint is checkpoint 1\.$/),
    details: { step: 8, checkpoint: 'checkpoint 1' },
  })
  expect(training.trainer.steps).toBe(7)
  await training.trainer.release()
})

test('too few samples, and an epoch that ends early, are errors', async () => {
  const training = await smallTraining(runtime)
  await expect(runTraining({ ...training, stepsPerEpoch: 0 })).rejects.toMatchObject({
    code: 'E_BAD_DATASET',
  })
  await expect(runTraining({ ...training, stepsPerEpoch: 6 })).rejects.toMatchObject({
    code: 'E_BAD_DATASET',
    message: expect.stringContaining('step 5'),
  })
  await training.trainer.release()
})

// --- internal ---

const spoiled = (feeds: Record<string, never>) => {
  const { masked, ...rest } = feeds as unknown as Record<string, { data: Float32Array }>
  return { ...rest, masked: { ...masked!, data: masked!.data.map(() => Number.NaN) } } as never
}
