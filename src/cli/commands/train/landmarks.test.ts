import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../../../test/models.ts'
import { run } from '../../../../test/terminal.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-train-'))
})
afterAll(() => rm(folder, { recursive: true }))

const train = async (data: string, ...more: string[]) => {
  const place = join(folder, 'nothing')
  const { code: exitCode, err } = await run(
    'train',
    'landmarks',
    data,
    '--out',
    place,
    '--run',
    place,
    ...more,
  )
  return { exitCode, err, written: (await readdir(folder)).includes('nothing') }
}

describe('xfmr train landmarks', () => {
  it('refuses an empty folder', async () => {
    const data = join(folder, 'empty')
    await mkdir(data)
    expect(await train(data)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('no photo'),
      written: false,
    })
  })

  it('refuses the photos of one person', async () => {
    const data = join(folder, 'alone')
    await mkdir(join(data, 'one'), { recursive: true })
    await copyFile(samplePhotoPath('cage.jpg'), join(data, 'one', 'cage.jpg'))
    expect(await train(data)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('at least 10 people'),
      written: false,
    })
  })

  it.each([
    ['--epochs', '0'],
    ['--batch', '1.5'],
    ['--rate', 'fast'],
    ['--views', '-1'],
  ])('refuses %s %s', async (option, value) => {
    const { exitCode, err } = await train(folder, option, value)
    expect(exitCode).toBe(2)
    expect(err).toContain(option)
  })
})
