import { XfmrError } from '../../errors.ts'
import { intOf, intsOf, stringOf } from '../attributes.ts'
import type { Dim, Node } from '../graph.ts'
import { unsupported } from '../scope.ts'

/** The sliding-window geometry that convolutions and poolings share, with automatic padding resolved. */
export type Window = {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before each spatial axis, then after each. */
  readonly pads: readonly number[]
  /** Lengths of the output's spatial axes. */
  readonly output: readonly Dim[]
}

/** Works out the window of a node over an input of shape [N, C, ...spatial]. */
export const windowOf = (node: Node, input: readonly Dim[], kernel: readonly number[]): Window => {
  const spatial = input.slice(2)
  const ones = kernel.map(() => 1)
  const strides = intsOf(node, 'strides', ones)
  const dilations = intsOf(node, 'dilations', ones)
  const auto = stringOf(node, 'auto_pad', 'NOTSET')
  let pads = intsOf(
    node,
    'pads',
    [...kernel, ...kernel].map(() => 0),
  )
  if (auto === 'VALID') pads = pads.map(() => 0)
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') {
    // ONNX Runtime refuses it for convolutions, and for pooling pads as if there were no dilation.
    if (dilations.some(dilation => dilation > 1)) throw unsupported(node, `auto_pad ${auto} with dilations`)
    const totals = spatial.map((dim, axis) => {
      if (typeof dim !== 'number') throw unsupported(node, `auto_pad ${auto} needs fixed image sizes`)
      const stride = strides[axis]!
      const length = Math.ceil(dim / stride)
      return Math.max(0, (length - 1) * stride + kernel[axis]! - dim)
    })
    const small = totals.map(total => Math.floor(total / 2))
    const large = totals.map(total => Math.ceil(total / 2))
    pads = auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small]
  }
  const ceil = intOf(node, 'ceil_mode', 0) !== 0
  const output = spatial.map((dim, axis): Dim => {
    const stride = strides[axis]!
    const growth = pads[axis]! + pads[axis + kernel.length]! - extent(kernel[axis]!, dilations[axis]!)
    if (typeof dim !== 'number') return stride === 1 && growth === -1 ? dim : `${dim}_of_${node.outputs[0]}`
    const length = (ceil ? Math.ceil : Math.floor)((dim + growth) / stride) + 1
    // A last window that would start behind the image is dropped.
    const whole = ceil && (length - 1) * stride >= dim + pads[axis]! ? length - 1 : length
    if (whole > 0) return whole
    throw new XfmrError('E_MODEL_SHAPE', `${node.op} with kernel [${kernel}] does not fit into [${input}].`)
  })
  return { kernel, strides, dilations, pads, output }
}

/** How many pixels a dilated kernel spans. */
export const extent = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1
