import { unsupported } from '../scope.ts'
import { likeInput } from './_infer.ts'
import type { Backward, Rule } from './rule.ts'

/** Element-wise functions of one input, by their derivative in terms of input x and output y. */
const unary = (derivative: (backward: Backward, x: string, y: string) => string): Rule => ({
  infer: likeInput,
  gradient: backward => [derivative(backward, backward.node.inputs[0]!, backward.node.outputs[0]!)],
})

export const Neg = unary(({ dy, build }) => build.op('Neg', [dy]))
export const Abs = unary(({ dy, build }, x) => build.op('Mul', [dy, build.op('Sign', [x])]))
export const Exp = unary(({ dy, build }, _x, y) => build.op('Mul', [dy, y]))
export const Log = unary(({ dy, build }, x) => build.op('Div', [dy, x]))
export const Sqrt = unary(({ dy, build }, _x, y) =>
  build.op('Div', [build.op('Mul', [dy, build.number(0.5)]), y]),
)
export const Reciprocal = unary(({ dy, build }, _x, y) =>
  build.op('Neg', [build.op('Mul', [dy, build.op('Mul', [y, y])])]),
)
export const Sigmoid = unary(({ dy, build }, _x, y) =>
  build.op('Mul', [dy, build.op('Mul', [y, build.op('Sub', [build.number(1), y])])]),
)
export const Tanh = unary(({ dy, build }, _x, y) =>
  build.op('Mul', [dy, build.op('Sub', [build.number(1), build.op('Mul', [y, y])])]),
)

export const Erf = unary(({ dy, build }, x) =>
  build.op('Mul', [
    dy,
    build.op('Mul', [
      build.number(2 / Math.sqrt(Math.PI)),
      build.op('Exp', [build.op('Neg', [build.op('Mul', [x, x])])]),
    ]),
  ]),
)

/** Inference form: dropout does nothing. */
export const Dropout: Rule = {
  infer: (node, scope) => {
    const training = node.inputs[2] ? scope.constant(node.inputs[2]) : undefined
    if (node.inputs[2] && training?.data[0] !== 0)
      throw unsupported(node, 'only the inference form is handled')
    const value = scope.typeOf(node.inputs[0]!)
    return [value, { type: 'bool', shape: value.shape }]
  },
  gradient: ({ dy }) => [dy],
}

/** Piecewise constant: the gradient is zero everywhere it exists. */
const flat: Rule = { infer: likeInput }
export const Sign = flat
export const Floor = flat
export const Ceil = flat
export const Round = flat
