import { float, int } from '../onnx/attributes.ts'
import { buildOn, emptyGraph } from '../onnx/builder.ts'
import { differentiate, gradientName } from '../onnx/differentiate.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { float32, type Tensor } from '../onnx/tensor.ts'

/** Labelled feature vectors, row by row. */
export type LabelledFeatures = {
  readonly features: Float32Array
  /** Class of each row, from 0. */
  readonly labels: Uint8Array
  readonly dimensions: number
  readonly classes: number
}

/** A linear classifier: logits = features x weights + bias. */
export type LinearClassifier = { readonly weights: Tensor<Float32Array>; readonly bias: Tensor<Float32Array> }

export type RegressionOptions = {
  /** Weight of the squared length of the (standardised) weights in the loss. */
  l2: number
  steps: number
  /** Called after every step with the loss. */
  onStep?: (step: number, loss: number) => void
}

/**
 * Multinomial logistic regression: minimises the mean cross-entropy, every class counting alike, with Adam on the whole
 * set at once. Features are standardised first; the result applies to raw features. Starts from zero, so it has no random part.
 */
export const softmaxRegression = async (
  runtime: Runtime,
  data: LabelledFeatures,
  { l2, steps, onStep = () => {} }: RegressionOptions,
): Promise<LinearClassifier> => {
  const { dimensions, classes } = data
  const { mean, deviation, standardised } = standardise(data)
  const rows = data.labels.length
  const session = await runtime.load(lossAndGradients(dimensions, classes))
  const feeds = { features: float32(standardised, [rows, dimensions]), targets: targetsOf(data) }
  const weights = new Float32Array(dimensions * classes)
  const bias = new Float32Array(classes)
  const moveWeights = adam(weights)
  const moveBias = adam(bias)
  for (let step = 1; step <= steps; step++) {
    const results = await session.run({
      ...feeds,
      weights: float32(weights, [dimensions, classes]),
      bias: float32(bias, [classes]),
    })
    const gradient = results[gradientName('weights')]!.data as Float32Array
    for (let i = 0; i < gradient.length; i++) gradient[i]! += 2 * l2 * weights[i]!
    moveWeights(gradient, step)
    moveBias(results[gradientName('bias')]!.data as Float32Array, step)
    onStep(step, (results.loss!.data as Float32Array)[0]!)
  }
  await session.release()
  return unstandardised(weights, bias, mean, deviation, classes)
}

// --- internal ---

/** loss = - sum over rows of targets * log softmax(features x weights + bias); the targets carry the weight of their row. */
const lossAndGradients = (dimensions: number, classes: number): Graph => {
  const build = buildOn(emptyGraph('softmax-regression', 17))
  build.input('features', { type: 'float32', shape: ['N', dimensions] })
  build.input('targets', { type: 'float32', shape: ['N', classes] })
  build.input('weights', { type: 'float32', shape: [dimensions, classes] })
  build.input('bias', { type: 'float32', shape: [classes] })
  const logits = build.op('Gemm', ['features', 'weights', 'bias'], { alpha: float(1) })
  const likelihood = build.op('Mul', [build.op('LogSoftmax', [logits], { axis: int(1) }), 'targets'])
  const total = build.op('ReduceSum', [likelihood, build.integers([0, 1])], { keepdims: int(0) })
  build.alias(build.op('Neg', [total]), 'loss')
  return differentiate(build.finish(['loss']), { of: 'loss', wrt: ['weights', 'bias'], keep: ['loss'] })
}

const standardise = ({ features, dimensions, labels }: LabelledFeatures) => {
  const rows = labels.length
  const mean = new Float64Array(dimensions)
  const square = new Float64Array(dimensions)
  for (let i = 0; i < features.length; i++) {
    mean[i % dimensions]! += features[i]! / rows
    square[i % dimensions]! += (features[i]! * features[i]!) / rows
  }
  // A feature that never changes says nothing: dividing by 1 leaves it at zero.
  const deviation = square.map((value, i) => Math.sqrt(Math.max(value - mean[i]! ** 2, 0)) || 1)
  const standardised = features.map(
    (value, i) => (value - mean[i % dimensions]!) / deviation[i % dimensions]!,
  )
  return { mean, deviation, standardised }
}

const targetsOf = ({ labels, classes }: LabelledFeatures): Tensor => {
  const counts = new Float64Array(classes)
  for (const label of labels) counts[label]!++
  const targets = new Float32Array(labels.length * classes)
  labels.forEach((label, row) => {
    targets[row * classes + label] = 1 / (counts[label]! * classes)
  })
  return float32(targets, [labels.length, classes])
}

/** Adam (Kingma and Ba, 2015) with its usual constants, in place. */
const adam = (values: Float32Array, rate = 0.01) => {
  const first = new Float64Array(values.length)
  const second = new Float64Array(values.length)
  return (gradient: Float32Array, step: number): void => {
    const correction = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
    for (let i = 0; i < values.length; i++) {
      first[i] = 0.9 * first[i]! + 0.1 * gradient[i]!
      second[i] = 0.999 * second[i]! + 0.001 * gradient[i]! ** 2
      values[i]! -= (rate * correction * first[i]!) / (Math.sqrt(second[i]!) + 1e-8)
    }
  }
}

const unstandardised = (
  weights: Float32Array,
  bias: Float32Array,
  mean: Float64Array,
  deviation: Float64Array,
  classes: number,
): LinearClassifier => {
  const raw = weights.map((value, i) => value / deviation[Math.floor(i / classes)]!)
  const shifted = bias.map((value, k) => {
    let sum = value
    for (let d = 0; d < mean.length; d++) sum -= raw[d * classes + k]! * mean[d]!
    return sum
  })
  return { weights: float32(raw, [mean.length, classes]), bias: float32(shifted, [classes]) }
}
