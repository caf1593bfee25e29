import { floatOf, intOf } from './attributes.ts'
import { withoutUnused } from './edit.ts'
import type { Dim, Graph, Node } from './graph.ts'
import { type Emitter, inverseDeviation, momentsOf } from './ops/_channels.ts'
import { scopeOf } from './scope.ts'
import { int64, scalar, type Tensor } from './tensor.ts'

/**
 * Writes batch normalisation in training form as elementary operators. ONNX Runtime's CPU kernel for it is slow: on a
 * [512, 512] value it takes as long as a product of such matrices, the elementary form an eighth of that. The mean and
 * the centred values are written as the gradient's rule writes them, so that ONNX Runtime computes them once for both.
 * Graphs without such nodes stay the same object.
 */
export const withoutTrainingNorms = (graph: Graph): Graph => {
  const isTraining = (node: Node) => node.op === 'BatchNormalization' && intOf(node, 'training_mode', 0) === 1
  if (!graph.nodes.some(isTraining)) return graph
  const scope = scopeOf(graph)
  const initializers = new Map(graph.initializers)
  const nodes = graph.nodes.flatMap(node =>
    isTraining(node) ? elementary(node, scope.shapeOf(node.inputs[0]!), initializers) : [node],
  )
  return withoutUnused({ ...graph, nodes, initializers })
}

// --- internal ---

const elementary = (node: Node, shape: readonly Dim[], initializers: Map<string, Tensor>): Node[] => {
  const [x, scale, bias, mean, variance] = node.inputs as readonly string[] as [
    string,
    string,
    string,
    string,
    string,
  ]
  const [y, newMean, newVariance] = node.outputs
  const nodes: Node[] = []
  const add = (op: string, inputs: readonly string[], output: string, attributes = {}): string => {
    nodes.push({ op, name: output, inputs, outputs: [output], attributes })
    return output
  }
  const constant = (tensor: Tensor): string => {
    const name = `${y}/const_${tensor.type}_${tensor.data.join('_')}`
    initializers.set(name, tensor)
    return name
  }
  const build: Emitter = {
    op: (op, inputs, attributes) => add(op, inputs, `${y}/${op}_${nodes.length}`, attributes),
    number: value => constant(scalar(value)),
    integers: values => constant(int64(values)),
    shapeOf: () => shape,
  }
  const { mean: batchMean, centred, variance: ofBatch, spread } = momentsOf(x, build)
  const batchVariance = ofBatch()
  const gain = build.op('Mul', [
    scale,
    inverseDeviation(batchVariance, floatOf(node, 'epsilon', 1e-5), build),
  ])
  add('Add', [build.op('Mul', [centred, spread(gain)]), spread(bias)], y!)
  const momentum = floatOf(node, 'momentum', 0.9)
  const blend = (old: string, fresh: string, output: string | undefined): void => {
    if (!output) return
    const kept = build.op('Mul', [old, build.number(momentum)])
    add('Add', [kept, build.op('Mul', [fresh, build.number(1 - momentum)])], output)
  }
  blend(mean, batchMean, newMean)
  blend(variance, batchVariance, newVariance)
  return nodes
}
