import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { runtime } from '../../test/run.ts'
import type { XfmrErrorCode } from '../errors.ts'
import { buildOn, emptyGraph } from './builder.ts'
import type { Graph } from './graph.ts'
import { writeModel } from './proto.ts'
import type { Session } from './runtime.ts'
import { float32, int64 } from './tensor.ts'

/** sum = a + b, and how many: a of shape [N, 3], b of shape [3]. */
const adding = (): Graph => {
  const build = buildOn(emptyGraph('adding', 17))
  build.input('a', { type: 'float32', shape: ['N', 3] })
  build.input('b', { type: 'float32', shape: [3] })
  build.alias(build.op('Add', ['a', 'b']), 'sum')
  build.alias(build.op('Shape', ['a']), 'shape')
  return build.finish(['sum', 'shape'])
}

const coded = (code: XfmrErrorCode, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

const a = float32([1, 2, 3], [1, 3])
const b = float32([10, 20, 30], [3])

let session: Session
beforeAll(async () => {
  session = await runtime.load(adding())
})
afterAll(() => session.release())

test('runs, and computes only what is asked for', async () => {
  expect(session.inputs).toEqual(['a', 'b'])
  expect(session.outputs).toEqual(['sum', 'shape'])
  const all = await session.run({ a: float32([1, 2, 3, 4, 5, 6], [2, 3]), b })
  expect(all.sum).toEqual(float32([11, 22, 33, 14, 25, 36], [2, 3]))
  expect(all.shape).toEqual(int64([2, 3]))
  expect(Object.keys(await session.run({ a, b }, ['sum']))).toEqual(['sum'])
})

test('feeds that the model does not take are ignored', async () => {
  expect((await session.run({ a, b, c: b })).sum!.data).toEqual(Float32Array.of(11, 22, 33))
})

test.each([
  ['a missing input', { a }, 'wants its input "b" as float32 [3], but it was not given'],
  [
    'a wrong length',
    { a, b: float32([1, 2], [2]) },
    'wants its input "b" as float32 [3], but got float32 [2]',
  ],
  ['a wrong number of axes', { a: b, b }, 'wants its input "a" as float32 [N,3], but got float32 [3]'],
  ['a wrong type', { a, b: int64([1, 2, 3]) }, 'wants its input "b" as float32 [3], but got int64 [3]'],
  ['too few values', { a, b: float32([1, 2], [3]) }, 'but got 2 values for the shape [3]'],
])('%s is E_MODEL_SHAPE and says what was wanted', async (_, feeds, message) => {
  await expect(session.run(feeds)).rejects.toThrow(coded('E_MODEL_SHAPE', message))
})

test('an unknown output is E_UNKNOWN_LAYER', async () => {
  await expect(session.run({ a, b }, ['mean'])).rejects.toThrow(
    coded('E_UNKNOWN_LAYER', 'no output "mean"; it has sum, shape'),
  )
})

test('what only goes wrong inside is E_RUNTIME', async () => {
  const build = buildOn(emptyGraph('gather', 17))
  build.input('x', { type: 'float32', shape: [2] })
  const y = build.op('Gather', ['x', build.constant(int64([5], []))])
  const gather = await runtime.load(build.finish([y]))
  await expect(gather.run({ x: float32([1, 2], [2]) })).rejects.toThrow(coded('E_RUNTIME', 'indices'))
  await gather.release()
})

test('the real models say what they want, too', async () => {
  const landmarks = await runtime.load(await modelBytes('landmarks'))
  const photo = float32(new Float32Array(3 * 64 * 64), [1, 3, 64, 64])
  await expect(landmarks.run({ input: photo })).rejects.toThrow(
    coded('E_MODEL_SHAPE', 'wants its input "input" as float32 [1,1,64,64], but got float32 [1,3,64,64]'),
  )
  await landmarks.release()
})

test.each<[string, () => Graph | Uint8Array]>([
  ['text', () => new TextEncoder().encode('no model')],
  ['a model cut short', () => writeModel(adding()).subarray(0, 60)],
  [
    'an unknown operator',
    () => ({ ...adding(), nodes: adding().nodes.map(node => ({ ...node, op: 'Nope' })) }),
  ],
  ['a value that nothing computes', () => ({ ...adding(), nodes: adding().nodes.slice(1) })],
])('%s is E_MODEL_INVALID', async (_, model) => {
  await expect(runtime.load(model())).rejects.toThrow(coded('E_MODEL_INVALID', "can't load this model"))
})

test('a released session can not be used', async () => {
  const once = await runtime.load(adding())
  await once.release()
  await expect(once.run({ a, b })).rejects.toThrow(coded('E_RUNTIME', 'disposed'))
})
