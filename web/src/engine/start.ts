import { type Client, connect } from './client.ts'
import type { Progress } from './protocol.ts'

// Apart from the client, which the worker has too: a script that starts itself could not be bundled.

/** Starts the worker. @param onProgress told while models are loaded */
export const startEngine = (onProgress: (progress: Progress) => void): Client =>
  connect(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'xfmr' }), onProgress)
