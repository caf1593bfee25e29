import { describe, expect, test } from 'vitest'
import { node, smallRecogniser } from '../../test/graphs.ts'
import type { Node } from '../onnx/graph.ts'
import { float32, scalar, type Tensor } from '../onnx/tensor.ts'
import { readNormalisation } from './normalisation.ts'

const read = (head: readonly Node[], weights: Readonly<Record<string, Tensor>>) =>
  readNormalisation(smallRecogniser({ head, weights }), 'x')

const byPlane = (values: readonly number[]): Tensor => float32(values, [1, 3, 1, 1])

test('a network that starts with a convolution tells nothing', () => {
  expect(read([], {})).toEqual({ operators: [] })
})

describe('a chain of constants', () => {
  test('(x - 127.5) * 0.0078125 takes pixels as they are', () => {
    const head = [node('Sub', ['x', 'm'], 'a'), node('Mul', ['a', 's'], 'b')]
    expect(read(head, { m: scalar(127.5), s: scalar(0.0078125) })).toEqual({
      range: { mean: 0, scale: 1 },
      operators: ['Sub', 'Mul'],
    })
  })

  test('2x - 1 takes pixels from 0 to 1', () => {
    const head = [
      node('Mul', ['two', 'x'], 'a'),
      node('Identity', ['a'], 'b'),
      node('Add', ['b', 'one'], 'c'),
    ]
    expect(read(head, { two: scalar(2), one: scalar(-1) })).toMatchObject({
      range: { mean: 0, scale: 1 / 255 },
    })
  })

  test('the averages of ImageNet by plane tell the order as well', () => {
    const head = [node('Sub', ['x', 'm'], 'a'), node('Div', ['a', 's'], 'b')]
    const rgb = [0.485, 0.456, 0.406]
    const deviations = [0.229, 0.224, 0.225]
    expect(read(head, { m: byPlane(rgb), s: byPlane(deviations) })).toEqual({
      range: { mean: 0, scale: 1 / 255 },
      channels: 'rgb',
      operators: ['Sub', 'Div'],
    })
    const raw = (values: readonly number[]) => byPlane(values.map(value => value * 255))
    expect(read(head, { m: raw(rgb.toReversed()), s: raw(deviations) })).toMatchObject({
      range: { mean: 0, scale: 1 },
      channels: 'bgr',
    })
  })

  test('one that fits no common range is left open', () => {
    expect(read([node('Mul', ['x', 's'], 'a')], { s: scalar(0.001) })).toEqual({ operators: ['Mul'] })
    expect(read([node('Sub', ['x', 'm'], 'a')], { m: scalar(-300) }).range).toBeUndefined()
  })

  test('a constant that varies over the image, or a second reader of the input, ends it', () => {
    expect(read([node('Sub', ['x', 'm'], 'a')], { m: float32([1, 2, 3], [3]) }).operators).toEqual([])
    const forked = smallRecogniser({ head: [node('Mul', ['x', 'x'], 'a')] })
    expect(readNormalisation(forked, 'x').operators).toEqual([])
  })
})

describe('a BatchNormalization', () => {
  const head = [node('BatchNormalization', ['x', 'g', 'b', 'mean', 'var'], 'a')]
  const normalised = (mean: readonly number[], deviation: number) =>
    read(head, {
      g: float32([1, 1, 1], [3]),
      b: float32([0, 0, 0], [3]),
      mean: float32(mean, [3]),
      var: float32([deviation ** 2, deviation ** 2, deviation ** 2], [3]),
    })

  test('that has seen pixels as they are', () => {
    expect(normalised([132, 108, 96], 66)).toMatchObject({ range: { mean: 0, scale: 1 }, channels: 'rgb' })
    expect(normalised([96, 108, 132], 66)).toMatchObject({ channels: 'bgr' })
  })

  test('that has seen pixels from -1 to 1, or from 0 to 1', () => {
    expect(normalised([-0.25, -0.15, 0.03], 0.5)).toMatchObject({
      range: { mean: 127.5, scale: 1 / 127.5 },
      channels: 'bgr',
    })
    expect(normalised([0.52, 0.42, 0.38], 0.26)).toMatchObject({
      range: { mean: 0, scale: 1 / 255 },
      channels: 'rgb',
    })
  })

  test('that was never trained, or has seen something else, tells nothing', () => {
    expect(normalised([0, 0, 0], 1).range).toBeUndefined()
    expect(normalised([5, 5, 5], 3)).toEqual({ operators: ['BatchNormalization'] })
  })

  test('grey photos do not tell the planes apart', () => {
    expect(normalised([110, 110, 110], 65)).toEqual({
      range: { mean: 0, scale: 1 },
      operators: ['BatchNormalization'],
    })
  })
})
