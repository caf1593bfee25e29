/**
 * What xfmr costs: every product path as a ratio to bare `session.run` calls of the model files as they are, in the same
 * process, in turns, on one thread. (xfmr itself runs a rewritten recogniser, see src/onnx/blocked.ts.) Run on a quiet machine: `npm run bench:cost`.
 */

import type { Photo } from '../src/image/photo.ts'
import {
  alignFace,
  differentiate,
  dynamicBatch,
  modelStore,
  openXfmr,
  readModel,
  readPhoto,
} from '../src/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { float32 } from '../src/onnx/tensor.ts'
import { toInput } from '../src/recognition/input.ts'
import { ratioLine, timeInTurns } from './_measure.ts'

const rounds = Number(process.argv[2] ?? 60)
const store = modelStore()
await store.ensure('samples')
const a = await readPhoto(store.path('samples', 'cage.jpg'))
const b = await readPhoto(store.path('samples', 'cage2_crop.jpg'))
const xfmr = await openXfmr({ store, threads: 1 })
const runtime = nodeRuntime({ threads: 1 })
const { contract } = xfmr.recogniser

const bytes = await store.bytes('mobilefacenet')
const detector = await runtime.load(await store.bytes('detector'))
const landmarks = await runtime.load(await store.bytes('landmarks'))
const recogniser = await runtime.load(bytes)
const graph = dynamicBatch(readModel(bytes))
const toPixels = await runtime.load(
  differentiate(graph, { of: contract.output, wrt: [contract.input], seed: 'seed', keep: [contract.output] }),
)
const toGrid = await runtime.load(
  differentiate(graph, { of: contract.output, wrt: [contract.grid], seed: 'seed', keep: [contract.grid] }),
)

const frame = { input: float32(new Float32Array(3 * 240 * 320), [1, 3, 240, 320]) }
const crop = { input: float32(new Float32Array(64 * 64), [1, 1, 64, 64]) }
const comparison = await xfmr.compare(a, b)
const face = { [contract.input]: toInput(comparison.a.aligned, contract) }
const seeded = { ...face, seed: float32(comparison.b.embedding.vector, [1, contract.dimensions]) }

/** What a photo needs at least: the detector once, the landmarks of a first crop and of a second one and its mirror image, the recogniser. */
const networks = async () => {
  await detector.run(frame)
  for (let i = 0; i < 3; i++) await landmarks.run(crop)
  await recogniser.run(face)
}
const embedPhoto = async (photo: Photo) => {
  await xfmr.embed([alignFace(photo, await xfmr.findFace(photo))])
}

const times = await timeInTurns(
  {
    forward: () => recogniser.run(face),
    backward: () => toPixels.run(seeded),
    lastGrid: () => toGrid.run(seeded),
    networks,
    large: () => embedPhoto(a),
    small: () => embedPhoto(b),
    networksTwice: async () => {
      await networks()
      await networks()
    },
    compare: () => xfmr.compare(a, b),
    embed: () => xfmr.embed([comparison.a.aligned]),
    explain: () => xfmr.explain(comparison, { methods: ['layercam', 'gradcam'] }),
  },
  { rounds },
)

const { forward, embed } = times
console.log(`photos ${a.width}x${a.height} and ${b.width}x${b.height}, one thread, median of ${rounds}`)
console.log(
  `recogniser: file as it is ${forward.toFixed(2)} ms, rewritten by xfmr and with its input packed ${embed.toFixed(2)} ms`,
)
console.log(`networks of a photo, files as they are: ${times.networks.toFixed(2)} ms\n`)
console.log(
  ratioLine('compare, no explanation / bare networks of both', times.compare, times.networksTwice, 1.3),
)
for (const [name, photo] of [
  ['large', a],
  ['small', b],
] as const) {
  const label = `${photo.width}x${photo.height} photo to embedding / its bare networks`
  console.log(ratioLine(label, times[name], times.networks, 1.3))
}
console.log(ratioLine('forward + backward to the pixels / bare forward', times.backward, forward, 1.9))
console.log(ratioLine('gradient at the last grid / bare forward', times.lastGrid, forward, 1.15))
console.log(ratioLine('all explanations of a pair / bare forward', times.explain, forward, 6))
console.log(ratioLine('the same / one embedding by xfmr', times.explain, embed, 6))
