import { describe, expect, test } from 'vitest'
import { randomOf, uniform } from '../../../test/random-tensors.ts'
import { runOnce, runtime } from '../../../test/run.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { createTrainer } from '../engine/trainer.ts'
import { srtLoss } from '../losses/srt.ts'
import {
  addEum,
  buildWithEum,
  EUM_TRAINABLE,
  type EumPart,
  type EumWeights,
  eumGraph,
  eumName,
  initialEum,
} from './eum.ts'

const D = 6

/** Weights as after some training: nothing is at its start. */
const trainedLike = (): EumWeights => {
  const random = randomOf(11)
  return new Map(
    [...initialEum(D)].map(([name, { dims }]) => [
      name,
      name.endsWith('variance') ? uniform(random, dims, 0.2, 2) : uniform(random, dims),
    ]),
  )
}

type Statistics = (values: readonly number[], layer: number, unit: number) => readonly [number, number]

/** The definition, one number at a time in double precision. */
const slowly = (weights: EumWeights, embeddings: Tensor, statistics: Statistics): number[][] => {
  const part = (layer: number, name: EumPart) => [...weights.get(eumName(layer, name))!.data]
  const data = Array.from(embeddings.data, Number)
  let rows = Array.from({ length: embeddings.dims[0]! }, (_, i) => {
    const row = data.slice(i * D, (i + 1) * D)
    return row.map(value => value / Math.hypot(...row))
  })
  for (const layer of [1, 2, 3, 4]) {
    const [weight, bias] = [part(layer, 'weight'), part(layer, 'bias')]
    const linear = rows.map(row =>
      bias.map((offset, out) => row.reduce((sum, value, i) => sum + value * weight[out * D + i]!, offset)),
    )
    const [scale, shift] = [part(layer, 'scale'), part(layer, 'shift')]
    const normal = scale.map((_, unit) =>
      statistics(
        linear.map(row => row[unit]!),
        layer,
        unit,
      ),
    )
    rows = linear.map(row =>
      row.map((value, unit) => {
        const [mean, variance] = normal[unit]!
        const y = (scale[unit]! * (value - mean)) / Math.sqrt(variance + 1e-5) + shift[unit]!
        return layer < 4 && y < 0 ? 0.2 * y : y
      }),
    )
  }
  return rows
}

const ofBatch: Statistics = values => {
  const mean = values.reduce((a, b) => a + b) / values.length
  return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length]
}

const near = (rows: readonly (readonly number[])[]) => rows.flat().map(value => expect.closeTo(value, 4))

describe('forms', () => {
  const embeddings = uniform(randomOf(12), [9, D], -3, 3)

  test('the inference form is the one with running statistics, its normalisations folded', async () => {
    const weights = trainedLike()
    const running: Statistics = (_, layer, unit) => [
      weights.get(eumName(layer, 'mean'))!.data[unit]!,
      weights.get(eumName(layer, 'variance'))!.data[unit]!,
    ]
    const graph = eumGraph(weights)
    expect(graph.nodes.map(({ op }) => op)).not.toContain('BatchNormalization')
    const { corrected } = await runOnce(graph, { embedding: embeddings })
    expect([...corrected!.data]).toEqual(near(slowly(weights, embeddings, running)))
  })

  test('the training form normalises by the batch and renews the running statistics', async () => {
    const weights = trainedLike()
    const build = buildWithEum(weights)
    const { output, running } = addEum(build, build.input('x', { type: 'float32', shape: ['N', D] }))
    const results = await runOnce(build.finish([output, ...running.map(({ from }) => from)]), {
      x: embeddings,
    })
    const seen: Record<string, number[]> = Object.fromEntries(running.map(({ to }) => [to, []]))
    const rows = slowly(weights, embeddings, (values, layer, unit) => {
      const [mean, variance] = ofBatch(values, layer, unit)
      const old = (part: EumPart) => weights.get(eumName(layer, part))!.data[unit]!
      seen[eumName(layer, 'mean')]![unit] = 0.9 * old('mean') + 0.1 * mean
      seen[eumName(layer, 'variance')]![unit] = 0.9 * old('variance') + 0.1 * variance
      return [mean, variance]
    })
    expect([...results[output]!.data]).toEqual(near(rows))
    expect(running).toHaveLength(8)
    for (const { from, to } of running) expect([...results[from]!.data]).toEqual(near([seen[to]!]))
  })
})

describe('start', () => {
  test.each([
    [512, 1_054_720, 4_096],
    [128, 67_072, 1_024],
  ])('%i dimensions: as many parameters as published', (dimension, parameters, statistics) => {
    const sizes = [...initialEum(dimension)].map(([name, { data }]) => ({
      size: data.length,
      statistic: /mean|variance/.test(name),
    }))
    const total = (statistic: boolean) =>
      sizes.filter(part => part.statistic === statistic).reduce((sum, { size }) => sum + size, 0)
    expect([total(false), total(true)]).toEqual([parameters, statistics])
  })

  test('weights are even over +-1 / sqrt(D), the same for the same seed', () => {
    const first = initialEum(128, 3)
    expect(initialEum(128, 3)).toEqual(first)
    expect(initialEum(128, 4).get(eumName(1, 'weight'))).not.toEqual(first.get(eumName(1, 'weight')))
    for (const layer of [1, 2, 3, 4]) {
      const { data } = first.get(eumName(layer, 'weight'))!
      const bound = 1 / Math.sqrt(128)
      expect(Math.max(...data.map(Math.abs))).toBeLessThanOrEqual(bound)
      const variance = data.reduce((sum, value) => sum + value * value, 0) / data.length
      expect(variance / (bound * bound)).toBeCloseTo(1 / 3, 2)
    }
    const biases = [1, 2, 3, 4].map(layer => first.get(eumName(layer, 'bias'))!.data.join())
    expect(new Set(biases).size).toBe(4)
  })
})

test('training takes distorted embeddings back to where they were', async () => {
  const random = randomOf(13)
  const rows = 64
  const bare = uniform(random, [rows, D])
  const tilt = uniform(random, [D, D])
  // Each embedding with a fixed linear distortion of it added: something to undo.
  const masked = {
    ...bare,
    data: bare.data.map((value, i) => {
      const row = Math.floor(i / D)
      let moved = value
      for (let k = 0; k < D; k++) moved += 0.7 * bare.data[row * D + k]! * tilt.data[k * D + (i % D)]!
      return moved
    }),
  }
  const others = { ...bare, data: bare.data.map((_, i) => bare.data[(i + 5 * D) % (rows * D)]!) }
  const build = buildWithEum(initialEum(D, 1))
  const type = { type: 'float32', shape: ['N', D] } as const
  for (const name of ['masked', 'bare', 'other']) build.input(name, type)
  const { output, running } = addEum(build, 'masked')
  const { loss, toPositive } = srtLoss(build, { anchor: output, positive: 'bare', negative: 'other' })
  build.alias(loss, 'loss')
  build.alias(toPositive, 'toPositive')
  const trainer = await createTrainer(runtime, {
    graph: build.finish(['loss', 'toPositive', ...running.map(({ from }) => from)]),
    loss: 'loss',
    metrics: ['toPositive'],
    trainable: EUM_TRAINABLE,
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
    running,
  })
  const feeds = { masked, bare, other: others }
  const [before] = await trainer.train(Array(300).fill({ feeds, rate: 0.1 }))
  const [after] = await trainer.train([{ feeds, rate: 0 }])
  const learned = new Map([...initialEum(D, 1), ...trainer.weights()])
  await trainer.release()
  expect(after!.toPositive).toBeLessThan(0.2 * before!.toPositive!)
  // The inference form with the statistics that training left does the same.
  const { corrected } = await runOnce(eumGraph(learned), { embedding: masked })
  let cosine = 0
  for (let row = 0; row < rows; row++) {
    const [a, b] = [corrected!, bare].map(({ data }) =>
      Array.from({ length: D }, (_, i) => Number(data[row * D + i])),
    )
    cosine += a!.reduce((sum, v, i) => sum + v * b![i]!, 0) / Math.hypot(...a!) / Math.hypot(...b!) / rows
  }
  expect(2 - 2 * cosine).toBeCloseTo(after!.toPositive!, 1)
})
