import { Worker } from 'node:worker_threads'
import { XfmrError } from '../../errors.ts'
import type { FaceSources } from './mask-file.ts'
import { type ManifestRow, type MaskSettings, type MaskTask, maskFile } from './mask-file.ts'

/** Masks photos in several threads. Every photo's result is the same whichever thread draws it. */
export type MaskPool = {
  /** At most as many at a time as there are threads. */
  run(task: MaskTask): Promise<ManifestRow>
  close(): Promise<void>
}

/** @param jobs With 1 everything runs in this thread, through `sources`; otherwise every thread loads its own models. */
export const maskPool = (jobs: number, settings: MaskSettings, sources: FaceSources): MaskPool => {
  if (jobs === 1 || !BUNDLED) return { run: task => maskFile(task, settings, sources), close: async () => {} }
  const idle = Array.from({ length: jobs }, () => new Worker(WORKER, { workerData: settings }))
  const all = [...idle]
  return {
    run: async task => {
      const worker = idle.pop()
      if (!worker) throw new XfmrError('E_INTERNAL', 'More tasks than threads.')
      const row = await ask(worker, task)
      idle.push(worker)
      return row
    },
    close: async () => void (await Promise.all(all.map(worker => worker.terminate()))),
  }
}

// --- internal ---

/** The bundled package keeps the worker beside this file's chunk. */
const WORKER = new URL('./mask-worker.js', import.meta.url)

/** Run from source (tests), a thread could not read TypeScript. */
const BUNDLED = import.meta.url.endsWith('.js')

const ask = (worker: Worker, task: MaskTask): Promise<ManifestRow> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError)
      then()
    }
    const onMessage = (row: ManifestRow): void => settle(() => resolve(row))
    const onError = (cause: Error): void =>
      settle(() => reject(new XfmrError('E_INTERNAL', `A masking thread died: ${cause.message}`, { cause })))
    worker.on('message', onMessage).on('error', onError)
    worker.postMessage(task)
  })
