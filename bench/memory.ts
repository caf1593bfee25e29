/**
 * Resident memory over many embeddings from raw photos: has to be flat after the first 500.
 * `npm run bench:memory [-- 10000]`
 */
import { alignFace, modelStore, openXfmr, readPhoto } from '../src/node.ts'
import { memorySlope } from './_measure.ts'

const total = Number(process.argv[2] ?? 10_000)
const store = modelStore()
await store.ensure('samples')
const photo = await readPhoto(store.path('samples', 'cage.jpg'))
const xfmr = await openXfmr({ store, threads: 1 })
const megabytes = () => process.memoryUsage().rss / 2 ** 20
const samples: { done: number; rss: number }[] = []
const start = performance.now()
for (let done = 1; done <= total; done++) {
  const [face] = await xfmr.findFaces(photo)
  await xfmr.embed([alignFace(photo, face!)])
  if (done % 500 === 0) {
    samples.push({ done, rss: megabytes() })
    console.log(`${String(done).padStart(6)} embeddings  ${megabytes().toFixed(1)} MiB resident`)
  }
}
const slope = memorySlope(samples.slice(1))
console.log(
  `slope ${(slope * 10_000).toFixed(2)} MiB per 10,000 embeddings; ${((performance.now() - start) / total).toFixed(1)} ms each`,
)
