import { floatOf, intOf } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import type { Node } from '../graph.ts'
import { unsupported } from '../scope.ts'
import { float32, type Tensor } from '../tensor.ts'
import { channelsOf, inverseDeviation, momentsOf } from './_channels.ts'
import { likeInput } from './_infer.ts'
import type { Backward, Rule } from './rule.ts'

/**
 * Inference form: y = scale * (x - mean) / sqrt(var + eps) + bias, per channel.
 *
 * Training form (`training_mode` 1): the mean and the variance of the batch take the place of the running ones, which
 * are returned anew as outputs 1 and 2: running * momentum + batch * (1 - momentum). As ONNX defines it, and as ONNX
 * Runtime computes it, the variance is that of the population (PyTorch keeps the running one larger by n / (n - 1)).
 */
export const BatchNormalization: Rule = {
  infer: (node, scope) => {
    const value = likeInput(node, scope)
    return isTraining(node)
      ? [...value, ...STATISTICS.map(index => scope.typeOf(node.inputs[index]!))]
      : value
  },
  gradient: backward =>
    isTraining(backward.node) ? trainingGradient(backward) : inferenceGradient(backward),
}

// --- internal ---

/** Inputs that hold the running mean and the running variance. */
const STATISTICS = [3, 4] as const

const isTraining = (node: Node): boolean => intOf(node, 'training_mode', 0) === 1

type Inputs = [x: string, scale: string, bias: string, mean: string, variance: string]

const inferenceGradient = ({ node, dy, wants, build }: Backward): (string | undefined)[] => {
  const [x, scale, , mean, variance] = node.inputs as readonly string[] as Inputs
  const { spread, sum } = channelsOf(x, build)
  const eps = floatOf(node, 'epsilon', 1e-5)
  const factor = () => inverseDeviation(variance, eps, build)
  const normalised = () => build.op('Mul', [build.op('Sub', [x, spread(mean)]), spread(factor())])
  if (wants(3) || wants(4)) throw unsupported(node, 'running statistics have no gradient')
  return [
    wants(0) ? build.op('Mul', [dy, spread(channelGain(scale, variance, eps, build))]) : undefined,
    wants(1) ? sum(build.op('Mul', [dy, normalised()])) : undefined,
    wants(2) ? sum(dy) : undefined,
  ]
}

/**
 * With c = x - mean and r = 1 / sqrt(var + eps), both of the batch:
 * dx = scale r (dy - mean(dy)) - scale r^3 mean(dy c) c, and what the running statistics send back.
 */
const trainingGradient = ({ node, dys, wants, build }: Backward): (string | undefined)[] => {
  const [x, scale, bias, mean, variance] = node.inputs as readonly string[] as Inputs
  const [dy, dMean, dVariance] = dys
  const { spread, sum, share } = channelsOf(x, build)
  const momentum = floatOf(node, 'momentum', 0.9)
  const times = (...factors: string[]) => factors.reduce((a, b) => build.op('Mul', [a, b]))
  const plus = (...terms: (string | undefined)[]) =>
    terms.filter(term => term !== undefined).reduce((a, b) => build.op('Add', [a, b]))
  const scaled = (name: string, factor: number) => times(name, build.number(factor))

  const { centred, variance: spreadOfBatch } = momentsOf(x, build)

  let dx: (string | undefined)[] = []
  let [dScale, dBias]: (string | undefined)[] = []
  if (dy !== undefined) {
    const inverse = inverseDeviation(spreadOfBatch(), floatOf(node, 'epsilon', 1e-5), build)
    const total = sum(dy)
    const along = sum(times(dy, centred))
    const gain = times(scale, inverse)
    dScale = times(along, inverse)
    const slope = times(dScale, share(-1), gain, inverse)
    const shift = times(total, share(-1), gain)
    dx = [times(dy, spread(gain)), times(centred, spread(slope)), spread(shift)]
    dBias = total
  }
  if (dVariance !== undefined)
    dx.push(times(centred, spread(scaled(times(dVariance, share()), 2 * (1 - momentum)))))
  if (dMean !== undefined) {
    const shift = spread(scaled(times(dMean, share()), 1 - momentum))
    dx.push(dx.length > 0 ? shift : build.op('Expand', [shift, build.op('Shape', [x])]))
  }
  const kept = (statistic: string, d: string | undefined) =>
    d === undefined ? build.zerosLike(statistic) : scaled(d, momentum)
  return [
    wants(0) ? plus(...dx) : undefined,
    wants(1) ? (dScale ?? build.zerosLike(scale)) : undefined,
    wants(2) ? (dBias ?? build.zerosLike(bias)) : undefined,
    wants(3) ? kept(mean, dMean) : undefined,
    wants(4) ? kept(variance, dVariance) : undefined,
  ]
}

/** scale / sqrt(var + eps), computed here when both are constants. */
const channelGain = (scale: string, variance: string, eps: number, build: Builder): string => {
  const gain = build.scope.constant(scale) as Tensor<Float32Array> | undefined
  const spread = build.scope.constant(variance) as Tensor<Float32Array> | undefined
  if (gain && spread) {
    return build.constant(
      float32(
        gain.data.map((value, i) => value / Math.sqrt(spread.data[i]! + eps)),
        gain.dims,
      ),
    )
  }
  return build.op('Mul', [scale, inverseDeviation(variance, eps, build)])
}
