import { intOf, tensorOf } from '../attributes.ts'
import { axisOf, fixed } from '../dims.ts'
import type { Node } from '../graph.ts'
import { unsupported } from '../scope.ts'
import type { ElementType } from '../tensor.ts'
import { broadcasting, likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

export const Constant: Rule = {
  infer: (node, scope) => {
    const tensor = tensorOf(node, 'value', undefined)
    if (!tensor) throw unsupported(node, 'only tensor constants are handled')
    scope.addConstant(node.outputs[0]!, tensor)
    return [{ type: tensor.type, shape: tensor.dims }]
  },
}

export const Shape: Rule = {
  infer: (node, scope) => {
    const whole = scope.shapeOf(node.inputs[0]!)
    const shape = whole.slice(intOf(node, 'start', 0), intOf(node, 'end', whole.length))
    scope.setIntegers(node.outputs[0]!, shape)
    return [{ type: 'int64', shape: [shape.length] }]
  },
}

export const ConstantOfShape: Rule = {
  infer: (node, scope) => {
    const shape = scope.integers(node.inputs[0]!)
    if (!shape) throw unsupported(node, 'its shape is not known before it runs')
    return [{ type: tensorOf(node, 'value', undefined)?.type ?? 'float32', shape }]
  },
}

export const Cast: Rule = {
  infer: (node, scope) => {
    const values = scope.integers(node.inputs[0]!)
    const type = CAST_TYPES[intOf(node, 'to', 1)]
    if (!type) throw unsupported(node, 'the target type is not handled')
    if (values && (type === 'int64' || type === 'int32')) scope.setIntegers(node.outputs[0]!, values)
    return [{ type, shape: scope.shapeOf(node.inputs[0]!) }]
  },
  gradient: ({ dy, node, build }) => {
    const source = build.scope.typeOf(node.inputs[0]!).type
    const target = build.scope.typeOf(node.outputs[0]!).type
    return source === 'float32' && target === 'float32' ? [dy] : [undefined]
  },
}

export const Where: Rule = {
  infer: broadcasting(1),
  gradient: ({ node, dy, wants, build }) => {
    const [condition, a, b] = node.inputs as [string, string, string]
    const zero = build.number(0)
    const part = (input: string, name: string) => build.reduceTo(name, build.shapeOf(input))
    return [
      undefined,
      wants(1) ? part(a, build.op('Where', [condition, dy, zero])) : undefined,
      wants(2) ? part(b, build.op('Where', [condition, zero, dy])) : undefined,
    ]
  },
}

/** Comparisons and logic have no gradient. */
const test: Rule = { infer: broadcasting('bool') }
export const Greater = test
export const GreaterOrEqual = test
export const Less = test
export const LessOrEqual = test
export const Equal = test
export const And = test
export const Or = test
export const Not: Rule = { infer: (node, scope) => likeInput(node, scope) }

const argument: Rule = {
  infer: (node, scope) => {
    const { shape } = scope.typeOf(node.inputs[0]!)
    const axis = axisOf(intOf(node, 'axis', 0), shape.length)
    const dims = intOf(node, 'keepdims', 1) ? shape.with(axis, 1) : shape.toSpliced(axis, 1)
    return [{ type: 'int64', shape: dims }]
  },
}
export const ArgMax = argument
export const ArgMin = argument

export const Tile: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const repeats = scope.integers(node.inputs[1]!)
    if (!repeats) throw unsupported(node, 'its repeats are not known before it runs')
    return [
      { type, shape: shape.map((dim, i) => (repeats[i] === 1 ? dim : product(dim, repeats[i]!, node))) },
    ]
  },
}

// --- internal ---

const CAST_TYPES: Record<number, ElementType | undefined> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
}

const product = (a: number | string, b: number | string, node: Node): number => {
  const [x, y] = fixed([a, b], `Operator ${node.op}`) as [number, number]
  return x * y
}
