import type { Feeds, Runtime } from '../../onnx/runtime.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import { srtLoss } from '../losses/srt.ts'
import { addEum, buildWithEum, EUM_TRAINABLE, initialEum } from '../unmask/eum.ts'
import type { FitOptions } from './fit.ts'
import { batchesOf, epochOrder } from './order.ts'
import { createTrainer } from './trainer.ts'

type Sizes = { dimension?: number; samples?: number; batch?: number; epochs?: number }

/** A small training of the EUM on made-up embeddings, for tests of the engine. Everything follows from the seed. */
export const smallTraining = async (
  runtime: Runtime,
  { dimension = 8, samples = 80, batch = 16, epochs = 3 }: Sizes = {},
): Promise<FitOptions> => {
  const build = buildWithEum(initialEum(dimension, 1))
  for (const name of ['masked', 'bare', 'other'])
    build.input(name, { type: 'float32', shape: ['N', dimension] })
  const { output, running } = addEum(build, 'masked')
  const values = srtLoss(build, { anchor: output, positive: 'bare', negative: 'other' })
  build.alias(values.loss, 'loss')
  build.alias(values.toPositive, 'distance')
  const trainer = await createTrainer(runtime, {
    graph: build.finish(['loss', 'distance', ...running.map(({ from }) => from)]),
    loss: 'loss',
    metrics: ['distance'],
    trainable: EUM_TRAINABLE,
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
    average: 0.9,
    running,
  })
  const bare = rowsOf(samples, dimension, 'bare')
  const noise = rowsOf(samples, dimension, 'noise')
  const masked = float32(
    bare.data.map((value, i) => value + 0.5 * noise.data[i]!),
    bare.dims,
  )
  const feeds = (rows: Int32Array): Feeds => ({
    masked: taken(masked, rows),
    bare: taken(bare, rows),
    other: taken(
      bare,
      rows.map(row => (row + 1) % samples),
    ),
  })
  return {
    trainer,
    epochs,
    stepsPerEpoch: Math.floor(samples / batch),
    schedule: { kind: 'steps', rate: 0.05, every: 2, factor: 0.1 },
    batches: (epoch, first) =>
      batchesOf(epochOrder(samples, 5, epoch), batch)
        .slice(first)
        .map(feeds),
    validate: async () => ({ shift: trainer.weights().get('eum4/shift')!.data[0]! }),
    best: { metric: 'shift', better: 'higher' },
  }
}

// --- internal ---

const rowsOf = (rows: number, dimension: number, seed: string): Tensor<Float32Array> => {
  const random = createRandom(seed)
  return float32(
    Float32Array.from({ length: rows * dimension }, () => random.normal()),
    [rows, dimension],
  )
}

const taken = ({ data, dims }: Tensor<Float32Array>, rows: Int32Array): Tensor => {
  const width = dims[1]!
  const picked = new Float32Array(rows.length * width)
  rows.forEach((row, i) => void picked.set(data.subarray(row * width, (row + 1) * width), i * width))
  return float32(picked, [rows.length, width])
}
