import { floatOf } from '../attributes.ts'
import { likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

/** Asks the output where the input was positive, so that a convolution before it can still be fused with it. */
export const Relu: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, build }) => {
    const positive = build.op('Greater', [node.outputs[0]!, build.number(0)])
    return [build.op('Mul', [dy, build.op('Where', [positive, build.number(1), build.number(0)])])]
  },
}

export const LeakyRelu: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, build }) => {
    const x = node.inputs[0]!
    const alpha = floatOf(node, 'alpha', 0.01)
    const slope = build.number(alpha)
    if (alpha <= 1) {
      // So steep that clipping gives one end or the other; half of the time of a comparison and a choice.
      const steep = build.op('Mul', [x, build.number(1e30)])
      return [build.op('Mul', [dy, build.op('Clip', [steep, slope, build.number(1)])])]
    }
    const positive = build.op('Greater', [x, build.number(0)])
    return [build.op('Mul', [dy, build.op('Where', [positive, build.number(1), slope])])]
  },
}

/** Slopes may be learned: their gradient collects dy * x over the places where x is negative. */
export const PRelu: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, wants, build }) => {
    const [x, slope] = node.inputs as [string, string]
    const positive = build.op('Greater', [x, build.number(0)])
    const dx = wants(0)
      ? build.op('Mul', [dy, build.op('Where', [positive, build.number(1), slope])])
      : undefined
    const dslope = wants(1)
      ? build.reduceTo(
          build.op('Where', [positive, build.number(0), build.op('Mul', [dy, x])]),
          build.shapeOf(slope),
        )
      : undefined
    return [dx, dslope]
  },
}

/** Lets the gradient through where the input was not cut (a value exactly on a bound counts as not cut). */
export const Clip: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, build }) => {
    const kept = build.op('Equal', [node.inputs[0]!, node.outputs[0]!])
    return [build.op('Where', [kept, dy, build.number(0)])]
  },
}
