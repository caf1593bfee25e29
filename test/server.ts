import { connect } from 'node:net'
import { pino } from 'pino'
import { openGallery } from '../src/gallery/node.ts'
import { createApp } from '../src/server/app.ts'
import type { KeyRing } from '../src/server/keys.ts'
import { createBudget, DEFAULT_LIMITS, type Limits } from '../src/server/limits.ts'
import { listen } from '../src/server/listen.ts'
import { createMetrics } from '../src/server/metrics.ts'
import { openTasks } from '../src/server/open-tasks.ts'
import type { Page } from '../src/server/parts.ts'
import { type Lane, workQueue } from '../src/server/queue.ts'
import type { Results, Task, TaskKind } from '../src/server/task.ts'

export type TestServer = {
  readonly url: string
  readonly port: number
  /** Lines of its log. */
  readonly log: Record<string, unknown>[]
  readonly pipeline: string
  close(): Promise<void>
}

/** The server in this process, with one worker in this thread and a gallery in a folder. Everything else is as `serve` puts it together. */
export const startServer = async ({
  folder,
  keys,
  limits: given = {},
  pages = [],
}: {
  /** For the gallery. */
  folder?: string
  keys?: KeyRing
  limits?: Partial<Limits>
  pages?: readonly Page[]
} = {}): Promise<TestServer> => {
  const limits = { ...DEFAULT_LIMITS, ...given }
  const tasks = await openTasks({ open: {}, calibrations: [], maxPixels: limits.pixels })
  const lane: Lane<Task, Results[TaskKind]> = { run: task => tasks.run(task), close: tasks.close }
  const queue = workQueue([lane], { capacity: limits.queue })
  const budget = createBudget(limits.memory)
  const log: Record<string, unknown>[] = []
  const gallery = folder === undefined ? undefined : await openGallery({ location: folder })
  const app = createApp({
    queue,
    about: tasks.about,
    access: { keys: keys && (async () => keys), origins: [] },
    limits,
    budget,
    metrics: createMetrics(() => ({ waiting: queue.waiting, running: queue.running, bodies: budget.used })),
    log: pino({ base: null }, { write: line => void log.push(JSON.parse(line)) }),
    ...(gallery ? { gallery } : {}),
    pages,
    isReady: () => true,
  })
  const { url, close } = await listen(app.fetch, { host: '127.0.0.1', port: 0, limits })
  return {
    url,
    port: Number(new URL(url).port),
    log,
    pipeline: tasks.about.pipeline,
    close: async () => {
      await close(0)
      await queue.close()
      await gallery?.close()
    },
  }
}

/**
 * Sends bytes as they are and reads until the server hangs up. `more` is asked for further bytes until it returns `undefined`, or the
 * server has had enough.
 */
export const sendRaw = (
  port: number,
  head: string | Uint8Array,
  more: () => Uint8Array | undefined = () => undefined,
): Promise<{ text: string; sent: number }> =>
  new Promise(resolve => {
    let text = ''
    let sent = 0
    let over = false
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head)
      pump()
    })
    const pump = (): void => {
      while (!over) {
        const bytes = more()
        if (!bytes) return
        sent += bytes.length
        if (!socket.write(bytes)) return void socket.once('drain', pump)
      }
    }
    socket.on('data', data => {
      text += data.toString('latin1')
    })
    // A server that has had enough resets the connection.
    socket.on('error', () => {})
    socket.on('close', () => {
      over = true
      resolve({ text, sent })
    })
  })

/** Status and error code of an answer. */
export const outcome = async (response: Response): Promise<[status: number, code: string | undefined]> => {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as { error?: { code: string } }
    return [response.status, body.error?.code]
  } catch {
    return [response.status, undefined]
  }
}
