/**
 * What an evaluation costs beside its networks: photos of LFW from file to embedding (read, hash, decode, find, align,
 * embed, append to the cache) against the time inside `session.run`, one photo at a time on one thread; then the same
 * photos from the cache. Run on a quiet machine: `npx tsx bench/evaluate.ts [photos]`.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPairDataset } from '../src/evaluation/node/dataset.ts'
import { openEmbeddingCache } from '../src/evaluation/node/embedding-cache.ts'
import { photoEmbedder } from '../src/evaluation/node/photo-embedder.ts'
import { entryOf } from '../src/models/catalogue.ts'
import { modelStore } from '../src/models/node.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import { writeModel } from '../src/onnx/proto.ts'
import type { Runtime } from '../src/onnx/runtime.ts'
import { createXfmr } from '../src/xfmr.ts'
import { ratioLine } from './_measure.ts'

const LIMIT = 1.2
const data = join(process.env.XFMR_DATA ?? '../shared/data', 'lfw')
if (!existsSync(data)) {
  console.log(`skipped: there is no ${data}; set XFMR_DATA`)
  process.exit(0)
}

let inside = 0
const timed = (runtime: Runtime): Runtime => ({
  ...runtime,
  load: async model => {
    const session = await runtime.load(model)
    return {
      ...session,
      run: async (...args) => {
        const start = performance.now()
        const result = await session.run(...args)
        inside += performance.now() - start
        return result
      },
    }
  },
})

const store = modelStore()
const pinned = async (name: string) => ({
  name,
  sha256: entryOf(name).files[0]!.sha256,
  bytes: await store.bytes(name),
})
const models = {
  detector: await pinned('detector'),
  landmarks: await pinned('landmarks'),
  recogniser: await store.recogniser(),
}
const native = nodeRuntime({ threads: 1 })
/** Loads every graph as the bytes of a file, which ONNX Runtime then runs as they are. */
const asFiles: Runtime = {
  ...native,
  load: model => native.load(model instanceof Uint8Array ? model : writeModel(model)),
}
const xfmr = await createXfmr({ runtime: timed(native), ...models })
const plain = await createXfmr({ runtime: timed(asFiles), ...models })
const { list, root } = await openPairDataset(data)
const photos = [...new Set(list.pairs.flatMap(({ a, b }) => [a.photo, b.photo]))].slice(
  0,
  Number(process.argv[2] ?? 300),
)
const folder = await mkdtemp(join(tmpdir(), 'xfmr-bench-'))
const timeOf = async (): Promise<number> => {
  const cache = await openEmbeddingCache(folder, xfmr.pipeline, 'central')
  const start = performance.now()
  await photoEmbedder({ root, xfmr, face: 'central', cache })(photos)
  const time = performance.now() - start
  await cache.close()
  return time
}
await photoEmbedder({ root, xfmr, face: 'central' })(photos.slice(0, 20))
inside = 0
const whole = await timeOf()
const rewritten = inside / photos.length
const cached = await timeOf()
await rm(folder, { recursive: true })
await photoEmbedder({ root, xfmr: plain, face: 'central' })(photos.slice(0, 20))
inside = 0
await photoEmbedder({ root, xfmr: plain, face: 'central' })(photos)
const bare = inside / photos.length
const each = whole / photos.length
console.log(
  `${photos.length} photos, from file to cached embedding; networks as in their files ${bare.toFixed(2)} ms a photo,`,
)
console.log(`rewritten by xfmr ${rewritten.toFixed(2)} ms`)
console.log(ratioLine('whole / networks as in their files', each, bare, LIMIT))
console.log(ratioLine('whole / networks as xfmr runs them', each, rewritten, LIMIT))
console.log(`from the cache ${(cached / photos.length).toFixed(2)} ms a photo`)
