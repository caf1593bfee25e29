import { int } from '../attributes.ts'
import type { Dim, Node } from '../graph.ts'
import type { Scope } from '../scope.ts'
import { broadcasting } from './_infer.ts'
import type { Backward, Rule } from './rule.ts'

/** Element-wise operators of two inputs. Each partial derivative is summed back over broadcast axes. */
const binary = (
  partials: (backward: Backward, a: string, b: string) => readonly [() => string, () => string],
  onIntegers?: (a: number, b: number) => number,
): Rule => ({
  infer: (node, scope) => {
    if (onIntegers) foldIntegers(node, scope, onIntegers)
    return broadcasting()(node, scope)
  },
  gradient: backward => {
    const [a, b] = backward.node.inputs as [string, string]
    const makers = partials(backward, a, b)
    return [a, b].map((input, index) =>
      backward.wants(index)
        ? backward.build.reduceTo(makers[index]!(), backward.build.shapeOf(input))
        : undefined,
    )
  },
})

export const Add = binary(
  ({ dy }) => [() => dy, () => dy],
  (a, b) => a + b,
)

export const Sub = binary(
  ({ dy, build }) => [() => dy, () => build.op('Neg', [dy])],
  (a, b) => a - b,
)

export const Mul = binary(
  ({ dy, build }, a, b) => [() => build.op('Mul', [dy, b]), () => build.op('Mul', [dy, a])],
  (a, b) => a * b,
)

export const Div = binary(
  ({ dy, node, build }, _a, b) => [
    () => build.op('Div', [dy, b]),
    // d(a/b)/db = -(a/b)/b, with a/b the output.
    () => build.op('Neg', [build.op('Div', [build.op('Mul', [dy, node.outputs[0]!]), b])]),
  ],
  (a, b) => Math.trunc(a / b),
)

export const Pow = binary(({ dy, node, build }, a, exponent) => {
  const whole = build.scope.typeOf(exponent).type !== 'float32'
  const b = () => (whole ? build.op('Cast', [exponent], { to: int(FLOAT) }) : exponent)
  return [
    () => {
      const power = b()
      const lower = build.op('Pow', [a, build.op('Sub', [power, build.number(1)])])
      return build.op('Mul', [dy, build.op('Mul', [power, lower])])
    },
    () => {
      // 0^b stays 0 for any b, while log 0 is infinite.
      const slope = build.op('Mul', [node.outputs[0]!, build.op('Log', [a])])
      const flat = build.op('Equal', [a, build.number(0)])
      return build.op('Mul', [dy, build.op('Where', [flat, build.number(0), slope])])
    },
  ]
})

/** The largest or smallest of any number of inputs; a tie gives the whole gradient to the first of them. */
const extremum: Rule = {
  infer: broadcasting(),
  gradient: ({ node, dy, wants, build }) => {
    const wins = node.inputs.map(input => build.op('Equal', [input, node.outputs[0]!]))
    let taken = wins[0]!
    return node.inputs.map((input, index) => {
      const first = index === 0 ? wins[0]! : build.op('And', [wins[index]!, build.op('Not', [taken])])
      if (index > 0) taken = build.op('Or', [taken, wins[index]!])
      if (!wants(index)) return undefined
      return build.reduceTo(build.op('Where', [first, dy, build.number(0)]), build.shapeOf(input))
    })
  },
}
export const Max = extremum
export const Min = extremum

/** The sum of any number of inputs. */
export const Sum: Rule = {
  infer: broadcasting(),
  gradient: ({ node, dy, wants, build }) =>
    node.inputs.map((input, index) => (wants(index) ? build.reduceTo(dy, build.shapeOf(input)) : undefined)),
}

// --- internal ---

/** ONNX's number for float32. */
const FLOAT = 1

const foldIntegers = (node: Node, scope: Scope, apply: (a: number, b: number) => number): void => {
  const a = scope.integers(node.inputs[0]!)
  const b = scope.integers(node.inputs[1]!)
  if (!a || !b) return
  const length = Math.max(a.length, b.length)
  const at = (values: readonly Dim[], i: number): Dim => values[values.length === 1 ? 0 : i]!
  const result = Array.from({ length }, (_, i) => [at(a, i), at(b, i)] as const)
  if (result.every(([x, y]) => typeof x === 'number' && typeof y === 'number')) {
    scope.setIntegers(
      node.outputs[0]!,
      result.map(([x, y]) => apply(x as number, y as number)),
    )
  }
}
