import { intOf } from '../attributes.ts'
import { axisOf } from '../dims.ts'
import { likeInput } from './_infer.ts'
import type { Rule } from './rule.ts'

export const Softmax: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, build }) => {
    const y = node.outputs[0]!
    const axis = axisOf(intOf(node, 'axis', -1), build.shapeOf(y).length)
    const mean = build.op('ReduceSum', [build.op('Mul', [dy, y]), build.integers([axis])], {
      keepdims: { type: 'int', value: 1 },
    })
    return [build.op('Mul', [y, build.op('Sub', [dy, mean])])]
  },
}

/** log(softmax(x)): dx = dy - softmax(x) * sum(dy). */
export const LogSoftmax: Rule = {
  infer: likeInput,
  gradient: ({ node, dy, build }) => {
    const y = node.outputs[0]!
    const axis = axisOf(intOf(node, 'axis', -1), build.shapeOf(y).length)
    const total = build.op('ReduceSum', [dy, build.integers([axis])], { keepdims: { type: 'int', value: 1 } })
    return [build.op('Sub', [dy, build.op('Mul', [build.op('Exp', [y]), total])])]
  },
}
