import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockFolder } from './lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const lockOf = (owner: object): Promise<void> => writeFile(join(folder, 'lock'), JSON.stringify(owner))

it('keeps others out until it is released', async () => {
  const lock = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toMatchObject({
    code: 'E_GALLERY_BUSY',
    details: { pid: process.pid },
  })
  await lock.release()
  await (await lockFolder(folder)).release()
  expect(await readdir(folder)).toEqual([])
})

it('takes over from a process that is gone, or whose number another process has now', async () => {
  const { pid } = process
  // No process has the highest number; this one began at another time.
  for (const owner of [
    { pid: 4_194_304, started: null, host: hostname() },
    ...(process.platform === 'linux' ? [{ pid, started: '1', host: hostname() }] : []),
  ]) {
    await lockOf(owner)
    const lock = await lockFolder(folder)
    expect(JSON.parse(await readFile(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid })
    await lock.release()
  }
})

it('takes over a lock that was never written to the end, but none of another machine', async () => {
  await writeFile(join(folder, 'lock'), '{"pi')
  await (await lockFolder(folder)).release()
  await lockOf({ pid: 4_194_304, started: null, host: 'elsewhere' })
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: 'E_GALLERY_BUSY' })
})

it('goes to one of many that want it at once', async () => {
  await lockOf({ pid: 4_194_304, started: null, host: hostname() })
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
