import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelContributions, topChannels } from '../channels.ts'
import { fuseMaps } from '../fuse.ts'
import type { LayerState } from '../layer-state.ts'
import { camOf } from './cam.ts'

/** Two channels of 1x2 cells, worked by hand below. */
const state: LayerState = {
  layer: { name: 'conv', op: 'Conv', channels: 2, height: 1, width: 2 },
  activation: Float32Array.of(1, 2, -3, 4),
  gradient: Float32Array.of(0.5, -1, 2, 1),
}

const random = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([channels, height, width]) => {
    const values = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), {
      minLength: channels * height * width,
      maxLength: channels * height * width,
    })
    return fc.tuple(values, values).map(
      ([activation, gradient]): LayerState => ({
        layer: { name: 'l', op: 'Conv', channels, height, width },
        activation: Float32Array.from(activation),
        gradient: Float32Array.from(gradient),
      }),
    )
  })

describe('camOf', () => {
  it('hirescam: sum of gradient times activation', () => {
    expect([...camOf('hirescam', state).data]).toEqual([0.5 - 6, -2 + 4])
  })

  it('layercam: only positive gradients weigh', () => {
    expect([...camOf('layercam', state).data]).toEqual([0.5 - 6, 4])
  })

  it('gradcam: the mean gradient of a channel weighs all its cells', () => {
    expect([...camOf('gradcam', state).data]).toEqual([-0.25 * 1 + 1.5 * -3, -0.25 * 2 + 1.5 * 4])
  })

  it('gradcam equals hirescam where the gradient of each channel is constant, as before a global average pool', () => {
    fc.assert(
      fc.property(random, ({ layer, activation, gradient }) => {
        const cells = layer.height * layer.width
        const constant = gradient.map((_, i) => gradient[Math.floor(i / cells) * cells]!)
        const level: LayerState = { layer, activation, gradient: constant }
        const one = camOf('hirescam', level).data
        camOf('gradcam', level).data.forEach((value, i) => void expect(value).toBeCloseTo(one[i]!, 4))
      }),
    )
  })

  it('says which map is not finite', () => {
    const broken = { ...state, gradient: Float32Array.of(Number.NaN, 0, 0, 0) }
    expect(() => camOf('layercam', { ...broken, gradient: Float32Array.of(Infinity, 0, 0, 0) })).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringContaining('conv') }),
    )
    expect(() => camOf('gradcam', broken)).toThrow(expect.objectContaining({ code: 'E_NOT_FINITE' }))
  })
})

describe('channels', () => {
  it('add up to the same total as the cells', () => {
    fc.assert(
      fc.property(random, one => {
        const byCell = camOf('hirescam', one).data.reduce((sum, value) => sum + value, 0)
        const byChannel = channelContributions([one]).reduce((sum, value) => sum + value, 0)
        expect(byChannel).toBeCloseTo(byCell, 3)
      }),
    )
  })

  it('come strongest first, whatever their sign, with their own maps', () => {
    const [first, second] = topChannels([state], 10)
    expect(first).toMatchObject({ channel: 1, contribution: -2 })
    expect([...first!.contributions.data]).toEqual([-6, 4])
    expect([...first!.activation.data]).toEqual([-3, 4])
    expect(second).toMatchObject({ channel: 0, contribution: -1.5 })
  })

  it('of two views: contributions add up, activations are averaged', () => {
    // Channel 0: -1.5 + 1.5 = 0; channel 1: -2 + 2 * 1 + 1 * 2 = 2.
    const other: LayerState = { ...state, activation: Float32Array.of(3, 0, 1, 2) }
    const [first] = topChannels([state, other], 1)
    expect(first).toMatchObject({ channel: 1, contribution: 2 })
    expect([...first!.activation.data]).toEqual([-1, 3])
    expect([...first!.contributions.data]).toEqual([-6 + 2, 4 + 2])
  })
})

describe('fuseMaps', () => {
  it('takes the larger of tanh(2 M / max M) at every place', () => {
    const left = { width: 2, height: 1, data: Float32Array.of(10, 5) }
    const right = { width: 2, height: 1, data: Float32Array.of(-7, 0.1) }
    const [a, b] = fuseMaps([left, right], 2, 1).data
    expect(a).toBeCloseTo(Math.tanh(2), 6)
    expect(b).toBeCloseTo(Math.tanh(2), 6)
    expect(fuseMaps([left], 2, 1).data[1]).toBeCloseTo(Math.tanh(1), 6)
  })

  it('ignores maps without positive values', () => {
    const negative = { width: 1, height: 1, data: Float32Array.of(-1) }
    expect([...fuseMaps([negative], 3, 2).data]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
