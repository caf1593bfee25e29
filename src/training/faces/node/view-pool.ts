import { errorToJson } from '../../../errors.ts'
import { readPhoto } from '../../../image/node.ts'
import type { OpenOptions } from '../../../node.ts'
import { type ThreadPool, threadPool } from '../../../threads.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { jpegRoundTrip } from '../../photo/node.ts'
import type { TrainingPhoto } from '../training-photo.ts'
import { type ViewOptions, viewsOf } from '../views.ts'
import type { PhotoResult } from './face-set.ts'

/** How every thread opens its models, and the views that it makes. */
export type ViewSettings = { readonly open: Omit<OpenOptions, 'store'>; readonly views: ViewOptions }

/** Makes views in several threads: ONNX Runtime's native build runs a session in the thread that asks. */
export type ViewPool = ThreadPool<TrainingPhoto, PhotoResult>

/** @param jobs With 1 everything runs in this thread, on `xfmr`; otherwise every thread loads its own models. */
export const viewPool = (jobs: number, settings: ViewSettings, xfmr: Xfmr): ViewPool =>
  jobs === 1 || !BUNDLED
    ? { run: photo => viewsOfFile(xfmr, photo, settings.views), close: async () => {} }
    : threadPool(WORKER, { jobs, workerData: settings, kind: 'training' })

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
