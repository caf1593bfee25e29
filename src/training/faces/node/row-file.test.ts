import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rowFile } from './row-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-rows-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Five rows of three bytes, made two at a time. */
const opened = async (made: number[], rows = 5) => {
  const make = async (start: number) => {
    made.push(start)
    const count = Math.min(2, rows - start)
    return Uint8Array.from({ length: 3 * count }, (_, i) => 10 * (start + Math.floor(i / 3)) + (i % 3))
  }
  const seen: number[] = []
  const file = await rowFile(join(folder, 'rows'), { rows, bytes: 3, make, onRow: done => seen.push(done) })
  return { file, seen }
}

test('rows come back by number; a whole file is not made again', async () => {
  const made: number[] = []
  const { file, seen } = await opened(made)
  const row = new Uint8Array(3)
  for (const number of [4, 0, 2]) {
    file.read(number, row)
    expect([...row]).toEqual([10 * number, 10 * number + 1, 10 * number + 2])
  }
  file.close()
  expect(made).toEqual([0, 2, 4])
  expect(seen).toEqual([2, 4, 5])
  const again = await opened(made)
  expect(made).toHaveLength(3)
  again.file.close()
  expect(await readdir(folder)).toEqual(['rows'])
})

test('a file of another length is made anew, a failure leaves none under its name', async () => {
  await writeFile(join(folder, 'rows'), 'too short')
  const made: number[] = []
  const { file } = await opened(made)
  expect(made).toHaveLength(3)
  file.close()
  const broken = rowFile(join(folder, 'other'), {
    rows: 2,
    bytes: 1,
    make: async () => Promise.reject(new Error('stopped')),
  })
  await expect(broken).rejects.toThrow('stopped')
  expect(await readdir(folder)).not.toContain('other')
})
