import { type ThreadPool, threadPool } from '../../threads.ts'
import {
  type FaceSources,
  type ManifestRow,
  type MaskSettings,
  type MaskTask,
  maskFile,
} from './mask-file.ts'

/** Masks photos in several threads. Every photo's result is the same whichever thread draws it. */
export type MaskPool = ThreadPool<MaskTask, ManifestRow>

/** @param jobs With 1 everything runs in this thread, through `sources`; otherwise every thread loads its own models. */
export const maskPool = (jobs: number, settings: MaskSettings, sources: FaceSources): MaskPool =>
  jobs === 1 || !BUNDLED
    ? { run: task => maskFile(task, settings, sources), close: async () => {} }
    : threadPool(WORKER, { jobs, workerData: settings, kind: 'masking' })

// --- internal ---

/** The bundled package keeps the worker beside this file's chunk. */
const WORKER = new URL('./mask-worker.js', import.meta.url)

/** Run from source (tests), a thread could not read TypeScript. */
const BUNDLED = import.meta.url.endsWith('.js')
