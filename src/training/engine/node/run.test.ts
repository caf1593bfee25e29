import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { float32 } from '../../../onnx/tensor.ts'
import type { Checkpoint, LogRow } from '../fit.ts'
import { openRun, readRows } from './run.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-run-'))
})
afterEach(() => rm(folder, { recursive: true }))

const config = { model: 'a', optimiser: { kind: 'sgd', momentum: 0.9 }, epochs: 3 }

const checkpoint = (steps: number): Checkpoint => ({
  state: {
    steps,
    tensors: new Map([
      ['w', float32([steps, 1 / 3, -0], [3, 1])],
      ['naïve/b', float32([Number.MIN_VALUE, 1e38], [2])],
      ['scalar', float32([7], [])],
    ]),
  },
  standing: {
    sums: { loss: 1 / 3 },
    best: { epoch: 2, value: 0.1 },
    validation: { eer: 0.02, far: Number.NaN },
  },
})

const row = (step: number, loss = 1 / step): LogRow => ({ kind: 'step', step, rate: 0.1, values: { loss } })

test('what is saved comes back bit for bit, with the log up to there', async () => {
  const run = await openRun({ folder, config })
  expect(await run.resume()).toBeUndefined()
  for (const step of [1, 2, 3]) await run.log(row(step))
  await run.save(checkpoint(2))
  await appendFile(join(folder, 'metrics.jsonl'), '{"kind":"st')
  const again = await openRun({ folder, config, resume: true })
  expect(await again.resume()).toEqual(checkpoint(2))
  expect(again.last).toBe(join(folder, 'checkpoint-00000002.bin'))
  expect(await readRows(join(folder, 'metrics.jsonl'))).toEqual([row(1), row(2)])
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual(config)
  expect(await readFile(join(folder, 'loss.svg'), 'utf8')).toContain('</svg>')
})

test('the two newest checkpoints stay; the older one stands in for a damaged one', async () => {
  const run = await openRun({ folder, config })
  for (const steps of [5, 10, 15]) await run.save(checkpoint(steps))
  const names = ['checkpoint-00000010.bin', 'checkpoint-00000015.bin']
  expect((await readdir(folder)).filter(name => name.endsWith('.bin')).sort()).toEqual(names)
  const bytes = await readFile(join(folder, names[1]!))
  for (const damaged of [
    bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 1),
    bytes.subarray(0, -9),
    Buffer.of(1),
  ]) {
    await writeFile(join(folder, names[1]!), damaged)
    const again = await openRun({ folder, config, resume: true })
    expect((await again.resume())?.state.steps).toBe(10)
  }
  await writeFile(join(folder, names[0]!), 'no checkpoint')
  const last = await openRun({ folder, config, resume: true })
  await expect(last.resume()).rejects.toMatchObject({ code: 'E_READ' })
})

test('the best state is kept apart', async () => {
  const run = await openRun({ folder, config })
  expect(await run.best()).toBeUndefined()
  await run.saveBest(checkpoint(4).state)
  expect(await run.best()).toEqual(checkpoint(4).state)
})

describe('refuses', () => {
  test('a folder with a run, unless told to go on', async () => {
    await openRun({ folder, config })
    await expect(openRun({ folder, config })).rejects.toMatchObject({ code: 'E_WRITE' })
  })

  test('a run of another model or with other settings, and names them', async () => {
    await openRun({ folder, config })
    const other = { ...config, model: 'b', optimiser: { kind: 'sgd', momentum: 0.8 }, clip: 1 }
    await expect(openRun({ folder, config: other, resume: true })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining('model: "a", now "b"'),
      details: {
        differing: ['model: "a", now "b"', 'optimiser.momentum: 0.9, now 0.8', 'clip: not given, now 1'],
      },
    })
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toEqual(config)
  })
})

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  test('is said, and the last checkpoint stays', async () => {
    const run = await openRun({ folder, config })
    await run.save(checkpoint(5))
    // What is written under the temporary name goes to a device that is always full.
    await symlink('/dev/full', join(folder, 'checkpoint-00000010.bin.partial'))
    await expect(run.save(checkpoint(10))).rejects.toMatchObject({
      code: 'E_WRITE',
      message: expect.stringMatching(
        /the disk is full.*The last good checkpoint is .*checkpoint-00000005\.bin/,
      ),
    })
    expect((await readdir(folder)).filter(name => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-00000005.bin',
    ])
    const again = await openRun({ folder, config, resume: true })
    expect(await again.resume()).toEqual(checkpoint(5))
  })

  test('is said by the log, too', async () => {
    const run = await openRun({ folder, config })
    await symlink('/dev/full', join(folder, 'metrics.jsonl'))
    await expect(run.log(row(1))).rejects.toMatchObject({
      code: 'E_WRITE',
      message: expect.stringContaining('the disk is full'),
    })
  })
})
