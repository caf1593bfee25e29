import { expect, it } from 'vitest'
import { modelBytes } from '../../../test/models.ts'
import { fivePoints } from '../../face/align.ts'
import type { Point } from '../../image/photo.ts'
import { nodeRuntime } from '../../onnx/node.ts'
import { readModel } from '../../onnx/proto.ts'
import { float32 } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import { landmarkLoss } from './graph.ts'

it('is the loss of its definition', async () => {
  const { graph } = landmarkLoss(readModel(await modelBytes('landmarks')))
  const session = await nodeRuntime().load({ ...graph, outputs: [...graph.outputs] })
  const model = await nodeRuntime().load(await modelBytes('landmarks'))
  const random = createRandom('loss')
  const crops = [0, 1, 2].map(() => Float32Array.from({ length: 4096 }, () => random.uniform()))
  const target = Float32Array.from({ length: 3 * 136 }, () => random.uniform(0.2, 0.8))
  const { loss, five } = await session.run({
    input: float32(Float32Array.from(crops.flatMap(crop => [...crop])), [3, 1, 64, 64]),
    target: float32(target, [3, 136]),
    weight: float32([1, 2, 0.5], [3]),
  })
  let [expected, distance] = [0, 0]
  for (const [row, crop] of crops.entries()) {
    const { output } = await model.run({ input: float32(crop, [1, 1, 64, 64]) })
    const pixels = (values: ArrayLike<number>): Point[] =>
      Array.from({ length: 68 }, (_, i) => [Number(values[2 * i]) * 64, Number(values[2 * i + 1]) * 64])
    const found = pixels(output!.data as Float32Array)
    const truth = pixels(target.subarray(row * 136, row * 136 + 136))
    const [a, b] = [fivePoints(found), fivePoints(truth)]
    const charbonnier = ([x, y]: Point, [u, v]: Point): number =>
      Math.sqrt((x - u) ** 2 + (y - v) ** 2 + 0.25) - 0.5
    const weight = [1, 2, 0.5][row]!
    for (let i = 0; i < 68; i++) expected += (weight * charbonnier(found[i]!, truth[i]!)) / 68 / 3
    for (let i = 0; i < 5; i++) {
      expected += (weight * 2 * charbonnier(a[i]!, b[i]!)) / 5 / 3
      distance += Math.hypot(a[i]![0] - b[i]![0], a[i]![1] - b[i]![1]) / 5 / 3
    }
  }
  expect(Number(loss!.data[0])).toBeCloseTo(expected, 3)
  expect(Number(five!.data[0])).toBeCloseTo(distance, 3)
  await Promise.all([session.release(), model.release()])
})

it('trains neither the first layers nor the running statistics', async () => {
  const model = readModel(await modelBytes('landmarks'))
  const { trainable } = landmarkLoss(model)
  const [first] = model.nodes
  expect(trainable).not.toContain(first!.inputs[1])
  expect(trainable.filter(name => name.includes('running'))).toEqual([])
  expect(new Set(trainable).size).toBe(trainable.length)
  const size = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + model.initializers.get(name)!.data.length, 0)
  // Nearly all weights are in the later layers.
  expect(size(trainable) / size(model.initializers.keys())).toBeGreaterThan(0.95)
})
