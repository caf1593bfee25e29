import { int } from '../onnx/attributes.ts'
import { buildOn, emptyGraph } from '../onnx/builder.ts'
import type { Graph } from '../onnx/graph.ts'
import { MASK_STATES, type MaskState } from '../recognition/mask-worn.ts'
import type { LinearClassifier } from './softmax-regression.ts'

/** How often each true state (row) was called each state (column). */
export type Confusion = readonly (readonly number[])[]

/** The classifier as the model that `createMaskDetector` runs. Its name says which recogniser it belongs to. */
export const maskWornModel = ({ weights, bias }: LinearClassifier, recogniser: string): Graph => {
  const build = buildOn(emptyGraph(`mask-worn for ${recogniser}`, 17))
  build.input('features', { type: 'float32', shape: ['N', weights.dims[0]!] })
  const logits = build.op('Gemm', ['features', build.constant(weights), build.constant(bias)])
  build.alias(build.op('Softmax', [logits], { axis: int(1) }), 'probabilities')
  return build.finish(['probabilities'])
}

/** Counts decisions: for every example the state with the largest probability. */
export const confusionOf = (truths: readonly MaskState[], calls: readonly MaskState[]): Confusion => {
  const counts = MASK_STATES.map(() => MASK_STATES.map(() => 0))
  truths.forEach((truth, i) => {
    counts[MASK_STATES.indexOf(truth)]![MASK_STATES.indexOf(calls[i]!)]!++
  })
  return counts
}

/** Share of right calls, every state counting alike; states without an example don't count. */
export const balancedAccuracy = (confusion: Confusion): number => {
  const rates = confusion.flatMap((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    return total > 0 ? [row[i]! / total] : []
  })
  return rates.reduce((sum, rate) => sum + rate, 0) / rates.length
}
