import { beforeAll, describe, expect, it } from 'vitest'
import { noise, smallRecogniser } from '../../../test/graphs.ts'
import { modelBytes } from '../../../test/models.ts'
import { MOBILEFACENET } from '../../models/networks.ts'
import { extract } from '../../onnx/edit.ts'
import { nodeRuntime } from '../../onnx/node.ts'
import { readModel } from '../../onnx/proto.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import type { Embedding } from '../../recognition/embedding.ts'
import { type Network, networkOf } from '../../recognition/recogniser.ts'
import { contractOf } from '../../training/unmask/_test-set.ts'
import { cellContributions } from './contributions.ts'
import { type XCosWeights, xcosGraph } from './graph.ts'
import { createXCosScorer } from './scorer.ts'

const runtime = nodeRuntime()
const small = (): Pick<Network, 'graph' | 'contract'> => {
  const graph = smallRecogniser()
  const contract = contractOf(graph)
  return { graph: networkOf(graph, contract), contract }
}
let mobile: Pick<Network, 'graph' | 'contract'>
beforeAll(async () => {
  const { contract } = MOBILEFACENET
  mobile = { graph: networkOf(readModel(await modelBytes('mobilefacenet')), contract), contract }
})

const gridOf = (channels: number, seed: number) => ({
  channels,
  height: 7,
  width: 7,
  data: noise([1, channels, 7, 7], seed).data as Float32Array,
})
const faceOf = (channels: number, seed: number, unmasked = false): Embedding => ({
  vector: Float32Array.of(1),
  norm: 1,
  pipeline: 'p',
  ...(unmasked && { unmasked }),
  grid: gridOf(channels, seed),
})

const noisyWeights = (): XCosWeights => {
  const some = (dims: number[], seed: number) => noise(dims, seed) as Tensor<Float32Array>
  return new Map([
    ['scale', some([1, 4, 7, 7], 11)],
    ['context', some([4, 1, 3, 3], 20)],
    ['project.weight', some([6, 4, 1, 1], 12)],
    ['project.bias', some([1, 6, 7, 7], 13)],
    ['project.slope', some([6, 1, 1], 14)],
    ['refine1.context', some([6, 1, 3, 3], 21)],
    ['refine1.slope', some([6, 1, 1], 22)],
    ['refine1.weight', some([6, 6, 1, 1], 23)],
    ['gate.weight', some([5, 18, 1, 1], 15)],
    ['gate.bias', some([5], 16)],
    ['gate.slope', some([5, 1, 1], 17)],
    ['attend.weight', some([1, 5, 3, 3], 18)],
    ['attend.bias', some([1], 19)],
    ['sharpness', float32([1.5], [])],
  ])
}

describe('cellContributions', () => {
  it.each(['small', 'mobile'] as const)('adds up to the embedding, %s', async which => {
    const { graph, contract } = which === 'small' ? small() : mobile
    const head = extract(graph, { inputs: [contract.grid], outputs: [contract.output] })
    const channels = head.inputs[0]!.shape[1] as number
    const session = await runtime.load(head)
    const run = async (data: Float32Array) =>
      (await session.run({ [contract.grid]: float32(data, [1, channels, 7, 7]) }))[contract.output]!
        .data as Float32Array
    const { data } = gridOf(channels, 3)
    const [whole, nothing] = [await run(data), await run(data.map(() => 0))]
    const cells = await cellContributions(runtime, graph, contract)
    const parts = await cells.of(gridOf(channels, 3))
    const size = whole.length
    expect(parts).toHaveLength(49 * size)
    const sums = whole.map((_, i) => {
      let sum = nothing[i]!
      for (let cell = 0; cell < 49; cell++) sum += parts[cell * size + i]!
      return sum
    })
    const scale = Math.max(...whole.map(Math.abs))
    sums.forEach((sum, i) => void expect(Math.abs(sum - whole[i]!)).toBeLessThan(scale * 1e-4))
    // One cell by hand: the head on that cell alone.
    const alone = await run(data.map((value, i) => (i % 49 === 17 ? value : 0)))
    alone.forEach((value, i) => {
      expect(Math.abs(value - nothing[i]! - parts[17 * size + i]!)).toBeLessThan(scale * 1e-4)
    })
    await Promise.all([session.release(), cells.release()])
  })
})

describe('createXCosScorer', () => {
  it.each(['untrained', 'trained'] as const)('is symmetric, and 1 for a face and itself, %s', async form => {
    const trained = form === 'trained' ? xcosGraph(noisyWeights(), 'small:1') : undefined
    const scorer = createXCosScorer(runtime, { recogniser: small(), trained })
    const [a, b] = [faceOf(4, 1), faceOf(4, 2)]
    const score = await scorer.score(a, b)
    expect(await scorer.score(b, a)).toEqual(score)
    expect(score.attention.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12)
    expect(Math.abs(score.score)).toBeLessThan(1)
    expect((await scorer.score(a, a)).score).toBe(1)
    await scorer.release()
  })

  it('splits a face by the network that embedded it', async () => {
    const corrected = {
      graph: { ...small().graph, initializers: new Map(small().graph.initializers) },
      contract: small().contract,
    }
    corrected.graph.initializers.set('fc', noise([4 * 49, 32], 9))
    const scorer = createXCosScorer(runtime, { recogniser: small(), corrected })
    const plain = await scorer.score(faceOf(4, 1), faceOf(4, 2))
    const mixed = await scorer.score(faceOf(4, 1), faceOf(4, 2, true))
    expect(mixed.score).not.toBe(plain.score)
    expect(await scorer.score(faceOf(4, 2, true), faceOf(4, 1))).toEqual(mixed)
    await scorer.release()
    const without = createXCosScorer(runtime, { recogniser: small() })
    await expect(without.score(faceOf(4, 1), faceOf(4, 2, true))).rejects.toMatchObject({
      code: 'E_PIPELINE_MISMATCH',
    })
  })

  it('refuses what can not be compared', async () => {
    const scorer = createXCosScorer(runtime, { recogniser: small() })
    const { grid: _, ...bare } = faceOf(4, 1)
    await expect(scorer.score(bare, faceOf(4, 2))).rejects.toMatchObject({ code: 'E_MODEL_SHAPE' })
    await expect(scorer.score({ ...faceOf(4, 1), pipeline: 'q' }, faceOf(4, 2))).rejects.toMatchObject({
      code: 'E_PIPELINE_MISMATCH',
    })
  })
})
