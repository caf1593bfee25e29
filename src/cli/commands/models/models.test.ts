import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { node, smallRecogniser } from '../../../../test/graphs.ts'
import { modelBytes } from '../../../../test/models.ts'
import { CATALOGUE } from '../../../models/catalogue.ts'
import { modelStore } from '../../../models/node.ts'
import type { Graph } from '../../../onnx/graph.ts'
import { readModel, writeModel } from '../../../onnx/proto.ts'
import { float32, scalar } from '../../../onnx/tensor.ts'
import { main } from '../../main.ts'

let home: string

/** Runs a command line and returns what it printed. */
const xfmr = async (...words: string[]) => {
  let out = ''
  let err = ''
  const terminal = {
    out: (text: string) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    interactive: false,
  }
  const exitCode = await main(words, terminal)
  return { exitCode, out, err }
}
const json = async (...words: string[]) => JSON.parse((await xfmr(...words, '--json')).out)

beforeAll(async () => {
  // The files of the ordinary store, which the set-up of all tests has filled, in a home of our own.
  home = await mkdtemp(join(tmpdir(), 'xfmr-models-'))
  const { cp } = await import('node:fs/promises')
  await cp(join(modelStore().home, 'packages'), join(home, 'packages'), { recursive: true })
  vi.stubEnv('XFMR_HOME', home)
  vi.stubEnv('XFMR_OFFLINE', '1')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

const save = async (name: string, graph: Graph): Promise<string> => {
  const file = join(home, name)
  await writeFile(file, writeModel(graph))
  return file
}

/** The default recogniser with nodes in front, which change what it wants its input to be. */
const defaultModel = async (
  head: Graph['nodes'] = [],
  weights: [string, ReturnType<typeof scalar>][] = [],
) => {
  const graph = readModel(await modelBytes('mobilefacenet'))
  const start = head.at(-1)?.outputs[0] ?? 'input'
  const nodes = graph.nodes.map(item => ({
    ...item,
    inputs: item.inputs.map(name => (name === 'input' ? start : name)),
  }))
  return { ...graph, nodes: [...head, ...nodes], initializers: new Map([...graph.initializers, ...weights]) }
}

test('list names every model, its state and its licence', async () => {
  const { out, exitCode } = await xfmr('models', 'list')
  expect(exitCode).toBe(0)
  for (const { name } of CATALOGUE) expect(out).toMatch(new RegExp(`^${name} .* present .* MIT`, 'm'))
  const { models, home: folder } = await json('models', 'list')
  expect(folder).toBe(home)
  expect(models.map(({ state }: { state: string }) => state)).toEqual(CATALOGUE.map(() => 'present'))
})

test('show prints a card; an unknown name is an error', async () => {
  expect((await xfmr('models', 'show', 'mobilefacenet')).out).toContain('training data')
  expect(await json('models', 'show', 'nobody')).toMatchObject({ error: { code: 'E_MODEL_MISSING' } })
})

test('pull of what is there does nothing; names and --from do not go together', async () => {
  expect(await json('models', 'pull', 'detector', 'samples')).toEqual({
    home,
    pulled: [],
    present: ['detector', 'samples'],
  })
  expect((await xfmr('models', 'pull', 'detector', '--from', 'x.tgz')).err).toContain('E_USAGE')
  expect((await xfmr('models', 'pull', '--from', join(home, 'none.tgz'))).err).toContain('E_NOT_FOUND')
})

test('verify finds a damaged file, exits with 2 and names the repair', async () => {
  expect((await xfmr('models', 'verify')).exitCode).toBe(0)
  const path = modelStore().path('landmarks')
  const intact = await readFile(path)
  const spoilt = Buffer.from(intact)
  spoilt[1000]! ^= 1
  await writeFile(path, spoilt)
  const { out, exitCode } = await xfmr('models', 'verify')
  expect(exitCode).toBe(2)
  expect(out).toMatch(/fr_landmark\.onnx +damaged/)
  expect(out).toContain('xfmr models pull landmarks')
  expect(await json('models', 'verify', 'detector')).toMatchObject({ ok: true })
  await rm(path)
  expect((await xfmr('models', 'verify')).exitCode).toBe(0)
  expect((await xfmr('models', 'verify', 'landmarks')).exitCode).toBe(2)
  await writeFile(path, intact)
})

describe('add', () => {
  test('measures the default model to be BGR from -1 to 1, without being told', async () => {
    const file = await save('Default Model.onnx', await defaultModel())
    const added = await json('models', 'add', file)
    expect(added).toMatchObject({
      name: 'default-model',
      contract: { channels: 'bgr', mean: 127.5, scale: 1 / 127.5, size: 112, dimensions: 512, grid: '507' },
      origins: { channels: 'measured', scale: 'measured', grid: 'detected' },
      measurement: { people: 35 },
    })
    const stored = await modelStore().recogniser('default-model')
    expect(Buffer.from(stored.bytes).equals(await readFile(file))).toBe(true)
    expect(stored).toMatchObject({ sha256: added.sha256, contract: added.contract, licence: 'not given' })
    expect((await xfmr('models', 'list')).out).toMatch(/^default-model +recogniser +present/m)
    expect((await xfmr('models', 'show', 'default-model')).out).toContain('channels measured')
  }, 120_000)

  test('measures that the same model takes RGB once its planes are turned round', async () => {
    // 2x - 1 by a depthwise 1x1 convolution, which hides it from reading, with the planes turned round.
    const swap = float32([0, 0, 2, 0, 2, 0, 2, 0, 0], [3, 3, 1, 1])
    const graph = await defaultModel(
      [node('Conv', ['input', 'swap', 'minus'], 'turned')],
      [
        ['swap', swap],
        ['minus', float32([-1, -1, -1], [3])],
      ],
    )
    const added = await json(
      'models',
      'add',
      await save('turned.onnx', graph),
      '--mean',
      '0',
      '--scale',
      '1/255',
      '--licence',
      'CC0-1.0',
    )
    expect(added).toMatchObject({
      contract: { channels: 'rgb', mean: 0, scale: 1 / 255 },
      origins: { channels: 'measured', mean: 'given' },
      licence: 'CC0-1.0',
    })
  }, 120_000)

  test('reads the scaling from the graph and takes the order as given: nothing is measured', async () => {
    const head = [node('Sub', ['input', 'half'], 'shifted'), node('Div', ['shifted', 'half'], 'scaled')]
    const file = await save('raw.onnx', await defaultModel(head, [['half', scalar(127.5)]]))
    const added = await json('models', 'add', file, '--channels', 'bgr')
    expect(added).toMatchObject({
      name: 'raw',
      contract: { channels: 'bgr', mean: 0, scale: 1 },
      origins: { channels: 'given', mean: 'detected', scale: 'detected' },
    })
    expect(added.measurement).toBeUndefined()
  })

  test('does not guess when a model tells nobody apart', async () => {
    const { err, exitCode } = await xfmr('models', 'add', await save('untrained.onnx', smallRecogniser()))
    expect(exitCode).toBe(2)
    expect(err).toMatch(/does not guess.*--channels.*E_USAGE/s)
    expect((await json('models', 'list')).models.map(({ name }: { name: string }) => name)).not.toContain(
      'untrained',
    )
  }, 120_000)

  test('without the sample photos it asks for the facts', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'xfmr-bare-'))
    const file = await save('untrained.onnx', smallRecogniser())
    vi.stubEnv('XFMR_HOME', bare)
    const { err } = await xfmr('models', 'add', file)
    const given = await json('models', 'add', file, '--channels', 'rgb', '--scale', '1/255')
    vi.stubEnv('XFMR_HOME', home)
    expect(err).toMatch(/--channels rgb\|bgr, --mean and --scale.*models pull samples samples-groups/)
    expect(given).toMatchObject({
      contract: { channels: 'rgb', mean: 0, scale: 1 / 255 },
      origins: { scale: 'given', mean: 'assumed' },
    })
    await rm(bare, { recursive: true })
  })

  test('a taken name needs --replace; names of the catalogue stay', async () => {
    const file = await save('twice.onnx', smallRecogniser())
    const facts = ['--channels', 'rgb', '--scale', '1']
    expect((await xfmr('models', 'add', file, ...facts)).exitCode).toBe(0)
    expect((await xfmr('models', 'add', file, ...facts)).err).toMatch(/--replace.*E_USAGE/)
    expect(
      (await json('models', 'add', file, '--channels', 'bgr', '--scale', '1', '--replace')).contract.channels,
    ).toBe('bgr')
    expect((await xfmr('models', 'add', file, ...facts, '--name', 'mobilefacenet')).err).toContain(
      'belongs to the catalogue',
    )
    expect((await xfmr('models', 'add', file, ...facts, '--name', '../up')).err).toContain('E_USAGE')
  })

  test('a model that is changed afterwards is not used', async () => {
    await xfmr(
      'models',
      'add',
      await save('later.onnx', smallRecogniser()),
      '--channels',
      'rgb',
      '--scale',
      '1',
    )
    const path = join(home, 'added', 'later', 'model.onnx')
    const bytes = await readFile(path)
    bytes[bytes.length - 20]! ^= 1
    await writeFile(path, bytes)
    await expect(modelStore().recogniser('later')).rejects.toMatchObject({
      code: 'E_MODEL_INTEGRITY',
      message: expect.stringContaining('xfmr models add FILE --name later --replace'),
    })
    expect((await xfmr('models', 'verify', 'later')).out).toContain(
      'xfmr models add FILE --name later --replace',
    )
    await rm(join(home, 'added', 'later'), { recursive: true })
  })

  test('an unreadable contract is named, and can be replaced', async () => {
    const file = await save('odd.onnx', smallRecogniser())
    const line = ['models', 'add', file, '--channels', 'rgb', '--scale', '1']
    await xfmr(...line)
    await writeFile(join(home, 'added', 'odd', 'contract.json'), '{"name":"odd"}')
    await expect(modelStore().recogniser('odd')).rejects.toMatchObject({ code: 'E_MODEL_INVALID' })
    expect((await xfmr(...line, '--replace')).exitCode).toBe(0)
    expect((await modelStore().recogniser('odd')).contract.channels).toBe('rgb')
  })

  test.each([
    ['one plane', { input: ['N', 1, 112, 112] }, 'E_MODEL_SHAPE'],
    ['another size than faces are aligned to', { input: ['N', 3, 128, 128] }, 'E_MODEL_SHAPE'],
    ['a class as output', { dimensions: 7 }, 'E_MODEL_SHAPE'],
  ])('refuses a model with %s', async (_, options, code) => {
    const file = await save('wrong.onnx', smallRecogniser(options))
    const { exitCode, err } = await xfmr('models', 'add', file, '--channels', 'rgb', '--scale', '1')
    expect([exitCode, err]).toEqual([2, expect.stringContaining(code)])
  })

  test('refuses what is no model, no file, or no number', async () => {
    const text = join(home, 'text.onnx')
    await writeFile(text, 'not a model at all')
    expect((await xfmr('models', 'add', text)).err).toContain('E_MODEL_INVALID')
    expect((await xfmr('models', 'add', join(home, 'none.onnx'))).err).toContain('E_NOT_FOUND')
    expect((await xfmr('models', 'add', text, '--scale', '1/0')).err).toContain('E_USAGE')
    expect((await xfmr('models', 'add', text, '--channels', 'gbr')).err).toContain('E_USAGE')
    expect((await xfmr('models', 'add', home)).err).toContain('E_READ')
  })
})
