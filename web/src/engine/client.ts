import type { CallName, Calls, Failure, Progress, Reply, Request } from './protocol.ts'

/** What the worker could not do. The code is one of xfmr, or one of `text.failures`. */
export class EngineFailure extends Error {
  readonly code: string
  constructor({ code, message }: Failure) {
    super(message)
    this.code = code
  }
}

export type Call = <Name extends CallName>(
  name: Name,
  takes: Calls[Name]['takes'],
  transfer?: Transferable[],
) => Promise<Calls[Name]['gives']>

export type Client = { readonly call: Call; close(): void }

/** Calls a worker that was started. @param onProgress told while models are loaded */
export const connect = (worker: Worker, onProgress: (progress: Progress) => void = () => {}): Client => {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  let last = 0
  worker.onmessage = ({ data }: MessageEvent<Reply>) => {
    if ('progress' in data) return onProgress(data.progress)
    const call = waiting.get(data.id)
    waiting.delete(data.id)
    if ('failure' in data) call?.reject(new EngineFailure(data.failure))
    else call?.resolve(data.gives as never)
  }
  const failAll = (message: string): void => {
    const failure = new EngineFailure({ code: 'WORKER', message })
    for (const { reject } of waiting.values()) reject(failure)
    waiting.clear()
  }
  // A worker that does not even start answers nothing.
  worker.onerror = event => failAll(event.message ?? '')
  return {
    call: (name, takes, transfer = []) =>
      new Promise((resolve, reject) => {
        const id = ++last
        waiting.set(id, { resolve, reject })
        worker.postMessage({ id, name, takes } satisfies Request, transfer)
      }),
    close: () => {
      worker.terminate()
      failAll('The worker was ended.')
    },
  }
}
