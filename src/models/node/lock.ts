import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { XfmrError } from '../../errors.ts'

/** A lock whose owner has not renewed it for this long belongs to a dead process. Milliseconds. */
const STALE = 10_000
const POLL = 250
const GIVE_UP = 10 * 60_000

/**
 * Runs work while no other process changes the store. Locks of dead processes are taken over.
 * @param onWait Called once when another process holds the lock.
 * @throws XfmrError `E_WRITE` when the folder can't be written, `E_MODEL_FETCH` when the other process takes
 * more than ten minutes.
 */
export const withLock = async <T>(
  home: string,
  work: () => Promise<T>,
  onWait: () => void = () => {},
): Promise<T> => {
  try {
    await mkdir(home, { recursive: true })
  } catch (cause) {
    throw new XfmrError(
      'E_WRITE',
      `Can't create the model folder ${home}: ${(cause as Error).message}. ${ELSEWHERE}`,
      {
        cause,
      },
    )
  }
  const release = await acquire(home, onWait)
  try {
    return await work()
  } finally {
    await release().catch(() => {})
  }
}

/** What to do when the folder can't be written. */
export const ELSEWHERE = 'Set XFMR_HOME to a folder that you can write.'

// --- internal ---

const acquire = async (home: string, onWait: () => void): Promise<() => Promise<void>> => {
  const { default: lockfile } = await import('proper-lockfile')
  const deadline = Date.now() + GIVE_UP
  for (let waited = false; ; ) {
    try {
      return await lockfile.lock(home, {
        lockfilePath: join(home, 'lock'),
        realpath: false,
        stale: STALE,
        update: STALE / 4,
        // A computer that slept may lose its lock. What is placed afterwards is checked all the same.
        onCompromised: () => {},
      })
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      if (code !== 'ELOCKED') {
        throw new XfmrError('E_WRITE', `Can't lock the model folder ${home}: ${message}. ${ELSEWHERE}`, {
          cause,
        })
      }
      if (Date.now() > deadline) {
        const held = `Another xfmr process has been filling ${home} for ten minutes`
        throw new XfmrError('E_MODEL_FETCH', `${held}. If there is none, delete ${join(home, 'lock')}.`, {
          cause,
        })
      }
      if (!waited) onWait()
      waited = true
      await new Promise(resolve => setTimeout(resolve, POLL))
    }
  }
}
