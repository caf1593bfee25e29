import { expect, test } from 'vitest'
import { runOnce, runtime } from '../../test/run.ts'
import { buildOn, emptyGraph } from './builder.ts'
import type { Graph } from './graph.ts'
import { repeated } from './repeat.ts'
import { float32, scalar, type Tensor } from './tensor.ts'

/** total' = total + factor * prelu(x), and the sum of x, with x in an image's shape as convolutions want it. */
const round = (): Graph => {
  const build = buildOn({
    ...emptyGraph('round', 17),
    initializers: new Map([['slope', float32([0.25, -1], [2, 1, 1])]]),
  })
  build.input('x', { type: 'float32', shape: ['N', 2, 1, 2] })
  build.input('total', { type: 'float32', shape: ['N', 2, 1, 2] })
  build.input('factor', { type: 'float32', shape: [] })
  const scaled = build.op('Mul', [build.op('PRelu', ['x', 'slope']), 'factor'])
  build.alias(build.op('Add', ['total', scaled]), 'next')
  build.alias(build.op('ReduceSum', ['x', build.integers([0, 1, 2, 3])], { keepdims: ZERO }), 'sum')
  return build.finish(['sum', 'next'])
}
const ZERO = { type: 'int', value: 0 } as const

const x = float32([1, -2, 3, -4, 0.5, -0.5, -8, 8, 2, -1, -1, 2], [3, 1, 2, 1, 2])
const total = float32([10, 20, 30, 40], [1, 2, 1, 2])

test('carries values from round to round and reports each', async () => {
  const graph = repeated(round(), [{ input: 'total', output: 'next' }])
  const results = await runOnce(graph, { x, total, factor: float32([1, 2, 10], [3]) })
  // By hand: the first channel's slope is 0.25, the second's -1.
  expect([...results.next!.data]).toEqual([
    10 + 1 + 1 + 20,
    20 - 0.5 - 0.25 - 2.5,
    30 + 3 + 16 + 10,
    40 + 4 + 16 + 20,
  ])
  expect(results.next!.dims).toEqual([1, 2, 1, 2])
  expect(results.sum).toEqual(float32([-2, 0, 2], [3]))
})

test('gives the bits of single runs, for any number of rounds', async () => {
  const session = await runtime.load(repeated(round(), [{ input: 'total', output: 'next' }]))
  const single = await runtime.load(round())
  let carried: Tensor = total
  for (let rounds = 1; rounds <= 3; rounds++) {
    const image = float32((x.data as Float32Array).slice(4 * (rounds - 1), 4 * rounds), [1, 2, 1, 2])
    const results = await single.run({ x: image, total: carried, factor: scalar(0.3) })
    carried = results.next!
    const all = await session.run({
      x: float32((x.data as Float32Array).slice(0, 4 * rounds), [rounds, 1, 2, 1, 2]),
      total,
      factor: float32(Array(rounds).fill(0.3), [rounds]),
    })
    expect(all.next).toEqual(carried)
  }
  await session.release()
  await single.release()
})
