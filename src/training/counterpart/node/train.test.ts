import { expect, test } from 'vitest'
import type { RecogniserContract } from '../../../models/contract.ts'
import { createRandom } from '../../../random.ts'
import { createMeeting } from '../../../recognition/counterpart.ts'
import { normalise } from '../../../recognition/embedding.ts'
import type { Recogniser } from '../../../recognition/recogniser.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import { type CounterpartOptions, trainCounterpart } from './train.ts'

const SIZE = 16
const contract = { output: 'embedding', dimensions: SIZE } as RecogniserContract
const random = createRandom('counterparts')
const normals = (scale: number): number[] => Array.from({ length: SIZE }, () => scale * random.normal())

/** People whose embeddings are known: a mask leaves the first half of each, and noise. */
const madeOf = (people: number): Pick<CounterpartOptions, 'set' | 'xfmr'> => {
  const photos: FaceSet['photos'][number][] = []
  const rows: FaceSet['rows'][number][] = []
  const masked: Float32Array[] = []
  for (let person = 0; person < people; person++) {
    const own = normals(1)
    for (let copy = 0; copy < 3; copy++) {
      const noise = normals(0.3)
      const { vector } = normalise(own.map((value, i) => value + noise[i]!))
      photos.push({
        name: `${person}/${copy}`,
        identity: `person ${person}`,
        target: vector,
        mirrored: vector,
      })
      for (let view = 0; view < 2; view++) {
        const other = normals(0.25)
        masked.push(normalise(vector.map((value, i) => (i < SIZE / 2 ? value : 0) + 0.4 * other[i]!)).vector)
        rows.push({ photo: photos.length - 1, mask: { type: 'surgical', coverage: 'high' }, degraded: false })
      }
    }
  }
  // Every face is the number of its row.
  const read = (row: number, into: Uint8Array): void => new DataView(into.buffer).setUint32(0, row)
  const embed: CounterpartOptions['xfmr']['embed'] = async faces =>
    faces.map(({ data }) => ({
      vector: masked[new DataView(data.buffer).getUint32(0)]!,
      norm: 1,
      pipeline: 'made',
      unmasked: true as const,
    }))
  const set = { key: { pipeline: 'made' }, photos, rows, failures: [], read, close: () => {} }
  return { set, xfmr: { embed, recogniser: { contract } as Recogniser } }
}
const options = { owner: 'small:1+unmask:2', seed: '1' }

test('weighs what a mask leaves, and so tells people who were held back better apart', async () => {
  const made = madeOf(80)
  const { counterpart, ...result } = await trainCounterpart({ ...made, ...options })
  const { before, after, tried, share, rows, identities } = result
  expect(identities.training + identities.validation).toBe(80)
  // Three photos each, two masked views of every photo.
  expect(rows).toEqual({ training: 6 * identities.training, validation: 6 * identities.validation })
  expect(after.fdr!).toBeGreaterThan(1.3 * before.fdr!)
  expect(after.gMean!).toBeGreaterThan(before.gMean! + 0.1)
  expect(tried.find(one => one.share === share)!.fdr).toBe(Math.max(...tried.map(({ fdr }) => fdr)))
  const bare = { vector: made.set.photos[0]!.target, norm: 1, pipeline: 'made' }
  const [{ vector }] = createMeeting(counterpart, contract)(bare, { ...bare, unmasked: true })
  const half = (values: Float32Array): number => Math.hypot(...values.slice(SIZE / 2))
  expect(half(vector)).toBeLessThan(0.6 * half(bare.vector))
})

test('leaves people out, and needs some', async () => {
  const excluded = new Set(['person 3', 'person 4'])
  const { identities } = await trainCounterpart({ ...madeOf(30), ...options, excluded })
  expect(identities.training + identities.validation).toBe(28)
  await expect(trainCounterpart({ ...madeOf(2), ...options })).rejects.toMatchObject({
    code: 'E_BAD_DATASET',
  })
})
