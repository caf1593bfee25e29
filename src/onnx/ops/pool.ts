import { int, intOf, ints, intsOf, string } from '../attributes.ts'
import { fixed } from '../dims.ts'
import type { Node } from '../graph.ts'
import { type Scope, unsupported } from '../scope.ts'
import { float32, sizeOf } from '../tensor.ts'
import { extent, type Window, windowOf } from './_spatial.ts'
import type { Rule } from './rule.ts'

const inferPool = (node: Node, scope: Scope) => {
  const { type, shape } = scope.typeOf(node.inputs[0]!)
  const { output } = windowOf(node, shape, intsOf(node, 'kernel_shape', []))
  const result = { type, shape: [shape[0]!, shape[1]!, ...output] }
  return [result, { type: 'int64' as const, shape: result.shape }]
}

/** dy goes, whole, to the position that won: the operator's own second output says which. */
export const MaxPool: Rule = {
  infer: inferPool,
  gradient: ({ node, dy, build }) => {
    if (intOf(node, 'storage_order', 0)) throw unsupported(node, 'xfmr has no gradient for storage_order')
    const x = node.inputs[0]!
    const winners = build.extraOutput(node, 1)
    const flat = build.integers([-1])
    const zeros = build.op('Reshape', [build.zerosLike(x), flat])
    const sum = build.op(
      'ScatterElements',
      [zeros, build.op('Reshape', [winners, flat]), build.op('Reshape', [dy, flat])],
      { axis: int(0), reduction: string('add') },
    )
    return [build.op('Reshape', [sum, build.op('Shape', [x])])]
  },
}

/** Spreads dy evenly over each window: a depthwise transposed convolution with ones. */
export const AveragePool: Rule = {
  infer: inferPool,
  gradient: ({ node, dy, build }) => {
    const shape = build.shapeOf(node.inputs[0]!)
    const channels = fixed(shape.slice(1, 2), 'The gradient of AveragePool')[0]!
    const spatial = fixed(shape.slice(2), 'The gradient of AveragePool')
    const window = windowOf(node, shape, intsOf(node, 'kernel_shape', []))
    const { kernel, strides, dilations, pads } = window
    const output = fixed(window.output, 'The gradient of AveragePool')
    const counts = windowCounts(window, spatial, output, intOf(node, 'count_include_pad', 0) !== 0)
    const shares = build.op('Div', [dy, build.constant(float32(counts, [1, 1, ...output]))])
    // What the windows reach beyond the first pad; the rest of the image was seen by none of them.
    const reached = output.map(
      (length, axis) => (length - 1) * strides[axis]! + extent(kernel[axis]!, dilations[axis]!) - pads[axis]!,
    )
    const missing = spatial.map((size, axis) => size - reached[axis]!)
    const ones = float32(new Float32Array(channels * sizeOf(kernel)).fill(1), [channels, 1, ...kernel])
    return [
      build.op('ConvTranspose', [shares, build.constant(ones)], {
        kernel_shape: ints(kernel),
        strides: ints(strides),
        dilations: ints(dilations),
        pads: ints([...pads.slice(0, kernel.length), ...missing.map(size => Math.max(0, -size))]),
        output_padding: ints(missing.map(size => Math.max(0, size))),
        group: int(channels),
      }),
    ]
  },
}

const inferGlobal = (node: Node, scope: Scope) => {
  const { type, shape } = scope.typeOf(node.inputs[0]!)
  return [{ type, shape: shape.map((dim, axis) => (axis < 2 ? dim : 1)) }]
}

export const GlobalAveragePool: Rule = {
  infer: inferGlobal,
  gradient: ({ node, dy, build }) => {
    const x = node.inputs[0]!
    const cells = sizeOf(fixed(build.shapeOf(x).slice(2), 'The gradient of GlobalAveragePool'))
    const share = build.op('Mul', [dy, build.number(1 / cells)])
    return [build.op('Expand', [share, build.op('Shape', [x])])]
  },
}

export const GlobalMaxPool: Rule = { infer: inferGlobal }

// --- internal ---

/** How many pixels each window covers, with those of the padding or without. */
const windowCounts = (
  window: Window,
  spatial: readonly number[],
  output: readonly number[],
  padding: boolean,
): Float32Array => {
  const perAxis = output.map((length, axis) =>
    Array.from({ length }, (_, position) => {
      const start = position * window.strides[axis]! - window.pads[axis]!
      const taps = Array.from({ length: window.kernel[axis]! }, (_, k) => start + k * window.dilations[axis]!)
      const [before, after] = padding ? [window.pads[axis]!, window.pads[axis + output.length]!] : [0, 0]
      return taps.filter(tap => tap >= -before && tap < spatial[axis]! + after).length
    }),
  )
  const counts = new Float32Array(sizeOf(output))
  for (let index = 0; index < counts.length; index++) {
    let rest = index
    let product = 1
    for (let axis = output.length - 1; axis >= 0; axis--) {
      product *= perAxis[axis]![rest % output[axis]!]!
      rest = Math.floor(rest / output[axis]!)
    }
    counts[index] = product
  }
  return counts
}
