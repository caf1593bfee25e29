import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copySamples } from '../../../../test/people.ts'
import { openPairDataset } from '../../../evaluation/node/dataset.ts'
import { openXfmr, readPhoto, type Xfmr } from '../../../node.ts'
import { nodeRuntime } from '../../../onnx/node.ts'
import { createXCosScorer } from '../../xcos/scorer.ts'
import { productsOf, type XCos } from '../../xcos/xcos.ts'
import { deletionAndInsertion, endsOf, onFace, type Score } from '../metrics.ts'
import { measuredMethod } from '../plan.ts'
import { runStudy } from './study.ts'

let folder: string
let xfmr: Xfmr

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xfmr-study-'))
  await copySamples(join(folder, 'images'), {
    'Franck/Franck_0001.jpg': 'franck_01829.jpg',
    'Franck/Franck_0002.jpg': 'franck_02221.jpg',
    'Franck/Franck_0003.jpg': 'franck_03909.jpg',
    'Cage/Cage_0001.jpg': 'cage.jpg',
    'Cage/Cage_0002.jpg': 'cage2_crop.jpg',
  })
  // The first pair of a list is never measured.
  const pairs = ['1\t3', 'Franck\t1\t2', 'Cage\t1\t2', 'Franck\t2\t3']
  const impostors = [1, 2, 3].map(number => `Franck\t${number}\tCage\t1`)
  await writeFile(join(folder, 'pairs.txt'), [...pairs, ...impostors].join('\n'))
  xfmr = await openXfmr()
})
afterAll(async () => {
  await xfmr.release()
  await rm(folder, { recursive: true })
})

test('measures S W of the xCos in use', async () => {
  const { root, list } = await openPairDataset(folder)
  const { rows } = await runStudy({
    xfmr,
    root,
    list,
    methods: [measuredMethod('xcos')!],
    size: { pairs: 2, more: 0, dearPairs: 0, dearMore: 0 },
    conditions: ['unmasked'],
    seed: '1',
    work: join(folder, 'work'),
  })
  const row = rows.find(({ pair }) => pair === 'Cage/Cage_0001.jpg Cage/Cage_0002.jpg')!
  const examine = async (name: string) => {
    const photo = await readPhoto(join(root, name))
    return xfmr.examine(photo, await xfmr.findFace(photo, 'central'), { unmask: 'never', grid: true })
  }
  const [a, b] = [await examine('Cage/Cage_0001.jpg'), await examine('Cage/Cage_0002.jpg')]
  const score: Score = async faces => {
    const embeddings = await xfmr.embed(faces, { unmask: 'never' })
    return embeddings.map(({ vector }) => vector.reduce((sum, x, i) => sum + x * a.embedding.vector[i]!, 0))
  }
  const curvesOf = async (xcos: XCos): Promise<readonly number[]> => {
    const { width, height } = xcos
    const map = onFace({ width, height, data: Float32Array.from(productsOf(xcos)) }, b.aligned)
    const judged = { face: b.aligned, map, score, seed: row.pair }
    return (await deletionAndInsertion(judged, await endsOf(b.aligned, score))).deletion
  }
  const expected = await curvesOf(await xfmr.xcos(b.embedding, a.embedding))
  expect(row).toMatchObject({ method: 'xcos', measurement: 'curves' })
  const { deletion } = row as typeof row & { deletion: readonly number[] }
  deletion.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 3))
  // The form without training ranks the cells otherwise.
  const untrained = createXCosScorer(nodeRuntime(), { recogniser: xfmr.recogniser })
  const other = await curvesOf(await untrained.score(b.embedding, a.embedding))
  await untrained.release()
  expect(Math.max(...deletion.map((value, i) => Math.abs(value - other[i]!)))).toBeGreaterThan(0.02)
})
