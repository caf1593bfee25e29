import { float, int } from '../../onnx/attributes.ts'
import { type Builder, buildOn, emptyGraph, filled } from '../../onnx/builder.ts'
import type { Graph } from '../../onnx/graph.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import { unitRows } from '../losses/_rows.ts'

/**
 * Weights of the Embedding Unmasking Model by name (see {@link eumName}): four times a linear layer D -> D and a batch
 * normalisation, with leaky ReLU (slope 0.2) after the first three.
 * @see Boutros et al., Pattern Recognition 124 (2022), section 3.1.
 */
export type EumWeights = ReadonlyMap<string, Tensor<Float32Array>>

/** `weight` [D, D] has a row per output. The other parts are [D]; `mean` and `variance` are running statistics. */
export type EumPart = 'weight' | 'bias' | 'scale' | 'shift' | 'mean' | 'variance'

/** Name of one part of layer 1 to 4. */
export const eumName = (layer: number, part: EumPart): string => `eum${layer}/${part}`

/**
 * What training changes. The biases of the linear layers are not among them: the batch normalisation after each takes
 * them out again, so that their gradient is zero and they stay what they were at the start.
 */
export const EUM_TRAINABLE: readonly string[] = [1, 2, 3, 4].flatMap(layer =>
  (['weight', 'scale', 'shift'] as const).map(part => eumName(layer, part)),
)

/**
 * Weights to start from: weights and biases even over +-1 / sqrt(D) (He et al.'s uniform form with a = sqrt(5), as
 * PyTorch starts linear layers), normalisations that change nothing.
 * @param dimension Length D of the recogniser's embeddings
 */
export const initialEum = (dimension: number, seed: number | string = 0): EumWeights => {
  const bound = 1 / Math.sqrt(dimension)
  const drawn = (name: string, dims: readonly number[]): Tensor<Float32Array> => {
    const random = createRandom(seed, name)
    const { data } = filled(0, dims) as Tensor<Float32Array>
    for (let i = 0; i < data.length; i++) data[i] = random.uniform(-bound, bound)
    return float32(data, dims)
  }
  const constant = (value: number) => filled(value, [dimension]) as Tensor<Float32Array>
  return new Map(
    LAYERS.flatMap(layer => {
      const name = (part: EumPart) => eumName(layer, part)
      return [
        [name('weight'), drawn(name('weight'), [dimension, dimension])],
        [name('bias'), drawn(name('bias'), [dimension])],
        [name('scale'), constant(1)],
        [name('shift'), constant(0)],
        [name('mean'), constant(0)],
        [name('variance'), constant(1)],
      ] as const
    }),
  )
}

/** A builder that knows the weights, to add {@link addEum} and a loss to. */
export const buildWithEum = (weights: EumWeights): Builder =>
  buildOn({ ...emptyGraph('eum', OPSET), initializers: new Map(weights) })

/** What {@link addEum} adds: the corrected embeddings [N, D] and the statistics that a trainer has to renew. */
export type EumOutputs = {
  readonly output: string
  readonly running: readonly { readonly from: string; readonly to: string }[]
}

/**
 * Adds the training form, which normalises by the statistics of the batch, to a graph with {@link EumWeights} as
 * initializers.
 * @param embedding [N, D], of any length: rows are brought to length 1 here
 */
export const addEum = (build: Builder, embedding: string): EumOutputs => {
  const running: { from: string; to: string }[] = []
  let value = unitRows(build, embedding)
  for (const layer of LAYERS) {
    const name = (part: EumPart) => eumName(layer, part)
    // The normalisation takes the bias out again; only the running mean must know it.
    const linear = build.op('Gemm', [value, name('weight')], { transB: int(1) })
    const inputs = [linear, name('scale'), name('shift'), name('mean'), name('variance')]
    const [y, mean, variance] = build.ops('BatchNormalization', inputs, 3, {
      training_mode: int(1),
      momentum: float(MOMENTUM),
      epsilon: float(EPSILON),
    }) as [string, string, string]
    const moved = build.op('Mul', [name('bias'), build.number(1 - MOMENTUM)])
    running.push(
      { from: build.op('Add', [mean, moved]), to: name('mean') },
      { from: variance, to: name('variance') },
    )
    value = layer < LAYERS.length ? build.op('LeakyRelu', [y], { alpha: float(SLOPE) }) : y
  }
  return { output: value, running }
}

/**
 * The inference form: input `embedding` [N, D], output `corrected` [N, D], not of length 1. Each normalisation by
 * running statistics is folded into the linear layer before it, in double precision.
 */
export const eumGraph = (weights: EumWeights): Graph => {
  const [dimension] = weights.get(eumName(1, 'shift'))!.dims as [number]
  const folded = new Map<string, Tensor>(LAYERS.flatMap(layer => foldedLayer(weights, layer, dimension)))
  const build = buildOn({ ...emptyGraph('eum', OPSET), initializers: folded })
  let value = unitRows(build, build.input('embedding', { type: 'float32', shape: ['N', dimension] }))
  for (const layer of LAYERS) {
    const names = [eumName(layer, 'weight'), eumName(layer, 'bias')]
    const linear = build.op('Gemm', [value, ...names], { transB: int(1) })
    value = layer < LAYERS.length ? build.op('LeakyRelu', [linear], { alpha: float(SLOPE) }) : linear
  }
  build.alias(value, 'corrected')
  return build.finish(['corrected'])
}

// --- internal ---

const LAYERS = [1, 2, 3, 4] as const
const OPSET = 17
const SLOPE = 0.2
const EPSILON = 1e-5
/** Share of the old running statistics that stays. */
const MOMENTUM = 0.9

/** scale (W x + b - mean) / sqrt(variance + eps) + shift as one linear layer. */
const foldedLayer = (weights: EumWeights, layer: number, dimension: number): [string, Tensor][] => {
  const part = (name: EumPart): Float32Array => weights.get(eumName(layer, name))!.data
  const [weight, bias, scale, shift] = (['weight', 'bias', 'scale', 'shift'] as const).map(part)
  const [mean, variance] = [part('mean'), part('variance')]
  const gain = Float64Array.from(scale!, (value, i) => value / Math.sqrt(variance[i]! + EPSILON))
  const matrix = weight!.map((value, i) => value * gain[Math.floor(i / dimension)]!)
  const offset = bias!.map((value, i) => shift![i]! + gain[i]! * (value - mean[i]!))
  return [
    [eumName(layer, 'weight'), float32(matrix, [dimension, dimension])],
    [eumName(layer, 'bias'), float32(offset, [dimension])],
  ]
}
