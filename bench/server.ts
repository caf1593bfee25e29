/**
 * Load on the server: 200 clients against two workers, beside the bare pipeline (two threads that do the same work in a loop, without HTTP),
 * measured before and after in the same run. Prints throughput, processor time for each photo, latencies, refusals and memory. Clients come
 * back after the `Retry-After` of a 429; any other failure is an error.
 * `npm run bench:server -- [seconds] [compare|embed]`. Processor time is read from /proc: Linux only.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { samplePhotoPath } from '../test/models.ts'
import { bundlePrograms } from '../test/server-build.ts'
import { memorySlope } from './_measure.ts'

const seconds = Number(process.argv[2] ?? 60)
const kind = process.argv[3] === 'compare' ? 'compare' : 'embed'
const CLIENTS = 200
const WORKERS = 2
/** Smallest throughput relative to the bare pipeline. */
const LIMIT = 0.85

const folder = await mkdtemp(join(import.meta.dirname, '../test/output/bench-server-'))
await bundlePrograms(folder, {
  'bare-worker': 'bench/_server-bare-worker.ts',
  process: 'bench/_server-process.ts',
  'server-worker': 'src/server/worker.ts',
})
const photos = ['cage.jpg', 'cage2_crop.jpg'].map(samplePhotoPath)
const children: ChildProcess[] = []
try {
  const bare = await start('bare')
  const served = await start('serve')
  const before = await runBare(bare, seconds / 4)
  const load = await runLoad(served, seconds)
  const after = await runBare(bare, seconds / 4)
  report(
    { done: before.done + after.done, cpu: before.cpu + after.cpu, seconds: before.seconds + after.seconds },
    load,
  )
} finally {
  for (const child of children) child.kill()
  await rm(folder, { recursive: true })
}

type Started = { child: ChildProcess; hello: { url: string } }

async function start(mode: 'bare' | 'serve'): Promise<Started> {
  const child = fork(join(folder, 'process.js'), [mode, kind, String(WORKERS), ...photos])
  children.push(child)
  const [hello] = (await once(child, 'message')) as [{ url: string }]
  return { child, hello }
}

type Measured = { done: number; cpu: number; seconds: number }

async function runBare({ child }: Started, duration: number): Promise<Measured> {
  const cpu = await cpuOf(child.pid!)
  const start = performance.now()
  child.send(duration * 1000)
  const [done] = (await once(child, 'message')) as [number]
  return { done, cpu: (await cpuOf(child.pid!)) - cpu, seconds: (performance.now() - start) / 1000 }
}

type Load = Measured & {
  /** Seconds of processor time of the clients, which share the cores with the server. */
  clients: number
  refused: number
  failed: string[]
  latencies: number[]
  memory: { done: number; rss: number }[]
}

async function runLoad({ child, hello }: Started, duration: number): Promise<Load> {
  const { body, type } = await form()
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const load: Load = {
    done: 0,
    cpu: 0,
    seconds: 0,
    clients: 0,
    refused: 0,
    failed: [],
    latencies: [],
    memory: [],
  }
  // Caches fill and memory grows in the first seconds.
  await clients(performance.now() + Math.min(5, duration / 4) * 1000)
  Object.assign(load, { done: 0, refused: 0, failed: [], latencies: [] })
  const cpu = await cpuOf(child.pid!)
  const own = process.cpuUsage()
  const start = performance.now()
  const timer = setInterval(async () => {
    load.memory.push({ done: load.done, rss: await rssOf(child.pid!) })
  }, 500)
  await clients(start + duration * 1000)
  clearInterval(timer)
  load.seconds = (performance.now() - start) / 1000
  load.cpu = (await cpuOf(child.pid!)) - cpu
  const { user, system } = process.cpuUsage(own)
  load.clients = (user + system) / 1e6
  agent.destroy()
  return load

  async function clients(until: number): Promise<void> {
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (performance.now() < until) {
          const sent = performance.now()
          const { status, retryAfter } = await post(new URL(`/v1/${kind}`, hello.url), body, type, agent)
          if (status === 200) {
            load.done++
            load.latencies.push(performance.now() - sent)
          } else if (status === 429) {
            load.refused++
            await new Promise(resolve =>
              setTimeout(resolve, Math.min(retryAfter * 1000, until - performance.now())),
            )
          } else load.failed.push(String(status))
        }
      }),
    )
  }
}

async function form(): Promise<{ body: Buffer; type: string }> {
  const made = new FormData()
  const blobs = await Promise.all(photos.map(async path => new Blob([new Uint8Array(await readFile(path))])))
  if (kind === 'embed') made.append('photo', blobs[0]!, 'photo.jpg')
  else for (const [index, name] of ['a', 'b'].entries()) made.append(name, blobs[index]!, `${name}.jpg`)
  const response = new Response(made)
  return { body: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type')! }
}

function post(
  url: URL,
  body: Buffer,
  type: string,
  agent: Agent,
): Promise<{ status: number | string; retryAfter: number }> {
  return new Promise(resolve => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': type, 'content-length': body.length },
    })
    sent.on('response', answer => {
      answer.resume()
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, retryAfter: Number(answer.headers['retry-after'] ?? 1) }),
      )
    })
    sent.on('error', error =>
      resolve({ status: (error as NodeJS.ErrnoException).code ?? error.message, retryAfter: 1 }),
    )
    sent.end(body)
  })
}

/** Seconds of processor time that a process has used; fields 14 and 15 of /proc/PID/stat, in hundredths. */
async function cpuOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function rssOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * 4096
}

function report(bare: Measured, load: Load): void {
  const rate = ({ done, seconds }: Measured): number => done / seconds
  const cost = ({ done, cpu }: Measured): number => (cpu / done) * 1000
  const at = (share: number): number =>
    load.latencies.toSorted((a, b) => a - b)[Math.floor(load.latencies.length * share)] ?? Number.NaN
  const throughput = rate(load) / rate(bare)
  const work = cost(bare) / cost(load)
  const half = load.memory.slice(load.memory.length >> 1)
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const [first, last] = [load.memory[0]?.rss ?? 0, load.memory.at(-1)?.rss ?? 0]
  console.log(`${kind}, ${CLIENTS} clients for ${load.seconds.toFixed(1)} s, ${WORKERS} workers`)
  console.log(
    `bare pipeline   ${rate(bare).toFixed(2)} a second, ${cost(bare).toFixed(1)} ms of processor time each (${bare.done})`,
  )
  console.log(
    `server          ${rate(load).toFixed(2)} a second, ${cost(load).toFixed(1)} ms of processor time each (${load.done})`,
  )
  console.log(
    `throughput      ${throughput.toFixed(3)} x the bare pipeline   limit ${LIMIT} x  ${throughput >= LIMIT ? 'ok' : 'UNDER'}`,
  )
  console.log(
    `processor time  ${work.toFixed(3)} x as much done with it      limit ${LIMIT} x  ${work >= LIMIT ? 'ok' : 'UNDER'}`,
  )
  console.log(
    `clients         ${load.clients.toFixed(1)} s of processor time beside ${load.cpu.toFixed(1)} s of the server`,
  )
  console.log(`latency         p50 ${at(0.5).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms`)
  console.log(
    `refused         ${load.refused} with 429; failed ${load.failed.length} ${[...new Set(load.failed)].join(' ')}`,
  )
  console.log(
    `memory          ${megabytes(first)} to ${megabytes(last)} MB; second half ${(memorySlope(half) / 1e3).toFixed(2)} kB a request`,
  )
  if (load.failed.length > 0 || work < LIMIT) process.exitCode = 1
}
