/**
 * What LayerCAM of a pair at four layers costs beside the bare forward and backward passes of the same graph, in processor
 * time, in turns. `npx tsx bench/explain.ts [ROUNDS]`
 */
import { differentiate, modelStore, openXfmr, readPhoto } from '../src/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { float32 } from '../src/onnx/tensor.ts'
import { toInput } from '../src/recognition/input.ts'
import { median } from './_measure.ts'

const rounds = Number(process.argv[2] ?? 30)
const store = modelStore()
await store.ensure('samples')
const xfmr = await openXfmr({ store, threads: 1 })
const photo = (name: string) => readPhoto(store.path('samples', name))
const comparison = await xfmr.compare(await photo('cage.jpg'), await photo('cage2_crop.jpg'))
const { contract, graph } = xfmr.recogniser
const layers = xfmr.explainer.defaults.slice(-4).map(({ name }) => name)
const bare = await nodeRuntime({ threads: 1 }).load(
  differentiate(graph, { of: contract.output, wrt: layers, keep: layers, seed: 'seed' }),
)
const feeds = [comparison.a, comparison.b].map(({ aligned, embedding }) => ({
  [contract.input]: toInput(aligned, contract),
  seed: float32(embedding.vector, [1, contract.dimensions]),
}))
const tasks = {
  bare: async () => {
    for (const feed of feeds) await bare.run(feed)
  },
  layercam: () => xfmr.explain(comparison, { methods: ['layercam'], layers, channels: 0 }),
}
const times = { bare: [] as number[], layercam: [] as number[] }
for (let round = -3; round < rounds; round++) {
  for (const name of ['bare', 'layercam'] as const) {
    const start = process.cpuUsage()
    await tasks[name]()
    const { user, system } = process.cpuUsage(start)
    if (round >= 0) times[name].push((user + system) / 1000)
  }
}
const [base, own] = [median(times.bare), median(times.layercam)]
const ratio = own / base
console.log(`layers ${layers.join(', ')}, processor time of a pair, median of ${rounds}`)
console.log(
  `bare forward and backward ${base.toFixed(1)} ms, LayerCAM ${own.toFixed(1)} ms: ${ratio.toFixed(2)} x, limit 2 x ${ratio <= 2 ? 'ok' : 'OVER'}`,
)
