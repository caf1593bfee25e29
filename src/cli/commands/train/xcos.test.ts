import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePeople } from '../../../../test/people.ts'
import { run } from '../../../../test/terminal.ts'
import { readModel } from '../../../onnx/proto.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-train-xcos-'))
})
afterAll(() => rm(folder, { recursive: true }))

const train = (data: string, ...more: string[]) => {
  const places = ['--out', join(folder, 'out'), '--run', join(folder, 'run'), '--work', join(folder, 'work')]
  return run('train', 'xcos', data, ...places, ...more)
}

describe('xfmr train xcos', () => {
  it.each([
    ['--features', '0'],
    ['--epochs', 'some'],
    ['--identity-weight', '2'],
    ['--views', '0'],
  ])('refuses %s %s', async (option, value) => {
    expect(await train(folder, option, value)).toMatchObject({
      code: 2,
      err: expect.stringContaining(option),
    })
  })

  it('trains and writes an explainable cosine with its card', async () => {
    const data = await samplePeople(join(folder, 'people'), 20)
    const { code, out, err } = await train(
      data,
      ...['--views', '1', '--epochs', '1', '--features', '4', '--json'],
    )
    expect(code, err).toBe(0)
    const { steps, identities, after, pipeline } = JSON.parse(out)
    expect(steps).toBe(100)
    expect(identities.training + identities.validation).toBe(20)
    expect(after['masked-masked'].eer).toBeGreaterThanOrEqual(0)
    const card = await readFile(join(folder, 'out', 'xcos.md'), 'utf8')
    expect(card).toContain('1x1 convolution to 4 features')
    expect(card).toContain(pipeline.split('/').at(-1))
    const { name, inputs } = readModel(await readFile(join(folder, 'out', 'xcos.onnx')))
    expect(name).toBe('xcos/trained for mobilefacenet:87aacdfe')
    expect(inputs.map(input => input.shape)).toEqual([
      ['N', 512, 7, 7],
      ['N', 512, 7, 7],
    ])
  }, 300_000)
})
