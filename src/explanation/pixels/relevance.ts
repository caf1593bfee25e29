import { XfmrError } from '../../errors.ts'
import { nodesFor } from '../../onnx/edit.ts'
import type { Graph } from '../../onnx/graph.ts'
import { upgrade } from '../../onnx/upgrade.ts'
import type { Explain } from '../method.ts'
import { withoutMirrors } from '../passes.ts'
import { isLinear } from '../target.ts'
import { relevanceRules } from './_lrp-rules.ts'
import { addColours, byColour, joinColours } from './colours.ts'

/**
 * Layer-wise relevance propagation: the target's value is handed back layer by layer, each value getting its share, until it
 * is spread over the pixels. Nothing is lost on the way: pixels and the network's constants (biases) together have the
 * target's value, `sum`.
 * @throws XfmrError `E_USAGE` for the targets `cosine` and `xcos`, which are no sums; `E_UNSUPPORTED_OP` for a network with
 * operators that have no shares (gates, softmax)
 * @see Bach et al., PLoS ONE 2015; gamma rule of Montavon et al. 2019, gamma 0.25
 */
export const byRelevance: Explain = async self => {
  const { network, target } = self
  if (!isLinear(target)) {
    throw new XfmrError('E_USAGE', `Relevance needs a target that is a sum, not ${target}: use frozen.`)
  }
  const { input, output, size } = network.contract
  const biases = biasesOf(network.graph, output)
  const { score, at } = await self.backward([input, ...biases], STYLE)
  // It starts with 1 instead of the score, whose sign would else decide which shares count more.
  const [pixels, ...constants] = at.map(values => values.map(value => value * score)) as [
    Float32Array,
    ...Float32Array[],
  ]
  const relevance = network.flip ? withoutMirrors(pixels, size) : pixels
  const map = joinColours(self, relevance, addColours)
  const total = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0)
  const found = constants.reduce((sum, values) => sum + total(values), total(relevance))
  return { map, parts: byColour(self, relevance), sum: { found, expected: score } }
}

// --- internal ---

const STYLE = { key: 'relevance', rules: relevanceRules(0.25) }

/** Constants that are added somewhere on the way to the output. */
const biasesOf = (graph: Graph, output: string): string[] => {
  const current = upgrade(graph)
  const names = nodesFor(current, [output]).flatMap(({ op, inputs }) => {
    if (op === 'Add' || op === 'Sub') return inputs
    return ['Conv', 'Gemm', 'BatchNormalization'].includes(op) ? inputs.slice(2, 3) : []
  })
  return [...new Set(names)].filter(name => current.initializers.get(name)?.type === 'float32')
}
