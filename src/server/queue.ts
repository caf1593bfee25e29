import { XfmrError } from '../errors.ts'

/** One worker: takes one task at a time. */
export type Lane<T, R> = {
  run(task: T): Promise<R>
  close(): Promise<void>
}

/** What became of a task, for metrics. Milliseconds. */
export type Finished<T> = {
  readonly task: T
  readonly waited: number
  readonly took: number
  readonly failed: boolean
}

/** A bounded queue in front of workers. First come, first served. */
export type WorkQueue<T, R> = {
  /**
   * Queues tasks, all or none of them. A task whose signal fires before its turn is left out.
   * @throws XfmrError `E_BUSY` when there is no room for all; `details.retryAfter` are seconds
   */
  submit(tasks: readonly T[], signal?: AbortSignal): Promise<R>[]
  /** @throws XfmrError `E_BUSY` as `submit` would */
  checkRoom(count: number): void
  readonly waiting: number
  readonly running: number
  /** Turns away what waits, and closes the workers once they are done. */
  close(): Promise<void>
}

/** @param capacity How many tasks may wait. @param onFinished Told about every task that a worker had. */
export const workQueue = <T, R>(
  lanes: readonly Lane<T, R>[],
  { capacity, onFinished = () => {} }: { capacity: number; onFinished?: (done: Finished<T>) => void },
): WorkQueue<T, R> => {
  const idle = [...lanes]
  const waiting = new Set<Entry<T, R>>()
  let usual = FIRST_GUESS
  let closed = false
  /** When the last of those who were turned away will have had a turn, if all come back when they are told to. */
  let promised = 0

  // Telling everybody to come when the present queue is done would bring them all at once, most of them to be turned away again.
  const retryAfter = (count: number): number => {
    const now = performance.now()
    const turn = usual / lanes.length
    const earliest = now + (waiting.size + lanes.length) * turn
    promised = Math.min(Math.max(promised, earliest) + count * turn, now + LONGEST_WAIT * 1000)
    return Math.max(1, Math.ceil((promised - now) / 1000))
  }
  const checkRoom = (count: number): void => {
    if (closed) throw new XfmrError('E_BUSY', 'The server is shutting down.', { details: { retryAfter: 5 } })
    if (waiting.size + count <= capacity + idle.length) return
    const seconds = retryAfter(count)
    throw new XfmrError('E_BUSY', `All workers are busy. Try again in ${seconds} s.`, {
      details: { retryAfter: seconds },
    })
  }
  const work = async (lane: Lane<T, R>, entry: Entry<T, R>): Promise<void> => {
    const start = performance.now()
    let failed = false
    try {
      entry.resolve(await lane.run(entry.task))
    } catch (error) {
      failed = true
      entry.reject(error)
    }
    const took = performance.now() - start
    usual += (took - usual) / 16
    idle.push(lane)
    onFinished({ task: entry.task, waited: start - entry.since, took, failed })
    next()
  }
  const next = (): void => {
    for (const entry of waiting) {
      const lane = idle.pop()
      if (!lane) return
      waiting.delete(entry)
      entry.forget()
      void work(lane, entry)
    }
  }
  const enqueue = (task: T, signal: AbortSignal | undefined): Promise<R> =>
    new Promise<R>((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(entry)
        reject(new XfmrError('E_BUSY', 'The client has gone.'))
      }
      const forget = (): void => signal?.removeEventListener('abort', leave)
      const entry: Entry<T, R> = { task, since: performance.now(), resolve, reject, forget }
      if (signal?.aborted) return leave()
      signal?.addEventListener('abort', leave, { once: true })
      waiting.add(entry)
    })

  return {
    submit: (tasks, signal) => {
      checkRoom(tasks.length)
      const promises = tasks.map(task => enqueue(task, signal))
      next()
      return promises
    },
    checkRoom,
    get waiting() {
      return waiting.size
    },
    get running() {
      return lanes.length - idle.length
    },
    close: async () => {
      closed = true
      for (const entry of waiting) {
        entry.forget()
        entry.reject(new XfmrError('E_BUSY', 'The server is shutting down.'))
      }
      waiting.clear()
      await Promise.all(lanes.map(lane => lane.close()))
    },
  }
}

// --- internal ---

/** Milliseconds of a task before any was done. */
const FIRST_GUESS = 200

/** Seconds. Nobody is told to stay away for longer. */
const LONGEST_WAIT = 30

type Entry<T, R> = {
  readonly task: T
  readonly since: number
  resolve(result: R): void
  reject(error: unknown): void
  /** No longer listens to the signal. */
  forget(): void
}
