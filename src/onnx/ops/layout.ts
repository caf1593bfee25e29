import { XfmrError } from '../../errors.ts'
import { intOf, ints, intsOf } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { axisOf } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { type Scope, unsupported } from '../scope.ts'
import { sizeOf } from '../tensor.ts'
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
    if (hole >= 0) {
      return [{ type, shape: copied.with(hole, remainder(shape, copied.toSpliced(hole, 1), node)) }]
    }
    const lengths = [...shape, ...copied]
    if (lengths.every(dim => typeof dim === 'number') && factors(shape).number !== factors(copied).number) {
      throw misfit(node, shape, copied)
    }
    return [{ type, shape: copied }]
  },
  gradient: restore,
}

export const Flatten: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const axis = axisOf(intOf(node, 'axis', 1), shape.length, shape.length)
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
  const { number, symbols } = factors(shape)
  const divisor = factors(known)
  for (const symbol of divisor.symbols) {
    if (!symbols.includes(symbol))
      throw unsupported(node, `shape [${shape}] does not hold the length ${symbol}`)
    symbols.splice(symbols.indexOf(symbol), 1)
  }
  const rest = divisor.number === 0 ? 0 : number / divisor.number
  if (!Number.isInteger(rest)) throw misfit(node, shape, known)
  if (symbols.length === 0) return rest
  return (rest === 1 ? symbols : [...symbols, rest]).join('*')
}

/** A product of lengths as its numbers, multiplied, and its symbols; a symbol may be a product itself. */
const factors = (shape: readonly Dim[]): { number: number; symbols: string[] } => {
  const parts = shape.flatMap((dim): Dim[] => (typeof dim === 'number' ? [dim] : dim.split('*')))
  const symbols = parts.filter(part => Number.isNaN(Number(part))).map(String)
  const numbers = parts.map(Number).filter(part => !Number.isNaN(part))
  return { number: sizeOf(numbers), symbols: symbols.sort() }
}

const misfit = (node: Node, from: readonly Dim[], to: readonly Dim[]): XfmrError =>
  new XfmrError(
    'E_MODEL_SHAPE',
    `Operator ${node.op} (node "${node.name || node.outputs[0]}") can't bring [${from}] to [${to}].`,
  )

const permutation = (node: Node, rank: number): readonly number[] =>
  intsOf(node, 'perm', undefined)?.map(axis => axisOf(axis, rank)) ??
  Array.from({ length: rank }, (_, axis) => rank - 1 - axis)

/** Adding or removing axes of length one does not change what an integer vector holds. */
const passIntegers = (node: Node, scope: Scope): void => {
  const values = scope.integers(node.inputs[0]!)
  if (values) scope.setIntegers(node.outputs[0]!, values)
}
