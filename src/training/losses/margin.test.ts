import { describe, expect, test } from 'vitest'
import { evaluated, expectGradients, lossGraph, matrix } from '../../../test/losses.ts'
import { randomOf, uniform } from '../../../test/random-tensors.ts'
import { runOnce } from '../../../test/run.ts'
import { differentiate, gradientName } from '../../onnx/differentiate.ts'
import type { Feeds } from '../../onnx/runtime.ts'
import { int64 } from '../../onnx/tensor.ts'
import { arcFaceLoss, cosFaceLoss, type MarginOptions } from './margin.ts'

const names = { embedding: 'x', weight: 'w', label: 'label' }
const LOSSES = { arcface: arcFaceLoss, cosface: cosFaceLoss }

const graphOf = (kind: keyof typeof LOSSES, feeds: Feeds, options: MarginOptions = {}) =>
  lossGraph(feeds, ['x', 'label'], build => LOSSES[kind](build, names, options))

/** Embeddings of length 2 at some angles to the first of three identities in the plane. */
const atAngles = (angles: readonly number[]): Feeds => ({
  x: matrix(angles.map(angle => [2 * Math.cos(angle), 2 * Math.sin(angle)])),
  w: matrix([
    [3, 0],
    [0, 0.5],
    [-1, -1],
  ]),
  label: int64(angles.map(() => 0)),
})

const SEAM = Math.PI - 0.5

describe('ArcFace', () => {
  test('is cos(theta + m) up to pi - m, cos(theta) - m sin(m) beyond', async () => {
    const angles = [0, 0.01, 1, Math.PI / 2, 2.2, SEAM - 1e-3, SEAM + 1e-3, 3, Math.PI]
    const feeds = atAngles(angles)
    const { logits } = await evaluated(graphOf('arcface', feeds), feeds)
    angles.forEach((angle, row) => {
      const own = angle < SEAM ? Math.cos(angle + 0.5) : Math.cos(angle) - 0.5 * Math.sin(0.5)
      // At 0 the floor under the sine shows: sqrt(1e-7) sin(m), 0.01 of 64.
      expect(Math.abs(logits![3 * row]! - 64 * own)).toBeLessThan(angle === 0 ? 0.011 : 1e-3)
      expect(logits![3 * row + 1]).toBeCloseTo(64 * Math.sin(angle), 3)
      expect(logits![3 * row + 2]).toBeCloseTo(-64 * Math.SQRT1_2 * (Math.cos(angle) + Math.sin(angle)), 3)
    })
    // Nowhere does a larger angle give a larger logit.
    const own = angles.map((_, row) => logits![3 * row]!)
    expect(own).toEqual([...own].sort((a, b) => b - a))
  })

  test('the loss by hand', async () => {
    const feeds = atAngles([1])
    const scale = 4
    const logits = [Math.cos(1.5), Math.sin(1), -Math.SQRT1_2 * (Math.cos(1) + Math.sin(1))]
    const total = logits.reduce((sum, logit) => sum + Math.exp(scale * logit), 0)
    const { loss } = await evaluated(graphOf('arcface', feeds, { scale }), feeds)
    expect(loss).toEqual([expect.closeTo(Math.log(total) - scale * logits[0]!, 5)])
  })

  test('the gradient is finite on the identity itself and opposite to it', async () => {
    const feeds = atAngles([0, Math.PI])
    const graph = differentiate(graphOf('arcface', feeds), { of: 'loss', wrt: ['x', 'w'] })
    const gradients = await runOnce(graph, feeds)
    for (const name of ['x', 'w'])
      expect([...gradients[gradientName(name)]!.data].filter(value => !Number.isFinite(value))).toEqual([])
  })
})

test('CosFace is cos(theta) - m', async () => {
  const angles = [0, 1, 3]
  const feeds = atAngles(angles)
  const { logits } = await evaluated(graphOf('cosface', feeds), feeds)
  const own = angles.map((_, row) => logits![3 * row])
  expect(own).toEqual(angles.map(angle => expect.closeTo(64 * (Math.cos(angle) - 0.35), 3)))
})

test.each(['arcface', 'cosface'] as const)(
  '%s: gradients with respect to embeddings and weights',
  async kind => {
    const random = randomOf(5)
    const feeds = { x: uniform(random, [6, 4]), w: uniform(random, [5, 4]), label: int64([0, 4, 2, 2, 1, 3]) }
    await expectGradients(graphOf(kind, feeds, { scale: 8 }), feeds, ['x', 'w'], random)
  },
)

test('ArcFace on both sides of the seam: gradients', async () => {
  const feeds = atAngles([SEAM - 0.2, SEAM + 0.2])
  await expectGradients(graphOf('arcface', feeds, { scale: 8 }), feeds, ['x', 'w'], randomOf(6))
})
