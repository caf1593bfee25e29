import { intOf, intsOf } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { axisOf, fixed } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { type Scope, unsupported } from '../scope.ts'
import { sizeOf } from '../tensor.ts'
import type { Backward, Rule } from './rule.ts'

/** Axes come as an attribute or, in newer operator sets, as a second input; none means all. */
const axesOf = (node: Node, scope: Scope): number[] => {
  const rank = scope.shapeOf(node.inputs[0]!).length
  const all = Array.from({ length: rank }, (_, axis) => axis)
  if (!node.inputs[1]) {
    const axes = intsOf(node, 'axes', [])
    if (axes.length === 0 && intOf(node, 'noop_with_empty_axes', 0)) return []
    return axes.length > 0 ? axes.map(axis => axisOf(axis, rank)) : all
  }
  const axes = scope.integers(node.inputs[1])
  if (!axes) throw unsupported(node, 'its axes are not known before it runs')
  if (axes.length === 0 && intOf(node, 'noop_with_empty_axes', 0)) return []
  return axes.length > 0 ? axes.map(axis => axisOf(axis as number, rank)) : all
}

const infer: Rule['infer'] = (node, scope) => {
  const { type, shape } = scope.typeOf(node.inputs[0]!)
  const axes = axesOf(node, scope)
  const keep = intOf(node, 'keepdims', 1)
  const dims = shape.flatMap((dim, axis): Dim[] => (axes.includes(axis) ? (keep ? [1] : []) : [dim]))
  return [{ type, shape: dims }]
}

/** dy (or the output) with the reduced axes back as length one, so that it broadcasts against the input. */
const kept = (name: string, { node, build }: Backward): string => {
  if (intOf(node, 'keepdims', 1)) return name
  const axes = axesOf(node, build.scope)
  return axes.length > 0
    ? build.op('Unsqueeze', [name, build.integers([...axes].sort((a, b) => a - b))])
    : name
}

const spreadOver = (name: string, x: string, build: Builder): string =>
  build.op('Expand', [name, build.op('Shape', [x])])

export const ReduceSum: Rule = {
  infer,
  gradient: backward => [spreadOver(kept(backward.dy, backward), backward.node.inputs[0]!, backward.build)],
}

export const ReduceMean: Rule = {
  infer,
  gradient: backward => {
    const { node, build } = backward
    const x = node.inputs[0]!
    const spread = spreadOver(kept(backward.dy, backward), x, build)
    const reduced = axesOf(node, build.scope).map(axis => build.shapeOf(x)[axis]!)
    if (reduced.every(dim => typeof dim === 'number')) {
      return [build.op('Mul', [spread, build.number(1 / sizeOf(fixed(reduced, 'ReduceMean')))])]
    }
    // The length is known only at run time: count with the shape itself.
    const all = build.op('ReduceProd', [
      build.op('Cast', [build.op('Shape', [x])], { to: { type: 'int', value: 1 } }),
    ])
    const left = build.op('ReduceProd', [
      build.op('Cast', [build.op('Shape', [node.outputs[0]!])], { to: { type: 'int', value: 1 } }),
    ])
    return [build.op('Mul', [spread, build.op('Div', [left, all])])]
  },
}

/** Euclidean length: dx = dy * x / y (not defined at zero). */
export const ReduceL2: Rule = {
  infer,
  gradient: backward => {
    const { node, dy, build } = backward
    const ratio = build.op('Div', [kept(dy, backward), kept(node.outputs[0]!, backward)])
    return [build.op('Mul', [node.inputs[0]!, ratio])]
  },
}

export const ReduceSumSquare: Rule = {
  infer,
  gradient: backward => {
    const { node, dy, build } = backward
    const twice = build.op('Mul', [node.inputs[0]!, build.number(2)])
    return [build.op('Mul', [twice, kept(dy, backward)])]
  },
}

export const ReduceMax: Rule = { infer }
export const ReduceMin: Rule = { infer }
export const ReduceProd: Rule = { infer }
