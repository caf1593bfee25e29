import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { DEFAULT_LIMITS } from '../src/server/limits.ts'
import { serve } from '../src/server/serve.ts'

// A process of `bench/server.ts`: the server, or the bare pipeline in as many threads.
const [mode, kind, workers, ...photos] = process.argv.slice(2)
const count = Number(workers)
if (mode === 'serve') {
  const { url } = await serve({
    host: '127.0.0.1',
    port: 0,
    workers: count,
    limits: DEFAULT_LIMITS,
    settings: { open: {}, calibrations: [], maxPixels: DEFAULT_LIMITS.pixels },
    keysFile: undefined,
    origins: [],
    log: pino({ base: null }, { write: () => {} }),
    pages: [],
  })
  process.send!({ url })
} else {
  const script = new URL('./bare-worker.js', import.meta.url)
  const threads = Array.from({ length: count }, () => new Worker(script, { workerData: { kind, photos } }))
  await Promise.all(threads.map(thread => once(thread, 'message')))
  process.on('message', async (milliseconds: number) => {
    const counts = threads.map(async thread => {
      thread.postMessage(milliseconds)
      return ((await once(thread, 'message')) as [number])[0]
    })
    process.send!((await Promise.all(counts)).reduce((sum, done) => sum + done, 0))
  })
  process.send!({})
}
