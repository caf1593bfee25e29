import { floatOf, intOf } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { unsupported } from '../scope.ts'
import { float32, type Tensor } from '../tensor.ts'
import { likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

/** Inference form: y = scale * (x - mean) / sqrt(var + eps) + bias, per channel. */
export const BatchNormalization: Rule = {
  infer: (node, scope) => {
    if (intOf(node, 'training_mode', 0)) throw unsupported(node, 'only the inference form is handled')
    return likeInput(node, scope)
  },
  gradient: ({ node, dy, wants, build }) => {
    const [x, scale, , mean, variance] = node.inputs as [string, string, string, string, string]
    const perChannel = build
      .shapeOf(x)
      .map((_, axis) => (axis === 1 ? -1 : 1))
      .slice(1)
    const spread = (name: string) => build.op('Reshape', [name, build.integers(perChannel)])
    const axes = build.shapeOf(x).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
    const sum = (name: string) =>
      build.op('ReduceSum', [name, build.integers(axes)], { keepdims: { type: 'int', value: 0 } })
    const eps = floatOf(node, 'epsilon', 1e-5)
    const factor = () => inverseDeviation(variance, eps, build)
    const normalised = () => build.op('Mul', [build.op('Sub', [x, spread(mean)]), spread(factor())])
    if (wants(3) || wants(4)) throw unsupported(node, 'running statistics have no gradient')
    return [
      wants(0) ? build.op('Mul', [dy, spread(channelGain(scale, variance, eps, build))]) : undefined,
      wants(1) ? sum(build.op('Mul', [dy, normalised()])) : undefined,
      wants(2) ? sum(dy) : undefined,
    ]
  },
}

// --- internal ---

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

const inverseDeviation = (variance: string, eps: number, build: Builder): string => {
  const shifted = build.op('Add', [variance, build.number(eps)])
  return build.op('Reciprocal', [build.op('Sqrt', [shifted])])
}
