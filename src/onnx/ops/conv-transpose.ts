import { int, intOf, ints, intsOf, stringOf } from '../attributes.ts'
import { fixed } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { unsupported } from '../scope.ts'
import { extent } from './_spatial.ts'
import { kernelGradient, sumPerChannel } from './conv.ts'
import type { Backward, Rule } from './rule.ts'

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
  gradient: backward => {
    const { node, dy, wants, build } = backward
    const [x, weight, bias] = node.inputs as [string, string, string?]
    const window = geometry(node, build.shapeOf(weight))
    return [
      wants(0) ? inputGradient(backward, window) : undefined,
      // The roles are those of the convolution that this operator transposes: dy is its input, x its output.
      wants(1) ? kernelGradient(dy, x, { node, weight, window, build }) : undefined,
      bias && wants(2) ? sumPerChannel(dy, build) : undefined,
    ]
  },
}

// --- internal ---

const inputGradient = ({ node, dy, build }: Backward, window: Geometry): string => {
  const weight = node.inputs[1]!
  return build.op('Conv', [dy, weight], {
    kernel_shape: ints(window.kernel),
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints(window.pads),
    group: int(intOf(node, 'group', 1)),
  })
}

type Geometry = ReturnType<typeof geometry>

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
