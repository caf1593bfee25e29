import { Worker } from 'node:worker_threads'
import { errorToJson, XfmrError } from '../../../errors.ts'
import { readPhoto } from '../../../image/node.ts'
import type { OpenOptions } from '../../../node.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { jpegRoundTrip } from '../../photo/node.ts'
import type { TrainingPhoto } from '../training-photo.ts'
import { type ViewOptions, viewsOf } from '../views.ts'
import type { PhotoResult } from './face-set.ts'

/** How every thread opens its models, and the views that it makes. */
export type ViewSettings = { readonly open: Omit<OpenOptions, 'store'>; readonly views: ViewOptions }

/** Makes views in several threads: ONNX Runtime's native build runs a session in the thread that asks. */
export type ViewPool = {
  /** At most as many at a time as there are threads. */
  run(photo: TrainingPhoto): Promise<PhotoResult>
  close(): Promise<void>
}

/** @param jobs With 1 everything runs in this thread, on `xfmr`; otherwise every thread loads its own models. */
export const viewPool = (jobs: number, settings: ViewSettings, xfmr: Xfmr): ViewPool => {
  if (jobs === 1 || !BUNDLED) {
    return { run: photo => viewsOfFile(xfmr, photo, settings.views), close: async () => {} }
  }
  const all = Array.from({ length: jobs }, () => new Worker(WORKER, { workerData: settings }))
  const idle = [...all]
  return {
    run: async photo => {
      const worker = idle.pop()
      if (!worker) throw new XfmrError('E_INTERNAL', 'More photos than threads.')
      const result = await ask(worker, photo)
      idle.push(worker)
      return result
    },
    close: async () => void (await Promise.all(all.map(worker => worker.terminate()))),
  }
}

/** The views of one file; a photo without a face becomes a result with its code. */
export const viewsOfFile = async (
  xfmr: Pick<Xfmr, 'findFace' | 'findUnderMask' | 'align' | 'embed'>,
  { path, name, identity }: TrainingPhoto,
  options: ViewOptions,
): Promise<PhotoResult> => {
  try {
    const views = await viewsOf(xfmr, await readPhoto(path), name, options, jpegRoundTrip)
    return { name, identity, views }
  } catch (error) {
    return { name, identity, code: errorToJson(error).code }
  }
}

// --- internal ---

/** The bundled package keeps the worker beside this file's chunk. */
const WORKER = new URL('./view-worker.js', import.meta.url)

/** Run from source (tests), a thread could not read TypeScript. */
const BUNDLED = import.meta.url.endsWith('.js')

const ask = (worker: Worker, photo: TrainingPhoto): Promise<PhotoResult> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      worker.off('message', onMessage).off('error', onError)
      then()
    }
    const onMessage = (result: PhotoResult): void => settle(() => resolve(result))
    const onError = (cause: Error): void =>
      settle(() => reject(new XfmrError('E_INTERNAL', `A training thread died: ${cause.message}`, { cause })))
    worker.on('message', onMessage).on('error', onError)
    worker.postMessage(photo)
  })
