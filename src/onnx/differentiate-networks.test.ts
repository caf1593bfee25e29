import { expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { type Random, randomOf, uniform } from '../../test/random-tensors.ts'
import { runtime } from '../../test/run.ts'
import { weighted } from '../../test/slopes.ts'
import { float, int, ints } from './attributes.ts'
import { buildOn, emptyGraph } from './builder.ts'
import { differentiate, gradientName } from './differentiate.ts'
import { extract, withOutputs } from './edit.ts'
import type { Graph } from './graph.ts'
import { readModel } from './proto.ts'
import type { Feeds } from './runtime.ts'
import { float32 } from './tensor.ts'

/**
 * Relative errors of a gradient at random elements of one input. A network with PRelu or Relu has a kink at every
 * unit, and a step long enough for float32 crosses many, so that a plain central difference is off by several
 * percent however exact the gradient. What holds across kinks is the fundamental theorem:
 *
 *     f(x + h) - f(x - h) = integral of the gradient from x - h to x + h
 *
 * The left side is a central difference with a long step (f summed in double precision), the right side the midpoint
 * rule over gradients on the way. Errors are relative to the slope, or to the typical slope where that is larger.
 */
const errorsAt = async (
  graph: Graph,
  {
    of,
    wrt,
    feeds,
    random,
    elements,
    points,
    step,
  }: {
    of: string
    wrt: string
    feeds: Feeds
    random: Random
    elements: number
    points: number
    step: number
  },
): Promise<number[]> => {
  const forward = await runtime.load(withOutputs(graph, [of]))
  const backward = await runtime.load(differentiate(graph, { of, wrt: [wrt], seed: 'seed' }))
  const { [of]: output } = await forward.run(feeds)
  const seed = uniform(random, output!.dims)
  const start = feeds[wrt]!
  const moved = (element: number, by: number): Feeds => {
    const data = Float32Array.from(start.data as Float32Array)
    data[element]! += by
    return { ...feeds, [wrt]: float32(data, start.dims) }
  }
  const objective = async (at: Feeds) => weighted(seed.data, (await forward.run(at))[of]!.data)
  const slopes = async (at: Feeds) =>
    (await backward.run({ ...at, seed }))[gradientName(wrt)]!.data as Float32Array
  const typical = Math.sqrt(weighted(await slopes(feeds), await slopes(feeds)) / start.data.length)
  const errors: number[] = []
  for (let i = 0; i < elements; i++) {
    const element = Math.floor(random() * start.data.length)
    const rise = (await objective(moved(element, step))) - (await objective(moved(element, -step)))
    let sum = 0
    for (let point = 0; point < points; point++) {
      const by = step * ((2 * point + 1) / points - 1)
      sum += (await slopes(moved(element, by)))[element]!
    }
    const expected = rise / (2 * step)
    errors.push(Math.abs(sum / points - expected) / Math.max(Math.abs(expected), typical))
  }
  await Promise.all([forward.release(), backward.release()])
  return errors
}

/** A picture of a few waves, from -1 to 1, smooth as photos are. */
const waves = (
  random: Random,
  [batch, channels, height, width]: readonly [number, number, number, number],
) => {
  const image = new Float32Array(batch * channels * height * width)
  for (let wave = 0; wave < 8; wave++) {
    const [fx, fy, phase, turn] = [random() / 2, random() / 2, 6 * random(), random()]
    for (let i = 0; i < image.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width) % height]
      const plane = Math.floor(i / (width * height))
      image[i]! += Math.sin(fx * x + fy * y + phase + turn * plane) / 4
    }
  }
  return float32(
    image.map(value => Math.max(-1, Math.min(1, value))),
    [batch, channels, height, width],
  )
}

test('the default recogniser, from the embedding to the pixels: below 1 percent', async () => {
  const graph = readModel(await modelBytes('mobilefacenet'))
  const random = randomOf(11)
  const photo = { input: waves(random, [1, 3, 112, 112]) }
  const settings = { random, elements: 6, points: 20, step: 1 / 16 }
  const errors = await errorsAt(graph, { of: 'output', wrt: 'input', feeds: photo, ...settings })
  expect(Math.max(...errors)).toBeLessThan(0.01)
})

test('the landmark network (Relu, Gemm, BatchNormalization): below 1 percent', async () => {
  const graph = readModel(await modelBytes('landmarks'))
  const random = randomOf(12)
  const photo = { input: waves(random, [1, 1, 64, 64]) }
  const settings = { random, elements: 8, points: 128, step: 1 / 16 }
  const errors = await errorsAt(graph, { of: 'output', wrt: 'input', feeds: photo, ...settings })
  expect(Math.max(...errors)).toBeLessThan(0.01)
})

/** A residual network in the manner of InsightFace: its weights, by what they are, and its embedding. */
const residual = (random: Random) => {
  const build = buildOn(emptyGraph('residual', 17))
  build.input('x', { type: 'float32', shape: ['N', 3, 8, 8] })
  const weights: Record<string, string> = {}
  const weight = (name: string, dims: number[], low = -0.5, high = 0.5): string => {
    weights[name] ??= build.constant(uniform(random, dims, low, high))
    return weights[name]
  }
  const conv = (x: string, name: string, [to, from, size]: [number, number, number], stride = 1): string =>
    build.op('Conv', [x, weight(name, [to, from, size, size])], {
      strides: ints([stride, stride]),
      pads: ints([size, size, size, size].map(length => (length - 1) / 2)),
    })
  const norm = (x: string, name: string, channels: number): string =>
    build.op(
      'BatchNormalization',
      [
        x,
        weight(`${name} scale`, [channels], 0.5, 1.5),
        weight(`${name} bias`, [channels]),
        weight(`${name} mean`, [channels]),
        weight(`${name} variance`, [channels], 0.5, 1.5),
      ],
      { epsilon: float(2e-5) },
    )
  const prelu = (x: string, name: string, channels: number): string =>
    build.op('PRelu', [x, weight(`${name} slope`, [channels, 1, 1], -0.3, 0.6)])
  const stem = prelu(norm(conv('x', 'stem', [6, 3, 3]), 'stem', 6), 'stem', 6)
  const inner = prelu(norm(conv(norm(stem, 'first', 6), 'inner', [8, 6, 3]), 'inner', 8), 'inner', 8)
  const outer = norm(conv(inner, 'outer', [8, 8, 3], 2), 'outer', 8)
  const shortcut = norm(conv(stem, 'shortcut', [8, 6, 1], 2), 'shortcut', 8)
  const last = norm(build.op('Add', [outer, shortcut]), 'last', 8)
  const flat = build.op('Flatten', [build.op('Dropout', [last])])
  const dense = build.op('Gemm', [flat, weight('dense', [10, 128]), weight('dense bias', [10])], {
    transB: int(1),
  })
  build.alias(norm(dense, 'embedding', 10), 'embedding')
  const length = build.op('ReduceL2', ['embedding'], { axes: ints([1]), keepdims: int(1) })
  build.alias(build.op('Div', ['embedding', length]), 'unit')
  return { graph: build.finish(['embedding', 'unit']), weights }
}

const learned = [
  'stem',
  'stem slope',
  'first scale',
  'inner bias',
  'outer',
  'shortcut',
  'dense',
  'embedding scale',
]
test.each(['x', ...learned])('a small InsightFace-like ResNet, to its %s: below 1 percent', async name => {
  const random = randomOf(13)
  const { graph, weights } = residual(random)
  const wrt = weights[name] ?? 'x'
  const open = wrt === 'x' ? graph : extract(graph, { inputs: ['x', wrt], outputs: ['embedding', 'unit'] })
  const values = wrt === 'x' ? {} : { [wrt]: graph.initializers.get(wrt)! }
  const feeds = { x: uniform(random, [2, 3, 8, 8]), ...values }
  // 'unit' divides by the length: the L2 normalisation that many recognisers end with.
  for (const of of ['embedding', 'unit']) {
    const errors = await errorsAt(open, { of, wrt, feeds, random, elements: 5, points: 48, step: 1 / 16 })
    expect(Math.max(...errors)).toBeLessThan(0.01)
  }
})
