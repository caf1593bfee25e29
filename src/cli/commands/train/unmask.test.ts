import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePhotoPath } from '../../../../test/models.ts'
import { samplePeople } from '../../../../test/people.ts'
import { run } from '../../../../test/terminal.ts'
import { readPhoto } from '../../../image/node.ts'
import { openXfmr } from '../../../node.ts'
import { readModel } from '../../../onnx/proto.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-train-'))
})
afterAll(() => rm(folder, { recursive: true }))

const train = (data: string, ...more: string[]) => {
  const places = ['--out', join(folder, 'out'), '--run', join(folder, 'run'), '--work', join(folder, 'work')]
  return run('train', 'unmask', data, ...places, ...more)
}

describe('xfmr train unmask', () => {
  it('refuses an empty folder and the photos of one person', async () => {
    await mkdir(join(folder, 'empty'))
    expect(await train(join(folder, 'empty'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('no photo'),
    })
    const alone = await train(await samplePeople(join(folder, 'alone'), 1))
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining('at least 10 people') })
    expect(await readdir(folder)).not.toContain('out')
  })

  it.each([
    ['--method', 'magic', 'eum-srt'],
    ['--epochs', '0', '--epochs'],
    ['--views', 'many', '--views'],
    ['--max-photos', '-1', '--max-photos'],
  ])('refuses %s %s', async (option, value, said) => {
    const { code, err } = await train(folder, option, value)
    expect(code).toBe(2)
    expect(err).toContain(said)
  })

  it('trains, writes a correction with its card, and the correction works', async () => {
    const data = await samplePeople(join(folder, 'people'), 20)
    const { code, out, err } = await train(
      data,
      '--method',
      'head',
      '--views',
      '4',
      '--epochs',
      '2',
      '--json',
    )
    expect(code, err).toBe(0)
    const { rows, identities, steps, after } = JSON.parse(out)
    expect(identities.training + identities.validation).toBe(20)
    expect(rows.masked).toBeGreaterThan(109)
    expect(steps).toBe(2)
    expect(after.masked.eer).toBeGreaterThanOrEqual(0)
    const card = await readFile(join(folder, 'out', 'unmask.md'), 'utf8')
    expect(card).toContain('mobilefacenet:87aacdfe')
    expect(card).toContain('head')
    const path = join(folder, 'out', 'unmask.onnx')
    expect(readModel(await readFile(path)).name).toBe('unmask/head for mobilefacenet:87aacdfe')
    const xfmr = await openXfmr({ unmaskModel: path, unmask: 'always' })
    const photo = await readPhoto(samplePhotoPath('cage.jpg'))
    const { unmasked, embedding } = await xfmr.examine(photo, await xfmr.findFace(photo))
    expect(unmasked).toBe(true)
    expect(embedding.vector).toHaveLength(512)
    await xfmr.release()
    const again = await train(data, '--method', 'head', '--views', '4', '--epochs', '2')
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('already holds a run') })
    const other = await train(data, '--method', 'eum-srt', '--views', '4', '--epochs', '2', '--resume')
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('E_USAGE') })
    const faces = await train(data, '--method', 'eum-srt', '--views', '3')
    expect(faces).toMatchObject({ code: 2, err: expect.stringContaining('other settings') })
    const layer = await train(data, '--method', 'deep', '--from', 'nowhere', '--views', '4', '--epochs', '2')
    expect(layer).toMatchObject({ code: 2, err: expect.stringContaining('can begin at') })
  }, 300_000)
})
