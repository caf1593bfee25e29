import { ints } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { broadcast } from '../dims.ts'
import { unsupported } from '../scope.ts'
import type { Rule } from './rule.ts'

/** Matrix product over the last two axes; leading axes broadcast. */
export const MatMul: Rule = {
  infer: (node, scope) => {
    const { type, shape: a } = scope.typeOf(node.inputs[0]!)
    const b = scope.shapeOf(node.inputs[1]!)
    if (a.length < 2 || b.length < 2) throw unsupported(node, 'only matrices are handled, not vectors')
    return [{ type, shape: [...broadcast(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!] }]
  },
  gradient: ({ node, dy, wants, build }) => {
    const [a, b] = node.inputs as [string, string]
    return [
      wants(0) ? build.reduceTo(build.op('MatMul', [dy, transposed(b, build)]), build.shapeOf(a)) : undefined,
      wants(1) ? build.reduceTo(build.op('MatMul', [transposed(a, build), dy]), build.shapeOf(b)) : undefined,
    ]
  },
}

// --- internal ---

const transposed = (name: string, build: Builder): string => {
  const perm = build.shapeOf(name).map((_, axis) => axis)
  const rank = perm.length
  ;[perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2]
  return build.op('Transpose', [name], { perm: ints(perm) })
}
