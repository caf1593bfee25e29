/**
 * How much a training step of the EUM takes beyond its matrix products: batch 512, 512 dimensions, SRT loss, Nesterov,
 * one thread. The bare products (4 forward, 4 for weights, 3 for inputs; the first layer's input needs none) are one
 * graph of ONNX Runtime and run in turns with the steps, as often. `npm run bench:train-step [-- rounds]`
 */
import { int } from '../src/onnx/attributes.ts'
import { buildOn, emptyGraph } from '../src/onnx/builder.ts'
import type { Graph } from '../src/onnx/graph.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { float32, type Tensor } from '../src/onnx/tensor.ts'
import { createRandom } from '../src/random.ts'
import { createTrainer, type TrainerOptions } from '../src/training/engine/trainer.ts'
import { srtLoss } from '../src/training/losses/srt.ts'
import { addEum, buildWithEum, EUM_TRAINABLE, eumName, initialEum } from '../src/training/unmask/eum.ts'
import { median, ratioLine, timeInTurns } from './_measure.ts'

const D = 512
const BATCH = 512
const PRODUCTS = 11
/** Steps in one run of the graph, as in `runTraining`. */
const STEPS = 16
const rounds = Number(process.argv[2] ?? 10)

const training = (): TrainerOptions => {
  const build = buildWithEum(initialEum(D))
  for (const name of ['masked', 'bare', 'other']) build.input(name, { type: 'float32', shape: [BATCH, D] })
  const { output, running } = addEum(build, 'masked')
  const { loss } = srtLoss(build, { anchor: output, positive: 'bare', negative: 'other' })
  build.alias(loss, 'loss')
  return {
    graph: build.finish(['loss', ...running.map(({ from }) => from)]),
    loss: 'loss',
    trainable: EUM_TRAINABLE,
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
    running,
  }
}

/** The products of a step and nothing else, each depending on the one before as there. */
const products = (): Graph => {
  const build = buildOn({ ...emptyGraph('products', 17), initializers: new Map(initialEum(D)) })
  const values = [build.input('masked', { type: 'float32', shape: [BATCH, D] })]
  const weights = [1, 2, 3, 4].map(layer => eumName(layer, 'weight'))
  for (const weight of weights) values.push(build.op('Gemm', [values.at(-1)!, weight], { transB: int(1) }))
  let gradient = values.at(-1)!
  const results: string[] = []
  for (const layer of [3, 2, 1, 0]) {
    results.push(build.op('Gemm', [gradient, values[layer]!], { transA: int(1) }))
    if (layer > 0) gradient = build.op('Gemm', [gradient, weights[layer]!])
  }
  // One row of each, so that copying results does not count.
  const row = (name: string) =>
    build.op('Slice', [name, build.integers([0]), build.integers([1]), build.integers([0])])
  return build.finish(results.map(row))
}

/** The same in processor time of this process, which other load on the machine disturbs less. */
const processorInTurns = async (tasks: Readonly<Record<'bare' | 'step', () => Promise<unknown>>>) => {
  const times = { bare: [] as number[], step: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const name of ['bare', 'step'] as const) {
      const start = process.cpuUsage()
      await tasks[name]()
      const { user, system } = process.cpuUsage(start)
      times[name].push((user + system) / 1000)
    }
  }
  return { bare: median(times.bare), step: median(times.step) }
}

const runtime = nodeRuntime()
const random = createRandom('bench')
const rows = (): Tensor =>
  float32(
    Float32Array.from({ length: BATCH * D }, () => random.normal()),
    [BATCH, D],
  )
const feeds = { masked: rows(), bare: rows(), other: rows() }
const trainer = await createTrainer(runtime, training())
const bare = await runtime.load(products())
const batches = Array(STEPS).fill({ feeds, rate: 0.1 })
const tasks = {
  bare: async () => {
    for (let step = 0; step < STEPS; step++) await bare.run(feeds)
  },
  step: () => trainer.train(batches),
}
const perStep = ({ bare, step }: Record<'bare' | 'step', number>) => ({
  bare: bare / STEPS,
  step: step / STEPS,
})
const wall = perStep(await timeInTurns(tasks, { rounds }))
const processor = perStep(await processorInTurns(tasks))
const flops = 2 * PRODUCTS * BATCH * D * D
console.log(`${PRODUCTS} products of [${BATCH}, ${D}] and [${D}, ${D}], and one step of the EUM:`)
for (const [kind, times] of Object.entries({ 'wall clock': wall, 'processor time': processor })) {
  const speed = `${(flops / times.bare / 1e6).toFixed(0)} GFLOP/s`
  console.log(`${kind}, products alone`.padEnd(52), `${times.bare.toFixed(2).padStart(8)} ms, ${speed}`)
  console.log(ratioLine(`${kind}, step`, times.step, times.bare, 1.3))
}
console.log(`${((1000 * BATCH) / wall.step).toFixed(0)} samples a second`)
await trainer.release()
await bare.release()
