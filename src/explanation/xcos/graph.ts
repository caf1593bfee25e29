import { int, ints } from '../../onnx/attributes.ts'
import { type Builder, buildOn, emptyGraph } from '../../onnx/builder.ts'
import type { Dim, Graph } from '../../onnx/graph.ts'
import type { Tensor } from '../../onnx/tensor.ts'

/**
 * Weights of a trained xCos by name, for grids of C channels and H x W cells, K features a cell and G gates:
 * - `scale` [1, C, H, W]: multiplies the grid, so that the same channel can mean another thing in another place
 * - `context` [C, 1, 3, 3]: what a cell takes from itself and its eight neighbours, channel by channel
 * - `project.weight` [K, C, 1, 1], `project.bias` [1, K, H, W], `project.slope` [K, 1, 1]: 1x1 convolution, less what
 *   the average face has in that place, and PReLU
 * - `refine1.context` [K, 1, 3, 3], `refine1.slope` [K, 1, 1], `refine1.weight` [K, K, 1, 1], then `refine2` and so on, as many as
 *   there are: added to the features, a convolution over a cell and its neighbours feature by feature, PReLU, 1x1 convolution
 * - `gate.weight` [G, 3 K, 1, 1], `gate.bias` [G], `gate.slope` [G, 1, 1]: on sum, product and difference of the two faces
 * - `attend.weight` [1, G, 3, 3], `attend.bias` [1]: what the gates of a cell and its neighbours add to its logit
 * - `sharpness` []: one over the temperature of the softmax
 */
export type XCosWeights = ReadonlyMap<XCosWeight, Tensor<Float32Array>>

export type XCosWeight =
  | 'scale'
  | 'context'
  | `project.${'weight' | 'bias' | 'slope'}`
  | `refine${number}.${'context' | 'slope' | 'weight'}`
  | `gate.${'weight' | 'bias' | 'slope'}`
  | `attend.${'weight' | 'bias'}`
  | 'sharpness'

/** Names of what {@link addXCos} adds: S and W [N, H, W], the score [N], and the features of both faces [N, K, H, W]. */
export type XCosValues = {
  readonly similarity: string
  readonly attention: string
  readonly xcos: string
  readonly features: readonly [string, string]
}

/** A builder that knows the weights, to add {@link addXCos} and a loss to. */
export const buildWithXCos = (weights: XCosWeights, name = 'xcos'): Builder =>
  buildOn({ ...emptyGraph(name, OPSET), initializers: new Map(weights) })

/**
 * Adds xCos of two grids [N, C, H, W]. S is the cosine of the two faces' features in a cell. W is a softmax over the cells of
 * sharpness (log |features of a| + log |features of b| + gates), where the gates only see sum, product and size of the
 * difference of the two unit features: exchanging the faces exchanges nothing, bit for bit.
 */
export const addXCos = (build: Builder, a: string, b: string): XCosValues => {
  const { op, number } = build
  const features = [a, b].map(grid => projected(build, grid)) as [string, string]
  const [first, second] = features
  const overChannels = (value: string): string =>
    op('ReduceSum', [value, build.integers([1])], { keepdims: int(1) })
  const dot = overChannels(op('Mul', [first, second]))
  const squares = features.map(value => overChannels(op('Mul', [value, value])))
  // The root of a product, so that a face and itself give exactly one.
  const lengths = op('Sqrt', [op('Max', [op('Mul', squares), number(TINY)])])
  const similarity = op('Div', [dot, lengths])

  const units = features.map((value, i) =>
    op('Div', [value, op('Sqrt', [op('Max', [squares[i]!, number(TINY)])])]),
  ) as [string, string]
  const fused = op('Concat', [op('Add', units), op('Mul', units), op('Abs', [op('Sub', units)])], {
    axis: int(1),
  })
  const gates = op('PRelu', [op('Conv', [fused, 'gate.weight', 'gate.bias']), 'gate.slope'])
  const learned = op('Conv', [gates, 'attend.weight', 'attend.bias'], { pads: ints([1, 1, 1, 1]) })
  const logits = op('Mul', [op('Add', [op('Log', [lengths]), learned]), 'sharpness'])
  const [batch, , height, width] = build.shapeOf(a) as [Dim, Dim, number, number]
  const cells = height * width
  const attention = op('Softmax', [build.reshape(logits, [batch, cells])], { axis: int(1) })
  const flat = build.reshape(similarity, [batch, cells])
  const xcos = op('ReduceSum', [op('Mul', [flat, attention]), build.integers([1])], { keepdims: int(0) })
  return {
    similarity: build.reshape(flat, [batch, height, width]),
    attention: build.reshape(attention, [batch, height, width]),
    xcos,
    features,
  }
}

/**
 * The finished network: inputs `a` and `b` [N, C, H, W], outputs `similarity` and `attention` [N, H, W], `xcos` [N].
 * @param recogniser Tag of the recogniser whose grids it understands.
 */
export const xcosGraph = (weights: XCosWeights, recogniser: string): Graph => {
  const [, channels, height, width] = weights.get('scale')!.dims as [1, number, number, number]
  const build = buildWithXCos(weights, `xcos/trained for ${recogniser}`)
  const grid = { type: 'float32', shape: ['N', channels, height, width] } as const
  const { similarity, attention, xcos } = addXCos(build, build.input('a', grid), build.input('b', grid))
  build.alias(similarity, 'similarity')
  build.alias(attention, 'attention')
  build.alias(xcos, 'xcos')
  return build.finish(['similarity', 'attention', 'xcos'])
}

// --- internal ---

const OPSET = 17

/** Far below the square of any real feature. */
const TINY = 1e-20

const projected = (build: Builder, grid: string): string => {
  const [, channels] = build.shapeOf(grid) as [Dim, number]
  const scaled = build.op('Mul', [grid, 'scale'])
  const around = build.op('Conv', [scaled, 'context'], { pads: ints([1, 1, 1, 1]), group: int(channels) })
  const linear = build.op('Conv', [around, 'project.weight'])
  let features = build.op('PRelu', [build.op('Add', [linear, 'project.bias']), 'project.slope'])
  const [, size] = build.shapeOf(features) as [Dim, number]
  for (let k = 1; build.scope.has(`refine${k}.weight`); k++) {
    const wide = build.op('Conv', [features, `refine${k}.context`], {
      pads: ints([1, 1, 1, 1]),
      group: int(size),
    })
    const bent = build.op('PRelu', [wide, `refine${k}.slope`])
    features = build.op('Add', [features, build.op('Conv', [bent, `refine${k}.weight`])])
  }
  return features
}
