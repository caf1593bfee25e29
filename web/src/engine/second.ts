import { connect, EngineFailure } from './client.ts'
import type { OpenRequest } from './protocol.ts'
import type { SeenPhoto } from './seen.ts'

/** A worker like the one that starts it, which looks at one photo while that one looks at another. */
export type Second = {
  /**
   * Looks at a photo; `undefined` until the models are there, and where the worker was given up.
   * @throws whatever the worker could not do
   */
  see(file: Blob, name: string): Promise<SeenPhoto> | undefined
}

export const openSecond = (request: OpenRequest): Second => {
  const worker = new Worker(location.href, { type: 'module', name: 'xfmr second' })
  // What fails there is answered here; the page would take it for the end of this worker.
  worker.addEventListener('error', event => event.preventDefault())
  const { call, close } = connect(worker)
  let ready = false
  const giveUp = (): void => {
    ready = false
    close()
  }
  call('open', request).then(() => {
    ready = true
  }, giveUp)
  const see = async (file: Blob, name: string): Promise<SeenPhoto> => {
    try {
      return await call('see', { file, name })
    } catch (error) {
      if (!(error instanceof EngineFailure && OF_PHOTOS.has(error.code))) giveUp()
      throw error
    }
  }
  return { see: (file, name) => (ready ? see(file, name) : undefined) }
}

// --- internal ---

/** What is wrong with a photo. After anything else, such as a lack of memory, the worker is given up. */
const OF_PHOTOS: ReadonlySet<string> = new Set(['E_DECODE', 'E_TOO_LARGE', 'E_TOO_SMALL'])
