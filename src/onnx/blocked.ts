import { XfmrError } from '../errors.ts'
import { int, ints } from './attributes.ts'
import { withoutUnused } from './edit.ts'
import type { Attributes, Graph, Node } from './graph.ts'
import { type Scope, scopeOf } from './scope.ts'
import { float32, scalar, type Tensor } from './tensor.ts'
import { upgrade } from './upgrade.ts'

/**
 * Writes PRelu, and the gradients of PRelu and Relu, as operators that ONNX Runtime's native CPU build runs in its
 * blocked layout (NCHWc), in which convolutions run several times faster: products per channel become depthwise
 * convolutions there, sums become part of them. The operators themselves exist only for the plain layout, so that every
 * one costs two conversions; and its PRelu is slow (4 ns an element, more than half of the time of the default
 * recogniser).
 *
 *     PRelu(x) = s x + relu((1 - s) x)            for slopes s <= 1
 *              = s x + (1 - s) relu(x)            for others
 *     where(x > 0, 1, s) = s + (1 - s) step(x),     step(x) = clip(1e30 x, 0, 1)
 *
 * Results differ by rounding only (1e-7 of the largest). Graphs without such operators, and those whose shapes xfmr
 * can't work out, stay the same object.
 */
export const forBlockedLayout = (graph: Graph): Graph => {
  const current = upgrade(graph)
  if (!current.nodes.some(({ op }) => op === 'PRelu' || op === 'Where')) return graph
  const scope = knownScope(current)
  if (!scope) return graph
  const initializers = new Map(current.initializers)
  const producers = new Map(current.nodes.flatMap(node => node.outputs.map(name => [name, node] as const)))
  const nodes = current.nodes.flatMap((node): readonly Node[] => {
    const write = writer(node, initializers)
    return rectifier(node, scope, write) ?? rectifierGradient(node, scope, producers, write) ?? [node]
  })
  const changed = nodes.some((node, index) => node !== current.nodes[index])
  return changed ? withoutUnused({ ...current, initializers, nodes }) : graph
}

// --- internal ---

/** Beyond this slope, s x + (1 - s) x would lose digits of x. */
const STEEPEST = 4
/** So steep that clipping its product with any activation to [0, 1] is a step function. */
const STEEP = 1e30

const knownScope = (graph: Graph): Scope | undefined => {
  try {
    return scopeOf(graph)
  } catch (error) {
    if (error instanceof XfmrError) return undefined
    throw error
  }
}

/** Makes nodes and constants whose names derive from the output of the node that they replace. */
const writer = (node: Node, initializers: Map<string, Tensor>) => {
  const output = node.outputs[0]!
  const constant = (role: string, tensor: Tensor): string => {
    initializers.set(`${output}/${role}`, tensor)
    return `${output}/${role}`
  }
  const op = (op: string, inputs: string[], role = '', attributes: Attributes = {}): Node => {
    const name = role ? `${output}/${role}` : output
    return { op, name, inputs, outputs: [name], attributes }
  }
  return { output, constant, op }
}
type Writer = ReturnType<typeof writer>

/** Slopes per channel, if they are constant and of moderate size. */
const slopesOf = (name: string, scope: Scope): Tensor<Float32Array> | undefined => {
  const slopes = scope.constant(name)
  const [, ...rest] = slopes?.dims ?? []
  if (slopes?.type !== 'float32' || slopes.dims.length !== 3 || rest.some(length => length !== 1))
    return undefined
  return slopes.data.every(slope => Math.abs(Number(slope)) <= STEEPEST)
    ? (slopes as Tensor<Float32Array>)
    : undefined
}

const rectifier = (
  node: Node,
  scope: Scope,
  { output, constant, op }: Writer,
): readonly Node[] | undefined => {
  if (node.op !== 'PRelu') return undefined
  const [x, slope] = node.inputs as [string, string]
  const slopes = slopesOf(slope, scope)
  if (!slopes) return undefined
  const rest = constant(
    'rest',
    float32(
      slopes.data.map(value => 1 - value),
      slopes.dims,
    ),
  )
  const part = op('Mul', [x, slope], 'part')
  if (slopes.data.every(value => value <= 1)) {
    return [
      part,
      op('Mul', [x, rest], 'scaled'),
      op('Relu', [`${output}/scaled`], 'positive'),
      op('Add', [`${output}/part`, `${output}/positive`]),
    ]
  }
  return [
    part,
    op('Relu', [x], 'positive'),
    op('Mul', [`${output}/positive`, rest], 'scaled'),
    op('Add', [`${output}/part`, `${output}/scaled`]),
  ]
}

/**
 * Finds where(x > 0, 1, s) for images x and constant s, with which the rules of PRelu and Relu write their gradients,
 * and writes it as s + (1 - s) step(x).
 */
const rectifierGradient = (
  node: Node,
  scope: Scope,
  producers: ReadonlyMap<string, Node>,
  { output, constant, op }: Writer,
): readonly Node[] | undefined => {
  if (node.op !== 'Where') return undefined
  const [condition, above, below] = node.inputs as [string, string, string]
  const test = producers.get(condition)
  if (test?.op !== 'Greater' || !isScalar(test.inputs[1]!, 0, scope) || !isScalar(above, 1, scope))
    return undefined
  const x = test.inputs[0]!
  const [, channels, ...image] = scope.shapeOf(x)
  if (typeof channels !== 'number' || image.length !== 2) return undefined
  const perChannel = (name: string, role: string, factors: Float32Array, ...bias: Float32Array[]): Node => {
    const weights = [
      constant(`${role} factor`, float32(factors, [channels, 1, 1, 1])),
      ...bias.map(data => constant(`${role} bias`, float32(data, [channels]))),
    ]
    return op('Conv', [name, ...weights], role, { group: int(channels), kernel_shape: ints([1, 1]) })
  }
  const steep = perChannel(x, 'steep', new Float32Array(channels).fill(STEEP))
  const limits = [constant('zero', scalar(0)), constant('one', scalar(1))]
  if (isScalar(below, 0, scope)) return [steep, op('Clip', [`${output}/steep`, ...limits])]
  const slopes = slopesOf(below, scope)?.data
  if (slopes?.length !== channels) return undefined
  const rest = slopes.map(slope => 1 - slope)
  return [
    steep,
    op('Clip', [`${output}/steep`, ...limits], 'step'),
    { ...perChannel(`${output}/step`, 'slope', rest, slopes), outputs: [output] },
  ]
}

const isScalar = (name: string, value: number, scope: Scope): boolean => {
  const constant = scope.constant(name)
  return constant?.dims.length === 0 && Number(constant.data[0]) === value
}
