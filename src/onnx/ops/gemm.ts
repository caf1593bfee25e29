import { float, floatOf, int, intOf } from '../attributes.ts'
import type { Rule } from './rule.ts'

/** Y = alpha * op(A) op(B) + beta * C, where op transposes or not. */
export const Gemm: Rule = {
  infer: (node, scope) => {
    const { type, shape: a } = scope.typeOf(node.inputs[0]!)
    const b = scope.shapeOf(node.inputs[1]!)
    return [{ type, shape: [a[intOf(node, 'transA', 0) ? 1 : 0]!, b[intOf(node, 'transB', 0) ? 0 : 1]!] }]
  },
  gradient: ({ node, dy, wants, build }) => {
    const [a, b, c] = node.inputs as [string, string, string?]
    const transA = intOf(node, 'transA', 0)
    const transB = intOf(node, 'transB', 0)
    const alpha = float(floatOf(node, 'alpha', 1))
    const beta = floatOf(node, 'beta', 1)
    const gemm = (left: string, right: string, transposeLeft: number, transposeRight: number): string =>
      build.op('Gemm', [left, right], { alpha, transA: int(transposeLeft), transB: int(transposeRight) })
    const scaled = () => (beta === 1 ? dy : build.op('Mul', [dy, build.number(beta)]))
    return [
      wants(0) ? (transA ? gemm(b, dy, transB, 1) : gemm(dy, b, 0, transB ? 0 : 1)) : undefined,
      wants(1) ? (transB ? gemm(dy, a, 1, transA) : gemm(a, dy, transA ? 0 : 1, 0)) : undefined,
      c && wants(2) ? build.reduceTo(scaled(), build.shapeOf(c)) : undefined,
    ]
  },
}
