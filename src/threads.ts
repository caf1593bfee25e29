import { Worker } from 'node:worker_threads'
import { XfmrError } from './errors.ts'

/** Tasks for threads of one kind. */
export type ThreadPool<Task, Result> = {
  /** At most as many at a time as there are threads. */
  run(task: Task): Promise<Result>
  close(): Promise<void>
}

/**
 * Starts threads that answer every task that they are sent with one result.
 * @param script What every thread runs, beside the bundled package's chunks
 * @param workerData The same for all threads
 * @param kind Names the threads in errors, as in "masking"
 */
export const threadPool = <Task, Result>(
  script: URL,
  { jobs, workerData, kind }: { jobs: number; workerData: unknown; kind: string },
): ThreadPool<Task, Result> => {
  const all = Array.from({ length: jobs }, () => new Worker(script, { workerData }))
  const idle = [...all]
  return {
    run: async task => {
      const worker = idle.pop()
      if (!worker) throw new XfmrError('E_INTERNAL', 'More tasks than threads.')
      const result = await ask<Task, Result>(worker, task, kind)
      idle.push(worker)
      return result
    },
    close: async () => void (await Promise.all(all.map(worker => worker.terminate()))),
  }
}

// --- internal ---

const ask = <Task, Result>(worker: Worker, task: Task, kind: string): Promise<Result> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError)
      then()
    }
    const onMessage = (result: Result): void => settle(() => resolve(result))
    const onError = (cause: Error): void =>
      settle(() => reject(new XfmrError('E_INTERNAL', `A ${kind} thread died: ${cause.message}`, { cause })))
    worker.on('message', onMessage).on('error', onError)
    worker.postMessage(task)
  })
