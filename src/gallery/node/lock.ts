import { link, open, readFile, rename, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { XfmrError } from '../../errors.ts'

export type FolderLock = { release(): Promise<void> }

/**
 * Takes a folder for this process. The lock names its process, and one of a process that is gone is taken over at once: a
 * lock that has to be renewed would be lost while the database keeps the thread busy.
 * @throws XfmrError `E_GALLERY_BUSY` while another process has it
 */
export const lockFolder = async (folder: string): Promise<FolderLock> => {
  const path = join(folder, 'lock')
  for (let attempt = 0; ; attempt++) {
    const token = JSON.stringify({ pid: process.pid, started: await startOf(process.pid), host: hostname() })
    if (await create(path, token)) {
      return {
        release: async () => {
          const now = await readFile(path, 'utf8').catch(() => '')
          if (now === token) await rm(path, { force: true })
        },
      }
    }
    const text = await readFile(path, 'utf8').catch(() => '')
    const owner = ownerOf(text)
    const gone = owner ? owner.host === hostname() && !(await isAlive(owner)) : attempt > 4
    if (!gone && owner) throw busy(folder, owner)
    // Empty: its owner is just writing it, or was killed between making and filling it.
    if (!gone) await new Promise(resolve => setTimeout(resolve, 50))
    else await removeIfStill(path, text)
    if (attempt > 50) throw busy(folder)
  }
}

// --- internal ---

type Owner = { pid: number; started: string | null; host: string }

const create = async (path: string, token: string): Promise<boolean> => {
  try {
    const file = await open(path, 'wx')
    await file.writeFile(token)
    await file.close()
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new XfmrError('E_GALLERY', `Can't lock the gallery: ${(cause as Error).message}`, { cause })
  }
}

/** Moved away before it is looked at again: of two processes that find it stale, one would remove the other's new lock. */
const removeIfStill = async (path: string, text: string): Promise<void> => {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  if ((await readFile(aside, 'utf8').catch(() => text)) !== text) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

const ownerOf = (text: string): Owner | undefined => {
  try {
    const owner = JSON.parse(text) as Owner
    return Number.isInteger(owner.pid) && owner.pid > 0 ? owner : undefined
  } catch {
    return undefined
  }
}

/** A process of that number that began at another time is another one. */
const isAlive = async ({ pid, started }: Owner): Promise<boolean> => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  const now = await startOf(pid)
  return started === null || now === null || now === started
}

/** Start time of a process in clock ticks since the machine started; `null` where that can't be found out. */
const startOf = async (pid: number): Promise<string | null> => {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // The name in brackets may hold anything, spaces too.
  return line === null ? null : (line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? null)
}

const busy = (folder: string, owner?: Owner): XfmrError =>
  new XfmrError(
    'E_GALLERY_BUSY',
    `The gallery in ${folder} is in use by ${owner ? `process ${owner.pid} on ${owner.host}` : 'another process'}. ` +
      'Close that first, or keep the gallery on a Postgres server, which serves many: --db postgres://...',
    { details: owner ? { pid: owner.pid, host: owner.host } : {} },
  )
