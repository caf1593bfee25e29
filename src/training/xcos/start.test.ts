import { expect, it } from 'vitest'
import { noise } from '../../../test/graphs.ts'
import { cellContributions } from '../../explanation/xcos/contributions.ts'
import { xcosGraph } from '../../explanation/xcos/graph.ts'
import { createXCosScorer } from '../../explanation/xcos/scorer.ts'
import { xcosOfContributions } from '../../explanation/xcos/xcos.ts'
import { MOBILEFACENET } from '../../models/networks.ts'
import { int } from '../../onnx/attributes.ts'
import { buildOn, emptyGraph } from '../../onnx/builder.ts'
import { nodeRuntime } from '../../onnx/node.ts'
import { principalAxes } from './principal-axes.ts'
import { initialXCos } from './start.ts'

it('principalAxes spans the leading eigenvectors, found by hand', () => {
  // Eigenvalues 9, 4, 1, 0 along turned axes.
  const c = Math.SQRT1_2
  const axes = [
    [c, c, 0, 0],
    [c, -c, 0, 0],
    [0, 0, c, c],
    [0, 0, c, -c],
  ]
  const matrix = new Float64Array(16)
  for (const [k, value] of [9, 4, 1, 0].entries()) {
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) matrix[i * 4 + j]! += value * axes[k]![i]! * axes[k]![j]!
  }
  const found = principalAxes(matrix, 4, 2, 'seed')
  // The projector on the span is that of the first two axes.
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < 4; j++) {
      const projector = found[i]! * found[j]! + found[4 + i]! * found[4 + j]!
      const expected = axes[0]![i]! * axes[0]![j]! + axes[1]![i]! * axes[1]![j]!
      expect(projector).toBeCloseTo(expected, 6)
    }
  }
})

/** A head like MobileFaceNet's: depthwise convolution over the grid, 1x1 convolution. */
const smallHead = () => {
  const build = buildOn(emptyGraph('head', 17))
  const tensor = (dims: number[], seed: number) => build.constant(noise(dims, seed))
  build.input('grid', { type: 'float32', shape: ['N', 6, 3, 3] })
  const whole = build.op('Conv', ['grid', tensor([6, 1, 3, 3], 1), tensor([6], 2)], { group: int(6) })
  const mixed = build.op('Conv', [whole, tensor([20, 6, 1, 1], 3)])
  build.alias(build.op('Reshape', [mixed, build.integers([0, -1])]), 'output')
  return build.finish(['output'])
}

it('starts from the score that needs no training, less the average face', async () => {
  const contract = { ...MOBILEFACENET.contract, grid: 'grid', output: 'output' }
  const graph = smallHead()
  const runtime = nodeRuntime()
  const contributions = await cellContributions(runtime, graph, contract)
  const grid = (seed: number) => ({
    channels: 6,
    height: 3,
    width: 3,
    data: (noise([1, 6, 3, 3], seed).data as Float32Array).map((value, i) => value + Math.cos(i)),
  })
  const samples = [1, 2, 3, 4].map(grid)
  // Contributions lie in the six directions of the channels: with as many features nothing is lost.
  const weights = await initialXCos({ contributions, samples, features: 6, layers: 1, gates: 4, seed: '1' })
  const face = (seed: number) => ({ vector: Float32Array.of(1), norm: 1, pipeline: 'p', grid: grid(seed) })
  const scorer = createXCosScorer(runtime, {
    recogniser: { graph, contract },
    trained: xcosGraph(weights, 'x'),
  })
  const start = await scorer.score(face(1), face(3))
  const parts = await Promise.all(samples.map(sample => contributions.of(sample)))
  const mean = parts[0]!.map((_, i) => parts.reduce((sum, part) => sum + part[i]! / 4, 0))
  const centred = (which: number) => parts[which]!.map((value, i) => value - mean[i]!)
  const expected = xcosOfContributions(centred(0), centred(2), start)
  expect(start.score).toBeCloseTo(expected.score, 3)
  start.similarity.forEach((value, i) => void expect(value).toBeCloseTo(expected.similarity[i]!, 3))
  start.attention.forEach((value, i) => void expect(value).toBeCloseTo(expected.attention[i]!, 3))
  await Promise.all([contributions.release(), scorer.release()])
})
