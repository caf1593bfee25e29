import { describe, expect, test } from 'vitest'
import { int } from '../../onnx/attributes.ts'
import { buildOn, emptyGraph } from '../../onnx/builder.ts'
import type { Graph } from '../../onnx/graph.ts'
import { nodeRuntime } from '../../onnx/node.ts'
import { float32 } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import type { Optimiser } from './optimiser.ts'
import { createTrainer, type TrainerOptions } from './trainer.ts'

/** loss = mean over rows of (x w + b - y)^2, with two features. */
const regression = (): Graph => {
  const build = buildOn(emptyGraph('regression', 17))
  build.input('x', { type: 'float32', shape: ['N', 2] })
  build.input('y', { type: 'float32', shape: ['N', 1] })
  const graph = build.finish([])
  const weighted = buildOn({
    ...graph,
    initializers: new Map([
      ['w', float32([0.5, -0.25], [2, 1])],
      ['b', float32([0.1], [1])],
    ]),
  })
  const error = weighted.op('Sub', [weighted.op('Gemm', ['x', 'w', 'b']), 'y'])
  weighted.alias(
    weighted.op('ReduceMean', [weighted.op('Mul', [error, error])], { keepdims: int(0) }),
    'loss',
  )
  return weighted.finish(['loss'])
}

const X = [
  [1, 2],
  [-1, 0.5],
  [0.25, -2],
] as const
const Y = [0.3, -1, 2] as const
const feeds = { x: float32(X.flat(), [3, 2]), y: float32(Y, [3, 1]) }

/** The same in plain arithmetic: [w0, w1, b] and its gradient. */
const gradientAt = ([w0, w1, b]: readonly number[]): number[] => {
  const sums = [0, 0, 0]
  X.forEach(([x0, x1], i) => {
    const error = x0 * w0! + x1 * w1! + b! - Y[i]!
    sums[0]! += (2 * error * x0) / 3
    sums[1]! += (2 * error * x1) / 3
    sums[2]! += (2 * error) / 3
  })
  return sums
}

const trained = async (options: Partial<TrainerOptions>, steps: number, rate: number): Promise<number[]> => {
  const trainer = await createTrainer(nodeRuntime(), {
    graph: regression(),
    loss: 'loss',
    trainable: ['w', 'b'],
    optimiser: { kind: 'sgd' },
    ...options,
  })
  await trainer.train(Array(steps).fill({ feeds, rate }))
  const weights = trainer.weights({ average: options.average !== undefined })
  await trainer.release()
  return [...weights.get('w')!.data, ...weights.get('b')!.data]
}

const START = [0.5, -0.25, 0.1]

describe('optimisers against their published updates, by hand', () => {
  test.each([
    { momentum: 0, nesterov: false },
    { momentum: 0.9, nesterov: false },
    { momentum: 0.9, nesterov: true },
  ])('SGD %o', async ({ momentum, nesterov }) => {
    const weightDecay = 0.01
    let velocity = [0, 0, 0]
    let weights = START
    for (let step = 0; step < 5; step++) {
      // The bias does not decay.
      const g = gradientAt(weights).map((value, i) => value + (i < 2 ? weightDecay * weights[i]! : 0))
      velocity = velocity.map((v, i) => momentum * v + g[i]!)
      const direction = velocity.map((v, i) => (nesterov ? g[i]! + momentum * v : v))
      weights = weights.map((w, i) => w - 0.05 * direction[i]!)
    }
    const optimiser: Optimiser = { kind: 'sgd', momentum, nesterov, weightDecay }
    expect(await trained({ optimiser }, 5, 0.05)).toEqual(weights.map(w => expect.closeTo(w, 5)))
  })
})

test('AdamW by hand', async () => {
  const first = [0, 0, 0]
  const second = [0, 0, 0]
  let weights = START
  for (let step = 1; step <= 6; step++) {
    const g = gradientAt(weights)
    weights = weights.map((w, i) => {
      first[i] = 0.9 * first[i]! + 0.1 * g[i]!
      second[i] = 0.999 * second[i]! + 0.001 * g[i]! ** 2
      const direction = first[i]! / (1 - 0.9 ** step) / (Math.sqrt(second[i]! / (1 - 0.999 ** step)) + 1e-8)
      const decay = i < 2 ? 0.1 * w : 0
      return w - 0.02 * (direction + decay)
    })
  }
  const optimiser: Optimiser = { kind: 'adamw', weightDecay: 0.1 }
  expect(await trained({ optimiser }, 6, 0.02)).toEqual(weights.map(w => expect.closeTo(w, 5)))
})

test('clipping keeps the direction and bounds the length over all weights', async () => {
  const [moved, free] = [await trained({ clip: 0.1 }, 1, 1), gradientAt(START)]
  const length = Math.hypot(...free)
  expect(length).toBeGreaterThan(0.1)
  expect(moved).toEqual(START.map((w, i) => expect.closeTo(w - (0.1 * free[i]!) / length, 6)))
  expect(await trained({ clip: 100 }, 1, 0.1)).toEqual(await trained({}, 1, 0.1))
})

test('the average follows the weights with its decay', async () => {
  let average = START
  for (let step = 1; step <= 3; step++) {
    const weights = await trained({}, step, 0.05)
    average = average.map((value, i) => 0.8 * value + 0.2 * weights[i]!)
  }
  expect(await trained({ average: 0.8 }, 3, 0.05)).toEqual(average.map(value => expect.closeTo(value, 5)))
})

test('a factor on the rate holds for its weight only', async () => {
  const g = gradientAt(START)
  const moved = await trained({ scales: new Map([['b', 0.5]]) }, 1, 0.1)
  expect(moved).toEqual(START.map((w, i) => expect.closeTo(w - 0.1 * (i === 2 ? 0.5 : 1) * g[i]!, 6)))
})

test('how steps are put together, and going on from a saved state, change no bit', async () => {
  const options = {
    graph: regression(),
    loss: 'loss',
    trainable: ['w', 'b'],
    optimiser: { kind: 'adamw' },
    average: 0.9,
  } as const
  const random = createRandom('state')
  const batches = Array.from({ length: 8 }, (_, i) => ({
    feeds: {
      x: float32(
        Array.from({ length: 6 }, () => random.normal()),
        [3, 2],
      ),
      y: feeds.y,
    },
    rate: 0.01 / (i + 1),
  }))
  const whole = await createTrainer(nodeRuntime(), options)
  await whole.train(batches)
  const start = await createTrainer(nodeRuntime(), options)
  for (const batch of batches.slice(0, 3)) await start.train([batch])
  const rest = await createTrainer(nodeRuntime(), options)
  rest.restore(start.state())
  await rest.train(batches.slice(3, 5))
  await rest.train(batches.slice(5))
  expect(rest.state()).toEqual(whole.state())
  expect(rest.steps).toBe(8)
  for (const trainer of [whole, start, rest]) await trainer.release()
})

test('a state of another optimiser is refused', async () => {
  const options = { graph: regression(), loss: 'loss', trainable: ['w', 'b'] } as const
  const [plain, adam] = [
    await createTrainer(nodeRuntime(), { ...options, optimiser: { kind: 'sgd' } }),
    await createTrainer(nodeRuntime(), { ...options, optimiser: { kind: 'adamw' } }),
  ]
  expect(() => adam.restore(plain.state())).toThrow(expect.objectContaining({ code: 'E_MODEL_INVALID' }))
  expect(() => plain.restore(adam.state())).toThrow(expect.objectContaining({ code: 'E_MODEL_INVALID' }))
})

test('a loss that is no number stops with the step and leaves the weights', async () => {
  const trainer = await createTrainer(nodeRuntime(), {
    graph: regression(),
    loss: 'loss',
    trainable: ['w', 'b'],
    optimiser: { kind: 'sgd' },
  })
  await trainer.train([{ feeds, rate: 0.01 }])
  const before = trainer.state()
  const good = { feeds, rate: 0.01 }
  const broken = { feeds: { ...feeds, y: float32([Number.NaN, 0, 0], [3, 1]) }, rate: 0.01 }
  await expect(trainer.train([good, good, broken, good])).rejects.toMatchObject({
    code: 'E_NOT_FINITE',
    message: expect.stringContaining('Step 4'),
    details: { step: 4 },
  })
  expect(trainer.state()).toEqual(before)
  await trainer.release()
})

test('batches of one run must be alike and complete', async () => {
  const trainer = await createTrainer(nodeRuntime(), {
    graph: regression(),
    loss: 'loss',
    trainable: ['w', 'b'],
    optimiser: { kind: 'sgd' },
  })
  const shorter = { x: float32([1, 2], [1, 2]), y: float32([1], [1, 1]) }
  const batches = [feeds, shorter].map(given => ({ feeds: given, rate: 0.1 }))
  await expect(trainer.train(batches)).rejects.toMatchObject({
    code: 'E_MODEL_SHAPE',
    message: expect.stringContaining('[3,2] and [1,2]'),
  })
  await expect(trainer.train([{ feeds: { x: feeds.x }, rate: 0.1 }])).rejects.toMatchObject({
    code: 'E_MODEL_SHAPE',
    message: expect.stringContaining('"y"'),
  })
  await trainer.release()
})

test('a weight that does not exist is named', async () => {
  const options = { graph: regression(), loss: 'loss', optimiser: { kind: 'sgd' } } as const
  await expect(createTrainer(nodeRuntime(), { ...options, trainable: ['v'] })).rejects.toMatchObject({
    code: 'E_UNKNOWN_LAYER',
    message: expect.stringContaining('"v"'),
  })
})
