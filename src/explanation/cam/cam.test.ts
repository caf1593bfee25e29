import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runOnce } from '../../../test/run.ts'
import type { FloatMap } from '../../image/map.ts'
import { buildOn, emptyGraph } from '../../onnx/builder.ts'
import { gradientName } from '../../onnx/differentiate.ts'
import { float32 } from '../../onnx/tensor.ts'
import { channelContributions, topChannels } from '../channels.ts'
import { fuseMaps } from '../fuse.ts'
import type { LayerState } from '../layer-state.ts'
import { finite } from './cam.ts'
import { femOf } from './fem.ts'
import { principalMap } from './principal.ts'
import { weighedMap } from './weighed-maps.ts'
import { WEIGHINGS, type WeighedMethod } from './weighing.ts'
import { weightedSum } from './weights.ts'

/** Two channels of 1x2 cells, worked by hand below. */
const state: LayerState = {
  layer: { name: 'conv', op: 'Conv', channels: 2, height: 1, width: 2 },
  activation: Float32Array.of(1, 2, -3, 4),
  gradient: Float32Array.of(0.5, -1, 2, 1),
}

const METHODS = Object.keys(WEIGHINGS) as WeighedMethod[]

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

/** The map of one layer, worked out by ONNX Runtime. */
const camOf = async (
  method: WeighedMethod,
  { layer, activation, gradient }: LayerState,
): Promise<FloatMap> => {
  const { name, channels, height, width } = layer
  const shape = [1, channels, height, width]
  const build = buildOn(emptyGraph('weighing', 17))
  for (const input of [name, gradientName(name)]) build.input(input, { type: 'float32', shape })
  const { add, name: output } = weighedMap(method, layer)
  build.alias(add(build), output)
  const feeds = { [name]: float32(activation, shape), [gradientName(name)]: float32(gradient, shape) }
  const results = await runOnce(build.finish([output]), feeds)
  return { width, height, data: results[output]!.data as Float32Array }
}

const cellsOf = async (...given: Parameters<typeof camOf>): Promise<number[]> => [
  ...(await camOf(...given)).data,
]

describe('maps of layers', () => {
  it('hirescam: sum of gradient times activation', async () => {
    expect(await cellsOf('hirescam', state)).toEqual([0.5 - 6, -2 + 4])
  })

  it('layercam: only positive gradients weigh', async () => {
    expect(await cellsOf('layercam', state)).toEqual([0.5 - 6, 4])
  })

  it('gradcam: the mean gradient of a channel weighs all its cells', async () => {
    expect(await cellsOf('gradcam', state)).toEqual([-0.25 * 1 + 1.5 * -3, -0.25 * 2 + 1.5 * 4])
  })

  it('gradcam equals hirescam where the gradient of each channel is constant, as before a global average pool', async () => {
    await fc.assert(
      fc.asyncProperty(random, async ({ layer, activation, gradient }) => {
        const cells = layer.height * layer.width
        const constant = gradient.map((_, i) => gradient[Math.floor(i / cells) * cells]!)
        const level: LayerState = { layer, activation, gradient: constant }
        const one = await cellsOf('hirescam', level)
        const same = await cellsOf('gradcam', level)
        same.forEach((value, i) => void expect(value).toBeCloseTo(one[i]!, 4))
      }),
    )
  })

  it.each(METHODS)('%s lets what is not finite through, to be told', async method => {
    const broken = { ...state, gradient: Float32Array.of(Number.NaN, 0, 0, 0) }
    expect((await cellsOf(method, broken)).some(Number.isNaN)).toBe(true)
  })

  it('says which map is not finite', () => {
    expect(() => finite('layercam', state, Float32Array.of(0, Number.POSITIVE_INFINITY))).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE', message: expect.stringMatching(/layercam.*conv/) }),
    )
    expect(() => finite('gradcam', state, Float32Array.of(Number.NaN))).toThrow(
      expect.objectContaining({ code: 'E_NOT_FINITE' }),
    )
    expect(finite('gradcam', state, Float32Array.of(-3e38, 3e38)).data).toHaveLength(2)
  })
})

describe('channels', () => {
  it('add up to the same total as the cells', async () => {
    await fc.assert(
      fc.asyncProperty(random, async one => {
        const byCell = (await camOf('hirescam', one)).data.reduce((sum, value) => sum + value, 0)
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

  it('gradcam++: alpha = g^2 / (2 g^2 + g^3 sum A), for positive gradients only', async () => {
    // sum A = 4; alpha of the first cell 4 / (8 + 8 * 4) = 0.1; weight 0.1 * 2 = 0.2.
    const [left, right] = await cellsOf('gradcam++', one)
    expect(left).toBeCloseTo(0.2, 6)
    expect(right).toBeCloseTo(0.6, 6)
  })

  it('xgradcam: weight sum(g A) / sum(A)', async () => {
    // (2 - 3) / 4 = -0.25
    expect(await cellsOf('xgradcam', one)).toEqual([-0.25, -0.75])
  })

  it('xgradcam leaves out a channel whose activations cancel out, instead of dividing by zero', async () => {
    expect(await cellsOf('xgradcam', { ...one, activation: Float32Array.of(1, -1) })).toEqual([0, 0])
  })

  it('elementwise: what raised the target, by cell and channel', async () => {
    expect(await cellsOf('elementwise', state)).toEqual([0.5, 4])
  })

  it('xgradcam keeps the total of hirescam where no channel cancels out', async () => {
    await fc.assert(
      fc.asyncProperty(random, async ({ layer, activation, gradient }) => {
        const positive = { layer, gradient, activation: activation.map(value => Math.abs(value) + 0.1) }
        const total = async (method: 'xgradcam' | 'hirescam') =>
          (await camOf(method, positive)).data.reduce((sum, value) => sum + value, 0)
        expect(await total('xgradcam')).toBeCloseTo(await total('hirescam'), 2)
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
