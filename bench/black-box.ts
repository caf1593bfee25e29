/**
 * What black-box explanations cost beside the network alone: CorrRISE's photos a second over those of bare `session.run` calls with
 * batches of the same size, in turns, by processor time. `npx tsx bench/black-box.ts [ROUNDS]`
 */

import { createFaceExplainer } from '../src/explanation/face-explainer.ts'
import { methodOf } from '../src/explanation/methods.ts'
import { modelStore, openXfmr, readPhoto } from '../src/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { float32 } from '../src/onnx/tensor.ts'
import { median } from './_measure.ts'

const ROUNDS = Number(process.argv[2] ?? 7)
const [SAMPLES, BATCH] = [96, 16]
const store = modelStore()
await store.ensure('samples')
const xfmr = await openXfmr({ store, unmask: 'never' })
const { a, b } = await xfmr.compare(
  await readPhoto(store.path('samples', 'cage.jpg')),
  await readPhoto(store.path('samples', 'cage2_crop.jpg')),
)
const runtime = nodeRuntime()
const { graph, contract } = xfmr.recogniser
const session = await runtime.load(graph)
const explainer = createFaceExplainer(runtime, xfmr.recogniser)
const explain = await methodOf('corrrise').load()
const photos = float32(new Float32Array(BATCH * 3 * contract.size ** 2).fill(0.1), [
  BATCH,
  3,
  contract.size,
  contract.size,
])
const cpu = async (task: () => Promise<unknown>): Promise<number> => {
  const start = process.cpuUsage()
  await task()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
const bare = async (): Promise<void> => {
  for (let k = 0; k < SAMPLES / BATCH; k++) await session.run({ [contract.input]: photos }, [contract.output])
}
const corrrise = async (): Promise<void> => {
  const subject = explainer.begin(a, b).subject('cosine', [])
  await explain(subject, explainer.begin(b, a).subject('cosine', []), { samples: SAMPLES, batch: BATCH })
}
const ratios: number[] = []
const times: number[] = []
for (let round = -1; round < ROUNDS; round++) {
  const [first, second] = [await cpu(bare), await cpu(corrrise)]
  const again = await cpu(bare)
  if (round < 0) continue
  ratios.push((first + again) / 2 / second)
  times.push(second / SAMPLES)
}
console.log(
  `CorrRISE: ${median(ratios).toFixed(3)} of the bare batched throughput (median of ${ROUNDS} rounds, ${ratios.map(value => value.toFixed(2)).join(' ')}); ${median(times).toFixed(1)} ms of processor time a photo`,
)
await explainer.release()
await xfmr.release()
