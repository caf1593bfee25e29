import { CROP_SIZE } from '../../../face/crop.ts'
import type { Graph } from '../../../onnx/graph.ts'
import type { Feeds, Runtime } from '../../../onnx/runtime.ts'
import { float32 } from '../../../onnx/tensor.ts'
import { createRandom } from '../../../random.ts'
import { type Run, runTraining } from '../../engine/fit.ts'
import { batchesOf, epochOrder } from '../../engine/order.ts'
import type { FitProgress } from '../../engine/progress.ts'
import { createTrainer, withWeights } from '../../engine/trainer.ts'
import { landmarkLoss } from '../graph.ts'
import { type LandmarkSample, putSample } from '../sample.ts'
import type { SampleFile } from './sample-file.ts'

export type LandmarkFitOptions = {
  readonly seed: string
  readonly epochs: number
  /** Samples in a step. */
  readonly batch: number
  /** Highest learning rate of AdamW; it rises over the first tenth of an epoch and falls along a cosine. */
  readonly rate: number
  /** Where the training leaves its log and checkpoints, and goes on from. */
  readonly run?: Run
  readonly onProgress?: (progress: FitProgress) => void
}

/** Mean distance of the five points from the truth in pixels of the crop, on validation samples. */
export type SampleErrors = { readonly bare: number; readonly masked: number }

export type LandmarkFit = {
  /** The landmark model with other weights; the same inputs and outputs. */
  readonly model: Graph
  readonly steps: number
  readonly before: SampleErrors
  readonly after: SampleErrors
}

/**
 * Trains the landmark model on samples; the result has the running average of the weights. All random draws follow from the
 * seed.
 * @throws XfmrError as `fit` does
 */
export const fitLandmarks = async (
  runtime: Runtime,
  model: Graph,
  training: SampleFile,
  validation: SampleFile,
  { seed, epochs, batch, rate, run, onProgress }: LandmarkFitOptions,
): Promise<LandmarkFit> => {
  const { graph, trainable } = landmarkLoss(model)
  const stepsPerEpoch = Math.floor(training.count / batch)
  const trainer = await createTrainer(runtime, {
    graph,
    loss: 'loss',
    trainable,
    optimiser: { kind: 'adamw' },
    clip: CLIP,
    average: 1 - 1 / Math.max(2, Math.min(LONGEST_AVERAGE, (epochs * stepsPerEpoch) / 10)),
  })
  const tuned = (): Graph => withWeights(model, trainer.weights({ average: true }))
  const { steps } = await runTraining({
    trainer,
    epochs,
    stepsPerEpoch,
    schedule: { kind: 'cosine', rate, warmUp: 0.1 },
    batches: function* (epoch, first) {
      const batches = batchesOf(epochOrder(training.count, seed, epoch), batch)
      for (let index = first; index < batches.length; index++) {
        const mirror = createRandom(seed, 'mirror', epoch, index)
        yield feedsOf(Array.from(batches[index]!, training.read), () => mirror.chance(0.5))
      }
    },
    validate: async () => ({ ...(await errorsOf(runtime, tuned(), validation)) }),
    ...(run && { run, checkpointSteps: CHECKPOINT_STEPS }),
    ...(onProgress && { onProgress }),
  })
  const result = {
    model: tuned(),
    steps,
    before: await errorsOf(runtime, model, validation),
    after: await errorsOf(runtime, tuned(), validation),
  }
  await trainer.release()
  return result
}

/** Mean distance of the five points on bare and on masked samples, {@link SampleErrors}. */
export const errorsOf = async (
  runtime: Runtime,
  model: Graph,
  samples: SampleFile,
): Promise<SampleErrors> => {
  const session = await runtime.load(landmarkLoss(model).graph)
  const errorOf = async (masked: boolean): Promise<number> => {
    let sum = 0
    let count = 0
    let group: LandmarkSample[] = []
    const flush = async (): Promise<void> => {
      if (group.length === 0) return
      const { five } = await session.run(
        feedsOf(group, () => false),
        ['five'],
      )
      sum += Number(five!.data[0]) * group.length
      count += group.length
      group = []
    }
    // Evenly spread where there are more than enough.
    const stride = Math.max(1, Math.floor(samples.count / MOST_CHECKED))
    for (let i = 0; i < samples.count; i += stride) {
      const sample = samples.read(i)
      if (sample.masked === masked && group.push(sample) === 64) await flush()
    }
    await flush()
    return sum / count
  }
  const errors = { bare: await errorOf(false), masked: await errorOf(true) }
  await session.release()
  return errors
}

// --- internal ---

const CLIP = 2
/** Weight of bare samples against masked ones: bare faces should lose nothing. */
const BARE_WEIGHT = 2
/** Weights are averaged over the last tenth of the steps, over as many as this at most. */
const LONGEST_AVERAGE = 500
const MOST_CHECKED = 4000
const CHECKPOINT_STEPS = 500

const feedsOf = (samples: readonly LandmarkSample[], mirrored: () => boolean): Feeds => {
  const input = new Float32Array(samples.length * CROP_SIZE * CROP_SIZE)
  const target = new Float32Array(samples.length * 136)
  samples.forEach((sample, row) => void putSample(sample, row, mirrored(), input, target))
  const weight = Float32Array.from(samples, ({ masked }) => (masked ? 1 : BARE_WEIGHT))
  return {
    weight: float32(weight, [samples.length]),
    input: float32(input, [samples.length, 1, CROP_SIZE, CROP_SIZE]),
    target: float32(target, [samples.length, 136]),
  }
}
