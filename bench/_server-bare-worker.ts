import { readFile } from 'node:fs/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { DEFAULT_LIMITS } from '../src/server/limits.ts'
import { openTasks } from '../src/server/open-tasks.ts'

// One thread of the bare pipeline: from the bytes of photos to the JSON of the result, again and again, and nothing else.
const { kind, photos } = workerData as { kind: 'embed' | 'compare'; photos: string[] }
const { run } = await openTasks({ open: {}, calibrations: [], maxPixels: DEFAULT_LIMITS.pixels })
const files = await Promise.all(
  photos.map(async path => ({ bytes: new Uint8Array(await readFile(path)), name: 'photo' })),
)
const work = async (): Promise<void> => {
  if (kind === 'embed') await run({ kind: 'embed', photo: files[0]!, face: undefined })
  else await run({ kind: 'compare', a: files[0]!, b: files[1]! })
}
for (let i = 0; i < 5; i++) await work()
parentPort!.on('message', async (milliseconds: number) => {
  const until = performance.now() + milliseconds
  let done = 0
  for (; performance.now() < until; done++) await work()
  parentPort!.postMessage(done)
})
parentPort!.postMessage('ready')
