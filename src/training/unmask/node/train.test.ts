import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noise, smallRecogniser } from '../../../../test/graphs.ts'
import { runOnce, runtime } from '../../../../test/run.ts'
import { writeModel } from '../../../onnx/proto.ts'
import { withCorrection } from '../../../recognition/unmask.ts'
import { blotSet, contractOf } from '../_test-set.ts'
import { RECIPES } from '../recipes.ts'
import { trainUnmask, type UnmaskOptions } from './train.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-unmask-'))
})
afterEach(() => rm(folder, { recursive: true }))

const graph = smallRecogniser()
const few = await blotSet(runtime, graph, { identities: 160 })

const optionsOf = (options: Partial<UnmaskOptions>): UnmaskOptions => ({
  runtime,
  graph,
  contract: contractOf(graph),
  recogniser: 'small:1',
  set: few,
  work: folder,
  method: 'head',
  seed: '1',
  epochs: 2,
  run: join(folder, 'run'),
  resume: false,
  threads: 1,
  ...options,
})

describe('on people without faces', () => {
  test('the last layers learn to see through the grey', async () => {
    const { before, after, rows, identities } = await trainUnmask(optionsOf({ epochs: 40 }))
    expect(identities.training + identities.validation).toBe(160)
    expect(rows.masked + rows.bare + rows.validation).toBe(few.rows.length)
    expect(after.masked.gMean).toBeGreaterThan(before.masked.gMean! + 0.03)
    expect(existsSync(join(folder, 'run', 'loss.svg'))).toBe(true)
  })

  test.each([
    ['head', 'grid'],
    ['deep', 'x'],
    ['eum-cosine', 'embedding'],
    ['eum-srt', 'embedding'],
    ['eum-triplet', 'embedding'],
  ] as const)('%s makes a correction that goes on from %s', async (method, start) => {
    const { correction, after, steps } = await trainUnmask(optionsOf({ method, epochs: 1 }))
    expect(correction.inputs.map(({ name }) => name)).toEqual([start])
    const corrected = withCorrection(graph, contractOf(graph), correction)
    const results = await runOnce(corrected.graph, { x: noise([2, 3, 112, 112], 4) })
    expect(results['unmask/unmasked']!.dims).toEqual([2, 32])
    expect(steps).toBeGreaterThan(0)
    expect(after.masked.genuine).toBeGreaterThan(0)
  })
})

test('stopping after an epoch and going on gives the same file', async () => {
  const whole = await trainUnmask(optionsOf({ run: join(folder, 'a') }))
  const stop = new Error('stopped')
  const stopped = trainUnmask(
    optionsOf({
      run: join(folder, 'b'),
      onProgress: ({ epoch, step }) => {
        if (epoch === 2 && step > 3) throw stop
      },
    }),
  )
  await expect(stopped).rejects.toBe(stop)
  const resumed = await trainUnmask(optionsOf({ run: join(folder, 'b'), resume: true }))
  expect(writeModel(resumed.correction)).toEqual(writeModel(whole.correction))
})

test('left out people are left out', async () => {
  const excluded = new Set(Array.from({ length: 80 }, (_, i) => `person ${i}`))
  const { identities } = await trainUnmask(optionsOf({ excluded, epochs: 1 }))
  expect(identities.training + identities.validation).toBe(80)
})

test('too few people are an error', async () => {
  const one = await blotSet(runtime, graph, { identities: 1 })
  await expect(trainUnmask(optionsOf({ set: one }))).rejects.toMatchObject({ code: 'E_BAD_DATASET' })
  expect(RECIPES.head.batch).toBeGreaterThan(one.rows.length)
  const some = await blotSet(runtime, graph, { identities: 24 })
  await expect(trainUnmask(optionsOf({ set: some }))).rejects.toMatchObject({ code: 'E_BAD_DATASET' })
})

test('a run with other settings is not continued', async () => {
  await trainUnmask(optionsOf({ epochs: 1 }))
  await expect(trainUnmask(optionsOf({ epochs: 1, seed: '2', resume: true }))).rejects.toMatchObject({
    code: 'E_USAGE',
  })
})
