import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smallRecogniser } from '../../../../test/graphs.ts'
import { runtime } from '../../../../test/run.ts'
import { createXCosScorer } from '../../../explanation/xcos/scorer.ts'
import { writeModel } from '../../../onnx/proto.ts'
import { createRecogniser } from '../../../recognition/recogniser.ts'
import { blotSet, contractOf } from '../../unmask/_test-set.ts'
import { cachedGrids } from './grids.ts'
import { trainXCos, type XCosTrainOptions } from './train.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-xcos-'))
})
afterEach(() => rm(folder, { recursive: true }))

const graph = smallRecogniser()
const recogniser = await createRecogniser({
  runtime,
  graph,
  contract: contractOf(graph),
  pipeline: 'small',
})
const set = await blotSet(runtime, graph, { identities: 60 })

const RECIPE = {
  features: 8,
  gates: 4,
  batch: 16,
  epochs: 3,
  stepsPerEpoch: 20,
  rate: 0.05,
  identityWeight: 0.002,
  teacher: 'bare' as const,
}

const optionsOf = (options: Partial<XCosTrainOptions>): XCosTrainOptions => ({
  runtime,
  xfmr: { pipeline: 'small', recogniser, embed: recogniser.embed },
  recogniser: 'small:1',
  set,
  work: folder,
  seed: '1',
  recipe: RECIPE,
  run: join(folder, 'run'),
  resume: false,
  threads: 1,
  ...options,
})

test('training brings the score nearer to the cosine of bare faces, and the file scores as it was measured', async () => {
  const { xcos, before, after, identities, steps } = await trainXCos(optionsOf({}))
  expect(steps).toBe(60)
  expect(identities.training + identities.validation).toBe(60)
  const metrics = await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8')
  const epochs = metrics
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { kind: string; values: Record<string, number> })
    .filter(({ kind }) => kind === 'epoch')
  const losses = epochs.map(({ values }) => values['cosine loss']!)
  expect(losses).toHaveLength(3)
  expect(losses[2]).toBeLessThan(0.9 * losses[0]!)
  // The weights that are kept are an average over the way, so they have only begun to move: here towards 1, since the small
  // recogniser finds all faces alike.
  expect(after['bare-bare'].impostorMean).toBeGreaterThan(before['bare-bare'].impostorMean)
  expect(existsSync(join(folder, 'run', 'loss.svg'))).toBe(true)

  const rgb = new Uint8Array(112 * 112 * 3)
  const faces = [0, 3].map(row => {
    set.read(row, rgb)
    return { width: 112, height: 112, data: rgb.slice(), transform: [1, 0, 0, 0, 1, 0] as const }
  })
  const [a, b] = await recogniser.embed(faces, { grid: true })
  const scorer = createXCosScorer(runtime, { recogniser, trained: xcos })
  const one = await scorer.score(a!, b!)
  expect(await scorer.score(b!, a!)).toEqual(one)
  expect((await scorer.score(a!, a!)).score).toBe(1)
  await scorer.release()
})

test('stopping after an epoch and going on gives the same file', async () => {
  const whole = await trainXCos(optionsOf({ run: join(folder, 'a') }))
  const stop = new Error('stopped')
  const stopped = trainXCos(
    optionsOf({
      run: join(folder, 'b'),
      onProgress: ({ epoch, step }) => {
        if (epoch === 2 && step > 30) throw stop
      },
    }),
  )
  await expect(stopped).rejects.toBe(stop)
  const resumed = await trainXCos(optionsOf({ run: join(folder, 'b'), resume: true }))
  expect(writeModel(resumed.xcos)).toEqual(writeModel(whole.xcos))
})

test('keeps the grid and the vector that a face has in use, for the cosine of the views themselves', async () => {
  const rows = [5, 2, 9]
  const grids = await cachedGrids({ embed: recogniser.embed }, set, rows, {
    file: join(folder, 'grids.rows'),
  })
  const rgb = new Uint8Array(112 * 112 * 3)
  for (const place of [2, 0, 1]) {
    set.read(rows[place]!, rgb)
    const face = { width: 112, height: 112, data: rgb, transform: [1, 0, 0, 0, 1, 0] as const }
    const [own] = await recogniser.embed([face], { grid: true })
    expect(grids.vector(place)).toEqual(own!.vector)
    const kept = grids.one(place)
    kept.data.forEach((value, i) => void expect(value).toBeCloseTo(own!.grid!.data[i]!, 2))
  }
  grids.close()
})

test('needs several photos of several people', async () => {
  const few = await blotSet(runtime, graph, { identities: 2 })
  await expect(trainXCos(optionsOf({ set: few }))).rejects.toMatchObject({ code: 'E_BAD_DATASET' })
})
