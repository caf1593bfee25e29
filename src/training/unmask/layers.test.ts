import { describe, expect, test } from 'vitest'
import { noise, smallRecogniser } from '../../../test/graphs.ts'
import { modelBytes } from '../../../test/models.ts'
import { runOnce, runtime } from '../../../test/run.ts'
import { entryOf } from '../../models/catalogue.ts'
import type { RecogniserContract } from '../../models/contract.ts'
import { dynamicBatch } from '../../onnx/edit.ts'
import { readModel, writeModel } from '../../onnx/proto.ts'
import { float32 } from '../../onnx/tensor.ts'
import { networkOf } from '../../recognition/recogniser.ts'
import { withCorrection } from '../../recognition/unmask.ts'
import { createTrainer } from '../engine/trainer.ts'
import { contractOf } from './_test-set.ts'
import { layerStudent } from './layers.ts'
import { checkStart, startOfDeepPart, startOfHead } from './start.ts'

const graph = smallRecogniser()
const contract = contractOf(graph)
const naming = { method: 'head', recogniser: 'small:1' }

describe('a student that has learnt nothing', () => {
  test.each(['x', 'grid'])('from %s is the recogniser', async start => {
    const student = layerStudent(graph, contract, { start, batch: 2, ...naming })
    const correction = readModel(writeModel(student.correction(new Map())))
    expect(correction.name).toBe('unmask/head for small:1')
    const corrected = withCorrection(graph, contract, correction)
    const face = noise([1, 3, 112, 112], 3)
    const { embedding } = await runOnce(networkOf(graph, contract), { x: face })
    const results = await runOnce(corrected.graph, { x: face })
    expect(results['unmask/unmasked']!.data).toEqual(embedding!.data)
  })

  test('its step graph starts with the loss of the recogniser, and steps lower it', async () => {
    const student = layerStudent(graph, contract, { start: 'grid', batch: 4, ...naming })
    const feeds = { grid: noise([4, 4, 7, 7], 5), target: noise([4, 32], 6) }
    const untrained = await runOnce(student.correction(new Map()), { grid: feeds.grid })
    const cosines = Array.from({ length: 4 }, (_, row) => {
      const [a, b] = [untrained.unmasked!, feeds.target].map(({ data }) =>
        Array.from((data as Float32Array).subarray(row * 32, (row + 1) * 32)),
      ) as [number[], number[]]
      return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b))
    })
    const trainer = await createTrainer(runtime, student.training)
    const reports = await trainer.train(Array(61).fill({ feeds, rate: 0.02 }))
    expect(reports[0]!.cosine).toBeCloseTo(cosines.reduce((sum, value) => sum + value, 0) / 4, 5)
    expect(reports.at(-1)!.loss).toBeLessThan(0.5 * reports[0]!.loss!)
    await trainer.release()
  })
})

test('small kernels and slopes stay, the rest is trained', () => {
  const fromImage = layerStudent(graph, contract, { start: 'x', batch: 1, ...naming })
  expect(fromImage.training.trainable).toEqual(['w', 'fc'])
  const fromGrid = layerStudent(graph, contract, { start: 'grid', batch: 1, ...naming })
  expect(fromGrid.training.trainable).toEqual(['fc'])
  expect(() => layerStudent(graph, contract, { start: 'embedding', batch: 1, ...naming })).toThrow(
    expect.objectContaining({ code: 'E_UNKNOWN_LAYER' }),
  )
})

describe('where training begins', () => {
  test('in the default recogniser', async () => {
    const network = dynamicBatch(readModel(await modelBytes('mobilefacenet')))
    const { contract: known } = entryOf('mobilefacenet') as { contract: RecogniserContract }
    expect(startOfHead(network, known)).toBe('503')
    expect(startOfDeepPart(network, known)).toBe('395')
    expect(checkStart(network, known, '471')).toBe('471')
    expect(checkStart(network, known, 'input')).toBe('input')
    expect(() => checkStart(network, known, 'nowhere')).toThrow(/It can begin at input, .*395.*507/)
  })

  test('in a network without other places', () => {
    expect(startOfHead(graph, contract)).toBe('grid')
    expect(startOfDeepPart(graph, contract)).toBe('x')
  })
})

test('rows of other lengths than the batch are refused by the runtime', async () => {
  const student = layerStudent(graph, contract, { start: 'grid', batch: 4, ...naming })
  const trainer = await createTrainer(runtime, student.training)
  const feeds = { grid: noise([3, 4, 7, 7], 5), target: float32(new Float32Array(96), [3, 32]) }
  await expect(trainer.train([{ feeds, rate: 0.1 }])).rejects.toMatchObject({ code: 'E_MODEL_SHAPE' })
  await trainer.release()
})
