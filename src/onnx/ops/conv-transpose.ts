import { int, intOf, ints, intsOf, stringOf } from '../attributes.ts'
import { fixed } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { unsupported } from '../scope.ts'
import { extent } from './_spatial.ts'
import type { Rule } from './rule.ts'

/** The transpose of a convolution; its input gradient is that convolution. */
export const ConvTranspose: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const weight = scope.shapeOf(node.inputs[1]!)
    const { strides, dilations, pads, outputPadding, kernel } = geometry(node, weight)
    const rank = kernel.length
    const spatial = shape.slice(2).map((dim, axis): Dim => {
      if (typeof dim !== 'number') return `${dim}_of_${node.outputs[0]}`
      const full = (dim - 1) * strides[axis]! + extent(kernel[axis]!, dilations[axis]!) + outputPadding[axis]!
      return full - pads[axis]! - pads[axis + rank]!
    })
    return [{ type, shape: [shape[0]!, (weight[1] as number) * intOf(node, 'group', 1), ...spatial] }]
  },
  gradient: ({ node, dy, wants, build }) => {
    const [x, weight] = node.inputs as [string, string]
    const { strides, dilations, pads, kernel } = geometry(node, build.shapeOf(weight))
    const group = intOf(node, 'group', 1)
    const shared = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(group) }
    if (wants(1)) throw unsupported(node, 'xfmr has no gradient for the weights of this operator')
    const dx = wants(0)
      ? build.op('Conv', [dy, weight], { ...shared, kernel_shape: ints(kernel) })
      : undefined
    // The convolution may see output_padding rows beyond the last input cell.
    const sizes = build.shapeOf(x).slice(2)
    const spatial = dx ? build.shapeOf(dx).slice(2) : sizes
    const cut =
      dx && spatial.some((size, axis) => size !== sizes[axis])
        ? build.op('Slice', [
            dx,
            build.integers(sizes.map(() => 0)),
            build.integers(fixed(sizes, 'The gradient of ConvTranspose')),
            build.integers(sizes.map((_, axis) => axis + 2)),
          ])
        : dx
    const axes = build.shapeOf(dy).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
    const db =
      node.inputs[2] && wants(2)
        ? build.op('ReduceSum', [dy, build.integers(axes)], { keepdims: int(0) })
        : undefined
    return [cut, undefined, db]
  },
}

// --- internal ---

const geometry = (node: Node, weight: readonly Dim[]) => {
  const kernel = fixed(weight.slice(2), 'A convolution kernel')
  const ones = kernel.map(() => 1)
  const zeros = kernel.map(() => 0)
  if (node.attributes.output_shape || stringOf(node, 'auto_pad', 'NOTSET') !== 'NOTSET') {
    throw unsupported(node, 'only explicit pads are handled (no auto_pad, no output_shape)')
  }
  return {
    kernel,
    strides: intsOf(node, 'strides', ones),
    dilations: intsOf(node, 'dilations', ones),
    pads: intsOf(node, 'pads', [...zeros, ...zeros]),
    outputPadding: intsOf(node, 'output_padding', zeros),
  }
}
