import { floatOf } from '../onnx/attributes.ts'
import type { Graph, Node } from '../onnx/graph.ts'
import { upgrade } from '../onnx/upgrade.ts'
import type { ChannelOrder } from './contract.ts'

/** What the first operations of a network say about the input that it was trained with. */
export type Normalisation = {
  /** Present when the graph tells the range of pixels that it wants. */
  readonly range?: { readonly mean: number; readonly scale: number }
  /** Present when the graph treats the first plane as the brighter or the darker one. */
  readonly channels?: ChannelOrder
  /** The operators that this was read from, in order. */
  readonly operators: readonly string[]
}

/**
 * Reads the scaling that a network applies to its own input: a chain of Sub, Add, Mul, Div by constants, or a
 * BatchNormalization, before the first layer. From it follows whether pixels are wanted as they are (0 to 255),
 * in [0, 1] or in [-1, 1]: the chain must bring them to about zero mean, and the averages that a BatchNormalization
 * has learnt must be those of photos. In photos of faces red is brighter than blue, which tells the planes apart.
 */
export const readNormalisation = (graph: Graph, input: string): Normalisation => {
  const current = upgrade(graph)
  const operators: string[] = []
  // Each plane of the running value as a * x + b of the input x.
  let a = [1, 1, 1]
  let b = [0, 0, 0]
  let name = input
  for (;;) {
    const [node, ...others] = current.nodes.filter(({ inputs }) => inputs.includes(name))
    if (!node || others.length > 0 || node.domain) break
    if (node.op === 'BatchNormalization' && node.inputs[0] === name) {
      operators.push(node.op)
      return { ...fromStatistics(current, node, a, b), operators }
    }
    const step = affineStep(current, node, name)
    if (!step) break
    if (node.op !== 'Identity') operators.push(node.op)
    b = b.map((offset, plane) => step.a[plane]! * offset + step.b[plane]!)
    a = a.map((factor, plane) => step.a[plane]! * factor)
    name = node.outputs[0]!
  }
  return operators.length > 0 ? { ...fromAffine(a, b), operators } : { operators }
}

// --- internal ---

/** Ranges that pixels are commonly brought to, and mean and deviation of photos of faces in them. */
const RANGES = [
  { mean: 0, scale: 1, low: 0, high: 255, centre: 110, deviation: 65 },
  { mean: 0, scale: 1 / 255, low: 0, high: 1, centre: 0.43, deviation: 0.255 },
  { mean: 127.5, scale: 1 / 127.5, low: -1, high: 1, centre: -0.14, deviation: 0.51 },
]

type Affine = { readonly a: readonly number[]; readonly b: readonly number[] }

const affineStep = (graph: Graph, { op, inputs }: Node, name: string): Affine | undefined => {
  if (op === 'Identity') return { a: [1, 1, 1], b: [0, 0, 0] }
  const first = inputs[0] === name
  const other = inputs[first ? 1 : 0]
  const values = planes(graph, other)
  if (!values || inputs.length !== 2 || inputs[0] === inputs[1]) return undefined
  if (op === 'Add') return { a: [1, 1, 1], b: values }
  if (op === 'Sub')
    return first ? { a: [1, 1, 1], b: values.map(value => -value) } : { a: [-1, -1, -1], b: values }
  if (op === 'Mul') return { a: values, b: [0, 0, 0] }
  if (op === 'Div' && first) return { a: values.map(value => 1 / value), b: [0, 0, 0] }
  return undefined
}

/** A constant as one number for each of three planes; `undefined` when it is none or varies over the image. */
const planes = (graph: Graph, name: string | undefined): number[] | undefined => {
  const tensor = graph.initializers.get(name ?? '')
  if (tensor?.type !== 'float32') return undefined
  const values = Array.from(tensor.data as Float32Array)
  if (values.length === 1) return [values[0]!, values[0]!, values[0]!]
  // [3, 1, 1] and [1, 3, 1, 1] vary by plane; [3] alone would vary by column.
  const varies = tensor.dims.at(-3) === 3 && tensor.dims.at(-2) === 1 && tensor.dims.at(-1) === 1
  return values.length === 3 && varies ? values : undefined
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The range whose middle the chain moves to about zero, with an extent of about one. */
const fromAffine = (a: readonly number[], b: readonly number[]): Omit<Normalisation, 'operators'> => {
  const slope = average(a.map(Math.abs))
  const offset = average(b)
  const fits = RANGES.map(range => {
    const half = (slope * (range.high - range.low)) / 2
    const middle = Math.abs((slope * (range.high + range.low)) / 2 + offset) / half
    return { range, half, middle }
  })
    .filter(({ half, middle }) => half > 0.4 && half < 4 && middle < 0.35)
    .sort((left, right) => left.middle - right.middle)
  const [best] = fits
  if (!best) return {}
  const centres = b.map((value, plane) => -value / a[plane]!)
  return { range: rangeOf(best.range), ...orderOf(centres, 0.03 * (best.range.high - best.range.low)) }
}

/** The range in which the averages that the network saw in training are those of photos. */
const fromStatistics = (
  graph: Graph,
  node: Node,
  a: readonly number[],
  b: readonly number[],
): Omit<Normalisation, 'operators'> => {
  const [means, variances] = [node.inputs[3], node.inputs[4]].map(
    name => graph.initializers.get(name ?? '')?.data,
  )
  if (means?.length !== 3 || variances?.length !== 3) return {}
  const centres = a.map((factor, plane) => (Number(means[plane]) - b[plane]!) / factor)
  const epsilon = floatOf(node, 'epsilon', 1e-5)
  const deviations = a.map(
    (factor, plane) => Math.sqrt(Number(variances[plane]) + epsilon) / Math.abs(factor),
  )
  const centre = average(centres)
  const deviation = average(deviations)
  const fits = RANGES.map(range => ({
    range,
    distance:
      Math.abs(centre - range.centre) / range.deviation + Math.abs(Math.log(deviation / range.deviation)),
  })).sort((left, right) => left.distance - right.distance)
  const [best, next] = fits as [(typeof fits)[0], (typeof fits)[0]]
  if (best.distance > 0.8 || next.distance < best.distance + 0.5) return {}
  return { range: rangeOf(best.range), ...orderOf(centres, 0.08 * best.range.deviation) }
}

const rangeOf = ({ mean, scale }: { mean: number; scale: number }) => ({ mean, scale })

const orderOf = ([first, second, third]: readonly number[], margin: number): { channels?: ChannelOrder } => {
  if (first! - third! > margin && first! >= second! && second! >= third!) return { channels: 'rgb' }
  if (third! - first! > margin && third! >= second! && second! >= first!) return { channels: 'bgr' }
  return {}
}
