import { intOf, ints, intsOf } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { axisOf } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { type Scope, unsupported } from '../scope.ts'
import { likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

/** Undoes a change of shape: dy simply gets the input's shape back. */
const restore: Rule['gradient'] = ({ node, dy, build }) => [withShapeOf(node.inputs[0]!, dy, build)]

export const Reshape: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const target = scope.integers(node.inputs[1]!)
    if (!target) throw unsupported(node, 'its target shape is not known before it runs')
    const copied = target.map((dim, axis) => (dim === 0 && !intOf(node, 'allowzero', 0) ? shape[axis]! : dim))
    const hole = copied.indexOf(-1)
    const dims = hole < 0 ? copied : copied.with(hole, remainder(shape, copied.toSpliced(hole, 1), node))
    return [{ type, shape: dims }]
  },
  gradient: restore,
}

export const Flatten: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const axis = axisOf(intOf(node, 'axis', 1), shape.length)
    return [
      { type, shape: [remainder(shape.slice(0, axis), [], node), remainder(shape.slice(axis), [], node)] },
    ]
  },
  gradient: restore,
}

export const Squeeze: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const axes = node.inputs[1] ? scope.integers(node.inputs[1]) : undefined
    const gone = axes?.map(axis => axisOf(axis as number, shape.length))
    passIntegers(node, scope)
    return [{ type, shape: shape.filter((dim, axis) => (gone ? !gone.includes(axis) : dim !== 1)) }]
  },
  gradient: restore,
}

export const Unsqueeze: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const axes = scope.integers(node.inputs[1]!)
    if (!axes) throw unsupported(node, 'its axes are not known before it runs')
    const rank = shape.length + axes.length
    const added = new Set(axes.map(axis => axisOf(axis as number, rank)))
    const rest = [...shape]
    passIntegers(node, scope)
    return [{ type, shape: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : rest.shift()!)) }]
  },
  gradient: restore,
}

export const Identity: Rule = {
  infer: (node, scope) => {
    passIntegers(node, scope)
    return likeInput(node, scope)
  },
  gradient: ({ dy }) => [dy],
}

export const Transpose: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    return [{ type, shape: permutation(node, shape.length).map(axis => shape[axis]!) }]
  },
  gradient: ({ node, dy, build }) => {
    const perm = permutation(node, build.shapeOf(dy).length)
    return [build.op('Transpose', [dy], { perm: ints(perm.map((_, axis) => perm.indexOf(axis))) })]
  },
}

export const Expand: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const target = scope.integers(node.inputs[1]!)
    if (!target) throw unsupported(node, 'its target shape is not known before it runs')
    const rank = Math.max(shape.length, target.length)
    const at = (dims: readonly Dim[], axis: number): Dim => dims[axis - rank + dims.length] ?? 1
    const dims = Array.from({ length: rank }, (_, axis) =>
      at(target, axis) === 1 ? at(shape, axis) : at(target, axis),
    )
    return [{ type, shape: dims }]
  },
  gradient: ({ node, dy, build }) => [build.reduceTo(dy, build.shapeOf(node.inputs[0]!))],
}

// --- internal ---

const withShapeOf = (model: string, name: string, build: Builder): string => {
  const shape = build.shapeOf(model)
  const symbolic = shape.filter(dim => typeof dim === 'string')
  if (symbolic.length <= 1) return build.reshape(name, shape)
  return build.op('Reshape', [name, build.op('Shape', [model])])
}

/** The product of `shape` divided by the product of `known`, with symbolic lengths cancelled by name. */
const remainder = (shape: readonly Dim[], known: readonly Dim[], node: Node): Dim => {
  let product = 1
  const symbols: string[] = []
  for (const dim of shape) {
    if (typeof dim === 'number') product *= dim
    else symbols.push(dim)
  }
  for (const dim of known) {
    if (typeof dim === 'number') product /= dim
    else if (symbols.includes(dim)) symbols.splice(symbols.indexOf(dim), 1)
    else throw unsupported(node, `shape [${shape}] does not hold the length ${dim}`)
  }
  if (symbols.length === 0) return product
  return product === 1 && symbols.length === 1 ? symbols[0]! : [...symbols, product].join('*')
}

const permutation = (node: Node, rank: number): readonly number[] =>
  intsOf(node, 'perm', undefined) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)

/** Adding or removing axes of length one does not change what an integer vector holds. */
const passIntegers = (node: Node, scope: Scope): void => {
  const values = scope.integers(node.inputs[0]!)
  if (values) scope.setIntegers(node.outputs[0]!, values)
}
