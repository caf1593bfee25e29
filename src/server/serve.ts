import type { Logger } from 'pino'
import { XfmrError } from '../errors.ts'
import type { Gallery } from '../gallery/gallery.ts'
import { createApp } from './app.ts'
import { type Access, isLoopback } from './guard.ts'
import { watchedKeys } from './keys.ts'
import { createBudget, type Limits } from './limits.ts'
import { type Listener, listen } from './listen.ts'
import { createMetrics } from './metrics.ts'
import type { OpenTasksSettings, PipelineFacts } from './open-tasks.ts'
import type { Page } from './parts.ts'
import { type Lane, workQueue } from './queue.ts'
import { memoryOf, type Results, type Task, type TaskKind } from './task.ts'
import { threadLane } from './thread-lane.ts'

export type ServeOptions = {
  host: string
  port: number
  /** Workers; each is a thread with models of its own. */
  workers: number
  limits: Limits
  settings: OpenTasksSettings
  /** File of the API keys; `undefined` lets everybody in, which only a loopback address may. */
  keysFile: string | undefined
  /** Other web pages that may call the server. */
  origins: readonly string[]
  log: Logger
  gallery?: Gallery
  pages: readonly Page[]
}

export type RunningServer = Pick<Listener, 'url'> & {
  readonly about: PipelineFacts
  /** Ends what is under way, for at most so many milliseconds, and then everything else. */
  close(grace: number): Promise<void>
}

/**
 * Starts workers, and then listens.
 * @throws XfmrError `E_USAGE` for an address that can't be listened on, or that others can reach without keys; and as opening the models does
 */
export const serve = async (options: ServeOptions): Promise<RunningServer> => {
  const { host, port, workers, limits, settings, keysFile, origins, log, gallery, pages } = options
  if (keysFile === undefined && !isLoopback(host))
    throw new XfmrError(
      'E_USAGE',
      `Others can reach ${host}, so callers need API keys. Make one with "xfmr keys add NAME", or listen on 127.0.0.1.`,
    )
  const access: Access = {
    keys:
      keysFile === undefined
        ? undefined
        : await watchedKeys(keysFile, error => log.error({ error: String(error) }, 'keys can not be read')),
    origins,
  }
  const metrics = createMetrics(() => ({
    waiting: queue.waiting,
    running: queue.running,
    bodies: budget.used,
  }))
  const lanes = Array.from({ length: workers }, () =>
    threadLane<Task, Results[TaskKind], PipelineFacts>(WORKER, {
      workerData: settings,
      timeout: limits.workTimeout,
      memoryOf,
      onLost: reason => {
        metrics.lostWorker()
        log.error({ reason }, 'worker replaced')
      },
    }),
  )
  const queue = workQueue(lanes satisfies Lane<Task, Results[TaskKind]>[], {
    capacity: limits.queue,
    onFinished: ({ task, waited, took, failed }) =>
      metrics.task(task.kind, { waited: waited / 1000, took: took / 1000 }, failed),
  })
  const budget = createBudget(limits.memory)
  let ready = false
  try {
    const [about] = await Promise.all(lanes.map(lane => lane.ready))
    const parts = { queue, about: about!, access, limits, budget, metrics, log, pages, isReady: () => ready }
    const app = createApp({ ...parts, ...(gallery ? { gallery } : {}) })
    const listener = await listen(app.fetch, { host, port, limits })
    ready = true
    log.info(
      { url: listener.url, pipeline: about!.pipeline, workers, keys: keysFile !== undefined },
      'listening',
    )
    return {
      url: listener.url,
      about: about!,
      close: async grace => {
        ready = false
        await listener.close(grace)
        await queue.close()
      },
    }
  } catch (error) {
    await queue.close()
    throw error
  }
}

// --- internal ---

/** The bundled package keeps the worker beside this file's chunk. */
const WORKER = new URL('./server-worker.js', import.meta.url)
