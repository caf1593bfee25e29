import { describe, expect, test } from 'vitest'
import { evaluated, expectGradients, lossGraph, matrix } from '../../../test/losses.ts'
import { randomOf, uniform } from '../../../test/random-tensors.ts'
import { runOnce } from '../../../test/run.ts'
import { differentiate, gradientName } from '../../onnx/differentiate.ts'
import type { Feeds } from '../../onnx/runtime.ts'
import { cosineDistillation } from './distillation.ts'
import { srtLoss } from './srt.ts'
import { tripletLoss } from './triplet.ts'

const names = { anchor: 'a', positive: 'p', negative: 'n' }

const srt = (feeds: Feeds, margin?: number) =>
  lossGraph(feeds, ['a', 'p', 'n'], build => srtLoss(build, names, margin === undefined ? {} : { margin }))

const triplet = (feeds: Feeds, margin?: number) =>
  lossGraph(feeds, ['a', 'p', 'n'], build =>
    tripletLoss(build, names, margin === undefined ? {} : { margin }),
  )

const A = matrix([
  [1, 0.5, 0, 0],
  [0, 1, 1, 0],
  [0.2, 0, 1, -1],
])
const P = matrix([
  [1, 0, 0, 0],
  [0, 1, 0.5, 0],
  [0, 0, 1, -0.5],
])
const NEAR = matrix([
  [0, 1, 0, 0],
  [0, 0, 0, 1],
  [1, 1, 0, 0],
])
const FAR = matrix([
  [0.2, -1, 0, 0],
  [0, 0.3, -1, 0.4],
  [0.1, -0.2, 0.5, 1],
])

describe('self-restrained triplet loss', () => {
  test.each([
    ['before the switch', NEAR, [0.509188, 0.145035, 1.635848, 2, 0]],
    ['after it', FAR, [0.169113, 0.145035, 2.667058, 1.975923, 1]],
  ] as const)('%s', async (_, n, expected) => {
    const feeds = { a: A, p: P, n }
    const { loss, toPositive, toNegative, between, restrained } = await evaluated(srt(feeds), feeds)
    const values = [loss, toPositive, toNegative, between, restrained].map(value => value![0])
    expect(values).toEqual(expected.map(value => expect.closeTo(value, 5)))
  })

  test('the naive loss of the same margin is content where this one goes on', async () => {
    const feeds = { a: A, p: P, n: FAR }
    expect((await evaluated(triplet(feeds, 2), feeds)).loss).toEqual([0])
  })

  test('by hand, in the plane: one switch rules every row', async () => {
    // d1 = 4 and 2, d2 = 0 and 4, d3 = 4 and 2: mean d2 = 2 is below mean d3 = 3.
    const before = {
      a: matrix([
        [2, 0],
        [0, 3],
      ]),
      p: matrix([
        [-1, 0],
        [1, 0],
      ]),
      n: matrix([
        [5, 0],
        [0, -1],
      ]),
    }
    // 4 - 0 + 2 = 6 and 2 - 4 + 2 = 0. A switch by row would give 2 - 3 + 2 = 1 in the second one.
    expect((await evaluated(srt(before), before)).loss).toEqual([expect.closeTo(3, 5)])
    // The first negative on the other side: d2 = 4 and 4, d3 = 0 and 2, switched.
    const after = {
      ...before,
      n: matrix([
        [-5, 0],
        [0, -1],
      ]),
    }
    // 4 - 1 + 2 = 5 and 2 - 1 + 2 = 3.
    expect((await evaluated(srt(after), after)).loss).toEqual([expect.closeTo(4, 5)])
  })

  test.each([
    ['before', NEAR],
    ['after', FAR],
  ])('gradient %s the switch is that of central differences', async (_, n) => {
    const feeds = { a: A, p: P, n }
    await expectGradients(srt(feeds), feeds, ['a'], randomOf(1))
  })

  test('after the switch the negatives no longer push', async () => {
    const feeds = { a: A, p: P, n: FAR }
    const pull = async (n: typeof FAR) => {
      const graph = differentiate(srt(feeds), { of: 'loss', wrt: ['a'] })
      return [...(await runOnce(graph, { ...feeds, n }))[gradientName('a')]!.data]
    }
    const turned = matrix([
      [0.1, -1, 0.1, 0],
      [0, 0.3, -1, 0.3],
      [0.1, -0.2, 0.4, 1],
    ])
    const [first, second] = [await pull(FAR), await pull(turned)]
    expect(second).toEqual(first)
  })
})

describe('triplet loss', () => {
  test('by hand, in the plane', async () => {
    const feeds = {
      a: matrix([
        [2, 0],
        [0, 3],
      ]),
      p: matrix([
        [3, 4],
        [0, 1],
      ]),
      n: matrix([
        [1, 1],
        [1, 0],
      ]),
    }
    // cos(a, p) = 0.6 and 1, cos(a, n) = 0.5^0.5 and 0: max(0.8 - (2 - 2^0.5) + 1, 0) and max(0 - 2 + 1, 0).
    const { loss, toPositive, toNegative } = await evaluated(triplet(feeds), feeds)
    expect(loss).toEqual([expect.closeTo((Math.SQRT2 - 0.2) / 2, 5)])
    expect(toPositive).toEqual([expect.closeTo(0.4, 5)])
    expect(toNegative).toEqual([expect.closeTo((4 - Math.SQRT2) / 2, 5)])
  })

  test('gradient with respect to all three', async () => {
    const random = randomOf(3)
    const [a, p, n] = [0, 1, 2].map(() => uniform(random, [5, 4]))
    const feeds = { a: a!, p: p!, n: n! }
    await expectGradients(triplet(feeds, 3.9), feeds, ['a', 'p', 'n'], random)
  })
})

describe('cosine distillation', () => {
  const distillation = (feeds: Feeds) =>
    lossGraph(feeds, ['s', 't'], build => cosineDistillation(build, { student: 's', teacher: 't' }))

  test('by hand, whatever the lengths; zeros are no error', async () => {
    const feeds = {
      s: matrix([
        [2, 0],
        [0, 3],
        [0, 0],
      ]),
      t: matrix([
        [30, 40],
        [1, -1],
        [1, 0],
      ]),
    }
    const { loss, cosine } = await evaluated(distillation(feeds), feeds)
    expect(cosine).toEqual([expect.closeTo((0.6 - Math.SQRT1_2) / 3, 5)])
    expect(loss).toEqual([expect.closeTo(1 - (0.6 - Math.SQRT1_2) / 3, 5)])
    const gradients = await runOnce(differentiate(distillation(feeds), { of: 'loss', wrt: ['s'] }), feeds)
    expect([...gradients[gradientName('s')]!.data].every(value => Number.isFinite(value))).toBe(true)
  })

  test('gradient', async () => {
    const random = randomOf(4)
    const feeds = { s: uniform(random, [4, 5]), t: uniform(random, [4, 5]) }
    await expectGradients(distillation(feeds), feeds, ['s'], random)
  })
})
