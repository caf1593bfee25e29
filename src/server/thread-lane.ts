import { Worker } from 'node:worker_threads'
import { errorToJson, XfmrError } from '../errors.ts'
import type { Lane } from './queue.ts'

/** A worker in a thread of its own, which is started anew when it dies or hangs. */
export type ThreadLane<T, R, Hello> = Lane<T, R> & {
  /** What the thread said when it was ready. @throws XfmrError why it could not start */
  readonly ready: Promise<Hello>
}

export type ThreadLaneOptions<T> = {
  workerData: unknown
  /** Milliseconds that one task may take. */
  timeout: number
  /** Memory of a task that moves to the thread. */
  memoryOf(task: T): ArrayBuffer[]
  /** Told when a thread had to be replaced. */
  onLost?(reason: string): void
}

/**
 * Starts a thread. It says `{hello}` or `{error}` once, and answers every task with `{result}` or `{error}`, see `serveTasks`.
 * `run` throws the task's own XfmrError; `E_TIMEOUT` when it took too long; `E_INTERNAL` when the thread died of it.
 */
export const threadLane = <T, R, Hello>(
  script: URL,
  { workerData, timeout, memoryOf, onLost = () => {} }: ThreadLaneOptions<T>,
): ThreadLane<T, R, Hello> => {
  const start = (): Thread<Hello> => {
    const worker = new Worker(script, { workerData })
    let started = false
    const hello = answerOf<{ hello: Hello }>(worker).then(message => {
      started = true
      return message.hello
    })
    // Between two tasks nobody else listens: an error without a listener would end the process, and a dead thread would
    // never answer. One that could not even start is tried again when it is needed.
    worker.on('error', () => {})
    worker.on('exit', () => {
      if (worker === current.worker && started && !busy && !closed) replace('it ended between two requests')
    })
    // Whoever waits for it is told; nobody may be waiting.
    hello.catch(() => {})
    return { worker, hello }
  }
  let busy = false
  let closed = false
  let current = start()
  const ready = current.hello
  const replace = (reason: string): void => {
    onLost(reason)
    void current.worker.terminate()
    current = start()
  }

  const runOn = async ({ worker, hello }: Thread<Hello>, task: T): Promise<R> => {
    await hello.catch(error => {
      replace('it could not start')
      throw error
    })
    busy = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new XfmrError('E_TIMEOUT', `The work took longer than ${timeout / 1000} s.`)),
        timeout,
      )
    })
    const answer = answerOf<{ result: R }>(worker)
    try {
      worker.postMessage(task, memoryOf(task))
      return (await Promise.race([answer, late])).result
    } catch (error) {
      answer.catch(() => {})
      if (error instanceof ThreadDied) {
        replace(error.message)
        throw new XfmrError('E_INTERNAL', 'A worker died of this request.', { cause: error })
      }
      if (error instanceof XfmrError && error.code === 'E_TIMEOUT') replace(error.message)
      throw error
    } finally {
      clearTimeout(timer)
      busy = false
    }
  }

  return {
    ready,
    run: task => runOn(current, task),
    close: async () => {
      closed = true
      await current.worker.terminate()
    },
  }
}

/** An error as it crosses from a thread. */
export const packError = (error: unknown): PackedError => ({
  ...errorToJson(error),
  ...(error instanceof Error && error.stack ? { stack: error.stack } : {}),
})

// --- internal ---

type Thread<Hello> = { readonly worker: Worker; readonly hello: Promise<Hello> }

type PackedError = ReturnType<typeof errorToJson> & { readonly stack?: string }

class ThreadDied extends Error {}

/** The next message of a thread; rejects when it is an error, or when the thread ends before. */
const answerOf = <M extends object>(worker: Worker): Promise<M> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      then()
    }
    const onMessage = (message: M | { error: PackedError }): void =>
      settle(() => (isFailure(message) ? reject(unpack(message.error)) : resolve(message)))
    const onError = (error: Error): void =>
      settle(() => reject(new ThreadDied(error.message, { cause: error })))
    const onExit = (code: number): void =>
      settle(() => reject(new ThreadDied(`A worker thread ended with code ${code}.`)))
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
  })

const isFailure = (message: object): message is { error: PackedError } => 'error' in message

const unpack = ({ code, message, details, stack }: PackedError): XfmrError => {
  const error = new XfmrError(code, message, details ? { details } : {})
  if (stack) error.stack = stack
  return error
}
