import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { channelContributions, topChannels } from '../channels.ts'
import { fuseMaps } from '../fuse.ts'
import type { LayerState } from '../layer-state.ts'
import { camOf } from './cam.ts'
import { femOf } from './fem.ts'
import { principalMap } from './principal.ts'
import { weightedSum } from './weights.ts'

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

describe('weighings, worked by hand', () => {
  // One channel of two cells: A = (1, 3), g = (2, -1).
  const one: LayerState = {
    layer: { name: 'conv', op: 'Conv', channels: 1, height: 1, width: 2 },
    activation: Float32Array.of(1, 3),
    gradient: Float32Array.of(2, -1),
  }

  it('gradcam++: alpha = g^2 / (2 g^2 + g^3 sum A), for positive gradients only', () => {
    // sum A = 4; alpha of the first cell 4 / (8 + 8 * 4) = 0.1; weight 0.1 * 2 = 0.2.
    const [left, right] = camOf('gradcam++', one).data
    expect(left).toBeCloseTo(0.2, 6)
    expect(right).toBeCloseTo(0.6, 6)
  })

  it('xgradcam: weight sum(g A) / sum(A)', () => {
    // (2 - 3) / 4 = -0.25
    expect([...camOf('xgradcam', one).data]).toEqual([-0.25, -0.75])
  })

  it('xgradcam leaves out a channel whose activations cancel out, instead of dividing by zero', () => {
    expect([...camOf('xgradcam', { ...one, activation: Float32Array.of(1, -1) }).data]).toEqual([0, 0])
  })

  it('elementwise: what raised the target, by cell and channel', () => {
    expect([...camOf('elementwise', state).data]).toEqual([0.5, 4])
  })

  it('xgradcam keeps the total of hirescam where no channel cancels out', () => {
    fc.assert(
      fc.property(random, ({ layer, activation, gradient }) => {
        const positive = { layer, gradient, activation: activation.map(value => Math.abs(value) + 0.1) }
        const total = (method: 'xgradcam' | 'hirescam') =>
          camOf(method, positive).data.reduce((sum, value) => sum + value, 0)
        expect(total('xgradcam')).toBeCloseTo(total('hirescam'), 2)
      }),
    )
  })

  it('fem: the mean of a channel where it is above its mean by two deviations', () => {
    // Mean 1, deviation 3 (of 0 nine times and 10 once): the limit is 7. The second channel has no such cell.
    const layer = { name: 'l', op: 'Conv', channels: 2, height: 2, width: 5 }
    const activation = new Float32Array(20)
    activation[3] = 10
    activation.fill(1, 10)
    const { data } = femOf({ layer, activation, gradient: new Float32Array(0) })
    expect([...data]).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
  })

  it('weightedSum: a weight for every channel', () => {
    expect([...weightedSum(state, [2, -1])]).toEqual([2 + 3, 4 - 4])
  })
})

describe('principalMap', () => {
  it('is sigma u of a singular value decomposition of the centred activations, up to the sign', () => {
    fc.assert(
      fc.property(random, ({ layer, activation }) => {
        const cells = layer.height * layer.width
        const centred = centredRows(activation, layer.channels, cells)
        const { value, next, vector } = largestByJacobi(centred)
        // Close singular values share a plane, in which no direction is the first.
        fc.pre(value > 1e-3 && next < 0.9 * value)
        const map = principalMap({ layer }, activation)
        const expected = vector.map(part => part * Math.sqrt(value))
        const sign = Math.sign(map.reduce((sum, part, i) => sum + part * expected[i]!, 0))
        expected.forEach((part, i) => void expect(Math.abs(map[i]! - sign * part)).toBeLessThan(2e-3))
      }),
    )
  })

  it('is turned so that cells with large values come out above zero', () => {
    const layer = { name: 'l', op: 'Conv', channels: 1, height: 1, width: 3 }
    expect([...principalMap({ layer }, Float32Array.of(0, 0, 3))]).toEqual([-1, -1, 2])
    expect([...principalMap({ layer }, Float32Array.of(0, 0, -3))]).toEqual([1, 1, -2])
  })
})

/** [cells][channels], less the mean over the cells. */
const centredRows = (activation: Float32Array, channels: number, cells: number): number[][] =>
  Array.from({ length: cells }, (_, cell) =>
    Array.from({ length: channels }, (_, channel) => {
      const plane = [...activation.subarray(channel * cells, (channel + 1) * cells)]
      return plane[cell]! - plane.reduce((sum, value) => sum + value, 0) / cells
    }),
  )

/** Eigenvalues of rows times their transpose by Jacobi rotations: the two largest, and the vector of the first. */
const largestByJacobi = (rows: number[][]): { value: number; next: number; vector: number[] } => {
  const size = rows.length
  const matrix = rows.map(a => rows.map(b => a.reduce((sum, value, i) => sum + value * b[i]!, 0)))
  const vectors = rows.map((_, i) => rows.map((_, j) => Number(i === j)))
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(matrix[p]![q]!) < 1e-14) continue
        const angle = 0.5 * Math.atan2(2 * matrix[p]![q]!, matrix[q]![q]! - matrix[p]![p]!)
        const [c, s] = [Math.cos(angle), Math.sin(angle)]
        for (const row of [...matrix, ...vectors]) {
          const [x, y] = [row[p]!, row[q]!]
          row[p] = c * x - s * y
          row[q] = s * x + c * y
        }
        const [x, y] = [matrix[p]!, matrix[q]!]
        matrix[p] = x.map((value, i) => c * value - s * y[i]!)
        matrix[q] = x.map((value, i) => s * value + c * y[i]!)
      }
    }
  }
  const values = matrix.map((row, i) => row[i]!)
  const [first, second] = [...values.keys()].sort((a, b) => values[b]! - values[a]!)
  return {
    value: values[first!]!,
    next: second === undefined ? 0 : values[second]!,
    vector: vectors.map(row => row[first!]!),
  }
}
