import type { Builder } from '../builder.ts'
import { sizeOf } from '../tensor.ts'

/** What a batch normalisation needs of a {@link Builder}. */
export type Emitter = Pick<Builder, 'op' | 'number' | 'integers' | 'shapeOf'>

/** Going between values per channel (axis 1) and values of the shape of x. */
export const channelsOf = (x: string, build: Emitter) => {
  const shape = build.shapeOf(x)
  const perChannel = shape.map((_, axis) => (axis === 1 ? -1 : 1)).slice(1)
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const counted = axes.map(axis => shape[axis]!)
  const flags = { keepdims: { type: 'int', value: 0 } } as const

  /** A value per channel in a shape that broadcasts against x. */
  const spread = (name: string): string =>
    perChannel.length === 1 ? name : build.op('Reshape', [name, build.integers(perChannel)])
  const sum = (name: string): string => build.op('ReduceSum', [name, build.integers(axes)], flags)
  const mean = (name: string): string =>
    build.op('ReduceMean', [name], { axes: { type: 'ints', value: axes }, ...flags })
  /** `factor` over the number of elements of a channel. */
  const share = (factor = 1): string => {
    if (counted.every(dim => typeof dim === 'number'))
      return build.number(factor / sizeOf(counted as readonly number[]))
    const lengths = build.op('Gather', [build.op('Shape', [x]), build.integers(axes)])
    const floats = build.op('Cast', [lengths], { to: { type: 'int', value: 1 } })
    return build.op('Div', [build.number(factor), build.op('ReduceProd', [floats], flags)])
  }
  return { spread, sum, mean, share }
}

/** Mean and population variance per channel, and x without its mean. */
export const momentsOf = (x: string, build: Emitter) => {
  const { spread, mean: average } = channelsOf(x, build)
  const mean = average(x)
  const centred = build.op('Sub', [x, spread(mean)])
  return { mean, centred, spread, variance: () => average(build.op('Mul', [centred, centred])) }
}

/** 1 / sqrt(var + eps) */
export const inverseDeviation = (variance: string, eps: number, build: Emitter): string => {
  const shifted = build.op('Add', [variance, build.number(eps)])
  return build.op('Reciprocal', [build.op('Sqrt', [shifted])])
}
