import { beforeAll, describe, expect, it } from 'vitest'
import { node, noise, smallRecogniser } from '../../test/graphs.ts'
import type { AlignedFace } from '../face/face.ts'
import { mirrorRows } from '../image/mirror.ts'
import { resizeMap } from '../image/resize.ts'
import type { RecogniserContract } from '../models/contract.ts'
import type { Graph } from '../onnx/graph.ts'
import { nodeRuntime } from '../onnx/node.ts'
import { float32 } from '../onnx/tensor.ts'
import { createRecogniser, type Network } from '../recognition/recogniser.ts'
import { channelContributions } from './channels.ts'
import { createExplainer } from './explainer.ts'
import { createFaceExplainer, type ExplainedFace } from './face-explainer.ts'
import type { MethodOptions } from './method-options.ts'
import { type MethodId, methodOf } from './methods.ts'
import type { Subject } from './subject.ts'
import type { Target } from './target.ts'
import { cellContributions } from './xcos/contributions.ts'

const SIZE = 112
const runtime = nodeRuntime()

const contract: RecogniserContract = {
  input: 'x',
  output: 'embedding',
  grid: 'grid',
  size: SIZE,
  channels: 'rgb',
  mean: 127.5,
  scale: 1 / 127.5,
  dimensions: 32,
}

const faceOf = (seed: number): AlignedFace => ({
  width: SIZE,
  height: SIZE,
  data: Uint8Array.from(
    { length: SIZE * SIZE * 3 },
    (_, i) => 128 + 100 * Math.sin(seed + i / 97) * Math.cos((seed * i) / 1999),
  ),
  transform: [1, 0, 0, 0, 1, 0],
})

/** A biased convolution, a rectifier and a shortcut around both before the stem: every rule of relevance. */
const residual = (): Graph =>
  smallRecogniser({
    head: [
      {
        ...node('Conv', ['x', 'w0', 'b0'], 'c0'),
        attributes: { pads: { type: 'ints', value: [1, 1, 1, 1] } },
      },
      node('PRelu', ['c0', 's0'], 'p0'),
      node('Add', ['p0', 'x'], 'sum'),
      node('BatchNormalization', ['sum', 'scale', 'shift', 'mean', 'variance'], 'normed'),
    ],
    weights: {
      w0: noise([3, 3, 3, 3], 5),
      b0: noise([3], 6),
      s0: float32([0.25, 0.1, 0.5], [3, 1, 1]),
      scale: float32([1, 0.5, 2], [3]),
      shift: float32([0.1, -0.2, 0.3], [3]),
      mean: float32([0.05, 0.1, -0.1], [3]),
      variance: float32([1, 2, 0.5], [3]),
    },
  })

/** No rectifier that does anything: the output is linear in the photo. */
const linear = (): Graph => smallRecogniser({ weights: { slope: float32([1, 1, 1, 1], [4, 1, 1]) } })

type World = {
  network: Network
  a: ExplainedFace
  b: ExplainedFace
  subject(target?: Target, layers?: readonly string[]): Subject
  run(
    method: MethodId,
    options?: MethodOptions,
  ): ReturnType<Awaited<ReturnType<ReturnType<typeof methodOf>['load']>>>
}

const worldOf = async (graph: Graph, flip = false): Promise<World> => {
  const recogniser = await createRecogniser({ runtime, graph, contract, pipeline: 'small', flip })
  const faces = [faceOf(1), faceOf(2.5)] as const
  const [one, other] = await recogniser.embed(faces, { grid: true })
  const a = { aligned: faces[0], embedding: one! }
  const b = { aligned: faces[1], embedding: other! }
  const explainer = createFaceExplainer(runtime, recogniser)
  const subject = (target: Target = 'frozen', names: readonly string[] = ['grid']): Subject =>
    explainer.begin(a, b).subject(
      target,
      explainer.layers.filter(({ name }) => names.includes(name)),
    )
  return {
    network: recogniser,
    a,
    b,
    subject,
    run: async (method, options = {}) => {
      const self = subject(options.target, options.layers)
      return (await methodOf(method).load())(self, self, options)
    },
  }
}

const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)

let curved: World
let straight: World
let mirrored: World
beforeAll(async () => {
  curved = await worldOf(residual())
  straight = await worldOf(linear())
  mirrored = await worldOf(residual(), true)
})

describe('subjects', () => {
  it.each([
    ['plain', 'frozen'],
    ['plain', 'cosine'],
    ['mirrored', 'frozen'],
    ['mirrored', 'cosine'],
  ] as const)('gradients of pixels agree with central differences (%s, %s)', async (which, target) => {
    const self = (which === 'plain' ? curved : mirrored).subject(target)
    const { gradients } = await self.gradients(self.photo)
    const direction = self.photo.map((_, i) => Math.sin(i * 1.7))
    const moved = async (step: number): Promise<number> =>
      (await self.scores(self.photo.map((value, i) => value + step * direction[i]!)))[0]!
    const slope = ((await moved(2e-3)) - (await moved(-2e-3))) / 4e-3
    const expected = total(gradients.map((value, i) => value * direction[i]!))
    expect(Math.abs(slope - expected)).toBeLessThan(0.02 * Math.abs(expected) + 2e-3)
  })

  it('the target of the face itself is the cosine, whichever way it is written', async () => {
    for (const world of [curved, mirrored]) {
      const { a, b } = world
      const cosine = total(a.embedding.vector.map((value, i) => value * b.embedding.vector[i]!))
      for (const target of ['frozen', 'cosine'] as const) {
        const self = world.subject(target)
        expect((await self.scores(self.photo))[0]).toBeCloseTo(cosine, 4)
      }
    }
  })

  it('explains one dimension, and a direction of your own', async () => {
    const { vector } = curved.a.embedding
    const self = curved.subject({ dimension: 7 })
    expect((await self.scores(self.photo))[0]).toBeCloseTo(vector[7]!, 5)
    const direction = vector.map((_, i) => Math.cos(i))
    const other = curved.subject({ direction })
    const expected = total(vector.map((value, i) => value * direction[i]!))
    expect((await other.scores(other.photo))[0]).toBeCloseTo(expected, 4)
    expect(() => curved.subject({ dimension: 99 })).toThrow(/no dimension 99.*0 to 31/)
    expect(() => curved.subject('xcos')).toThrow(expect.objectContaining({ code: 'E_MODEL_MISSING' }))
  })

  it('goes on from a layer, also where a branch leads around it', async () => {
    for (const layer of ['grid', 'p0']) {
      const self = curved.subject('frozen', [layer])
      const [views] = await self.activations(self.chosen)
      const [score] = await self.scoresFrom(self.chosen[0]!, views![0]!.activation)
      expect(score).toBeCloseTo((await self.scores(self.photo))[0]!, 4)
    }
  })

  it('a batch gives what single photos give', async () => {
    const self = curved.subject('cosine')
    const photos = new Float32Array(2 * self.photo.length)
    photos.set(self.photo)
    photos.set(
      self.photo.map(value => value / 2),
      self.photo.length,
    )
    const both = await self.scores(photos)
    expect(both[1]).toBeCloseTo((await self.scores(photos.slice(self.photo.length)))[0]!, 5)
    expect((await self.gradients(photos)).gradients).toHaveLength(photos.length)
  })
})

describe('methods on small networks', () => {
  it.each(['black', 'blurred', 'mean-face'] as const)(
    'integrated gradients add up to the target less that of the baseline (%s)',
    async baseline => {
      const { sum, map } = await curved.run('integrated', { baseline, samples: 96, batch: 32 })
      // The rectifiers of so small a network turn all at once; real ones come closer with fewer steps.
      expect(total(map.data)).toBeCloseTo(sum!.found, 4)
      expect(Math.abs(sum!.found - sum!.expected)).toBeLessThan(0.04 * Math.abs(sum!.expected) + 0.01)
    },
  )

  it('relevance of pixels and biases adds up to the target', async () => {
    for (const world of [curved, mirrored]) {
      const { sum } = await world.run('lrp')
      expect(sum!.expected).not.toBe(0)
      expect(Math.abs(sum!.found - sum!.expected)).toBeLessThan(2e-3 * Math.abs(sum!.expected) + 1e-4)
    }
    await expect(curved.run('lrp', { target: 'cosine' })).rejects.toMatchObject({ code: 'E_USAGE' })
  })

  it('on a linear network integrated gradients from the zero photo are gradient times input', async () => {
    // Brightness 127.5 is the network's zero; black is -1: subtract what the path from there adds.
    const product = await straight.run('gradient-input')
    const { gradients } = await straight.subject().gradients(straight.subject().photo)
    const { sum } = await straight.run('integrated', { samples: 4 })
    expect(sum!.found).toBeCloseTo(total(product.map.data) + total(gradients), 3)
  })

  it('on a linear network noise changes nothing: SmoothGrad is the gradient', async () => {
    const plain = (await straight.run('gradient')).map.data
    const smooth = (await straight.run('smoothgrad', { samples: 4 })).map.data
    smooth.forEach((value, i) => void expect(Math.abs(value - plain[i]!)).toBeLessThan(1e-5))
  })

  it('Ablation-CAM of a linear head weighs channels by their contributions', async () => {
    const self = curved.subject()
    const [views] = await self.states(self.chosen)
    const shares = channelContributions(views!)
    const { map } = await curved.run('ablationcam', { target: 'frozen', batch: 3 })
    const expected = new Float32Array(49)
    shares.forEach((share, channel) => {
      for (let i = 0; i < 49; i++) expected[i]! += share * views![0]!.activation[channel * 49 + i]!
    })
    map.data.forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 3))
  })

  it('Score-CAM as its formula says, channel by channel', async () => {
    const self = curved.subject('cosine')
    const [views] = await self.activations(self.chosen)
    const planes = [0, 1, 2, 3].map(channel => views![0]!.activation.slice(channel * 49, channel * 49 + 49))
    const scores: number[] = []
    for (const plane of planes) {
      const [low, high] = [Math.min(...plane), Math.max(...plane)]
      const unit = plane.map(value => (value - low) / (high - low))
      const mask = resizeMap({ width: 7, height: 7, data: unit }, SIZE, SIZE).data
      scores.push((await self.scores(self.photo.map((value, i) => value * mask[i % mask.length]!)))[0]!)
    }
    const powers = scores.map(Math.exp)
    const { map } = await curved.run('scorecam', { target: 'cosine', batch: 3 })
    map.data.forEach((value, i) => {
      const expected = total(planes.map((plane, k) => (powers[k]! / total(powers)) * plane[i]!))
      expect(value).toBeCloseTo(expected, 4)
    })
  })

  it('guided Grad-CAM is guided backpropagation times the positive part of Grad-CAM', async () => {
    const guided = (await curved.run('guided')).map
    const cam = (await curved.run('gradcam')).map
    const large = resizeMap({ ...cam, data: cam.data.map(value => Math.max(value, 0)) }, SIZE, SIZE).data
    const { map, parts } = await curved.run('guided-gradcam')
    map.data.forEach((value, i) => void expect(value).toBeCloseTo(guided.data[i]! * large[i]!, 6))
    map.data.forEach(
      (value, i) => void expect(parts!.positive!.data[i]! - parts!.negative!.data[i]!).toBeCloseTo(value, 6),
    )
  })

  it('augmentation averages mirror images and contrasts', async () => {
    // In a linear network activations grow with the contrast, whose mean is 1, and gradients stay.
    const self = straight.subject()
    const wanted = { method: 'hirescam', layers: self.chosen } as const
    const [plain] = await self.maps(wanted)
    const [turned] = await self.maps(wanted, mirrorRows(self.photo, SIZE))
    const own = plain![0]!.data
    const back = mirrorRows(turned![0]!.data, 7)
    const { map } = await straight.run('hirescam', { augment: true })
    map.data.forEach((value, i) => void expect(value).toBeCloseTo((own[i]! + back[i]!) / 2, 4))
  })

  it('eigen smoothing gives another map of the same size', async () => {
    const { map } = await curved.run('hirescam', { eigen: true })
    expect(map).toMatchObject({ width: 7, height: 7 })
    expect(total(map.data)).toBeCloseTo(0, 3)
  })

  it('joins several layers of any method', async () => {
    const { map, layers } = await curved.run('gradcam', { layers: ['p0', 'grid'] })
    expect(layers!.map(({ layer }) => layer.name)).toEqual(['p0', 'grid'])
    expect(map).toMatchObject({ width: SIZE, height: SIZE })
  })

  it('stops when time is up, after at least one batch, and says so', async () => {
    for (const method of ['smoothgrad', 'integrated', 'scorecam', 'ablationcam'] as const) {
      const { map, cutShort } = await curved.run(method, { deadline: 0, batch: 2 })
      expect(cutShort).toBe(true)
      expect(map.data.some(value => value !== 0)).toBe(true)
    }
  })

  it('the same seed gives the same map, another seed another one', async () => {
    const [one, again, other] = await Promise.all(
      [1, 1, 2].map(seed => curved.run('smoothgrad', { samples: 2, seed })),
    )
    expect(again!.map.data).toEqual(one!.map.data)
    expect(other!.map.data).not.toEqual(one!.map.data)
  })

  it('counts passes of photos', async () => {
    for (const [world, views] of [
      [curved, 1],
      [mirrored, 2],
    ] as const) {
      const self = world.subject()
      await (await methodOf('smoothgrad').load())(self, self, { samples: 6, batch: 4 })
      expect(self.cost()).toEqual({ forward: 6 * views, backward: 6 * views, partial: 0 })
    }
  })
})

describe('xCos', () => {
  it('of a face and itself is the attention: each cell by the squared length of what it adds to the embedding', async () => {
    const { map, sum } = await straight.run('xcos')
    const contributions = await cellContributions(runtime, straight.network.graph, contract)
    const parts = await contributions.of(straight.a.embedding.grid!)
    await contributions.release()
    const cells = map.width * map.height
    const size = parts.length / cells
    const squares = Array.from({ length: cells }, (_, cell) =>
      total(parts.subarray(cell * size, (cell + 1) * size).map(value => value * value)),
    )
    const all = total(squares)
    map.data.forEach((value, cell) => void expect(value).toBeCloseTo(squares[cell]! / all, 5))
    expect(sum!.found).toBeCloseTo(1, 5)
    expect(sum!.expected).toBe(1)
  })

  it('gives two faces the same map, whichever comes first', async () => {
    const explainer = createExplainer(runtime, curved.network)
    const { a, b } = await explainer.explain(curved.a, curved.b, { methods: ['xcos'] })
    await explainer.release()
    expect(a.maps[0]!.map).toEqual(b.maps[0]!.map)
    expect(Math.min(...a.maps[0]!.map.data)).toBeLessThan(Math.max(...a.maps[0]!.map.data))
  })
})

describe('bad input', () => {
  it('a layer without spatial extent is none of the layers, which are listed', async () => {
    const explainer = createExplainer(runtime, curved.network)
    await expect(explainer.explain(curved.a, curved.b, { layers: ['features'] })).rejects.toMatchObject({
      code: 'E_UNKNOWN_LAYER',
      message: expect.stringMatching(/"features".*p0.*grid/),
    })
    await explainer.release()
  })

  it('names the operator that can not be differentiated; methods without gradients still work', async () => {
    const graph = residual()
    const broken: Graph = {
      ...graph,
      nodes: graph.nodes.map(one => (one.name === 'p0' ? node('Mish', ['c0'], 'p0') : one)),
    }
    expect(() => createFaceExplainer(runtime, { graph: broken, contract, flip: false })).toThrow(
      expect.objectContaining({ code: 'E_UNSUPPORTED_OP', message: expect.stringContaining('Mish') }),
    )
    // A sigmoid has a gradient, but no input has a share of it.
    const gated: Graph = {
      ...graph,
      nodes: graph.nodes.map(one => (one.name === 'p0' ? node('Sigmoid', ['c0'], 'p0') : one)),
    }
    const world = await worldOf(gated)
    await expect(world.run('lrp')).rejects.toMatchObject({
      code: 'E_UNSUPPORTED_OP',
      message: expect.stringContaining('Sigmoid'),
    })
    expect((await world.run('eigencam')).map.data.every(Number.isFinite)).toBe(true)
    expect((await world.run('gradcam')).map.data.every(Number.isFinite)).toBe(true)
  })

  it('a map that overflows is an error with its reason, not a blank picture', async () => {
    const direction = new Float32Array(curved.a.embedding.vector.length).fill(3e38)
    await expect(curved.run('hirescam', { target: { direction } })).rejects.toMatchObject({
      code: 'E_NOT_FINITE',
      message: expect.stringMatching(/hirescam.*"grid"/),
    })
  })

  it('identical photos are explained like any other pair: the same maps on both faces', async () => {
    const explainer = createExplainer(runtime, curved.network)
    const { a, b, cosine } = await explainer.explain(curved.a, curved.a, { methods: ['layercam', 'lrp'] })
    expect(cosine).toBe(1)
    for (const [i, { map }] of a.maps.entries()) {
      expect(map.data.some(value => value !== 0)).toBe(true)
      expect(b.maps[i]!.map.data).toEqual(map.data)
    }
    await explainer.release()
  })
})
