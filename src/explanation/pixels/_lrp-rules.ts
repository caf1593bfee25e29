import { XfmrError } from '../../errors.ts'
import type { Builder } from '../../onnx/builder.ts'
import type { BackwardRules } from '../../onnx/differentiate.ts'
import { rules } from '../../onnx/ops/index.ts'
import type { Backward, Rule } from '../../onnx/ops/rule.ts'
import { unsupported } from '../../onnx/scope.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'

/**
 * How relevance goes back through each operator. What arrives at a node is handed on in full, but for `EPSILON`:
 * - convolutions and sums: by each input's share of the result, with shares of the result's own sign counted 1 + gamma times
 * - dense layers and other sums: by each input's share of the result
 * - rectifiers and products with constants: as it is; changes of shape: turned back
 *
 * Biases take their share too, where their relevance is asked for.
 * @see Montavon et al., Layer-wise Relevance Propagation: An Overview, 2019; for inputs of both signs Andeol et al., 2021
 */
export const relevanceRules = (gamma: number): BackwardRules =>
  new Map<string, Rule['gradient'] & {}>([
    ['Conv', backward => gammaLinear(backward, gamma)],
    ['Add', backward => gammaSum(backward, gamma)],
    ['BatchNormalization', normalisation],
    ...SUMS.map(op => [op, byShare] as const),
    ...THROUGH.map(op => [op, through] as const),
    ...TURNED.map(op => [op, rules.get(op)!.gradient!] as const),
    ['Mul', product],
    ['Div', product],
    ...FORBIDDEN.map(op => [op, forbidden] as const),
  ])

// --- internal ---

type Gradient = NonNullable<Rule['gradient']>

const SUMS = ['Gemm', 'MatMul', 'Sub', 'AveragePool', 'GlobalAveragePool', 'ReduceSum', 'ReduceMean']
const THROUGH = ['Relu', 'LeakyRelu', 'PRelu', 'Clip', 'Identity', 'Dropout']
const TURNED = [
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Slice',
  'Concat',
  'Pad',
  'MaxPool',
  'Expand',
  'Split',
]
/** Operators whose result no input has a share of. */
const FORBIDDEN = [
  'Sigmoid',
  'Tanh',
  'Exp',
  'Log',
  'Sqrt',
  'Pow',
  'Softmax',
  'Abs',
  'Erf',
  'Reciprocal',
  'Max',
  'Min',
  'ReduceL2',
  'ReduceSumSquare',
  'LogSoftmax',
  'Where',
]

/** Keeps quotients finite; relevance of results smaller than this is lost. */
const EPSILON = 1e-7

const forbidden: Gradient = ({ node }) => {
  throw unsupported(node, 'relevance has no rule for it')
}

const through: Gradient = ({ dy, node }) => [dy, ...node.inputs.slice(1).map(() => undefined)]

/** A product with a constant only scales; of two changing factors neither has a share of its own. */
const product: Gradient = backward => {
  const { node, dy, wants, build } = backward
  const wanted = node.inputs.flatMap((_, i) => (wants(i) ? [i] : []))
  if (wanted.length !== 1 || (node.op === 'Div' && wanted[0] !== 0)) return forbidden(backward)
  return node.inputs.map((name, i) => (wants(i) ? build.reduceTo(dy, build.shapeOf(name)) : undefined))
}

const stabilised = (build: Builder, value: string): string => {
  const positive = build.op('GreaterOrEqual', [value, build.number(0)])
  const push = build.op('Where', [positive, build.number(EPSILON), build.number(-EPSILON)])
  return build.op('Add', [value, push])
}

/** Input times the gradient of its share of the relevance: exact for every operator that is a sum over its inputs. */
const byShare: Gradient = backward => {
  const { node, dy, wants, build } = backward
  const share = build.op('Div', [dy, stabilised(build, node.outputs[0]!)])
  const gradients = rules.get(node.op)!.gradient!({ ...backward, dy: share, dys: [share] })
  return node.inputs.map((name, i) => (wants(i) ? build.op('Mul', [name, gradients[i]!]) : undefined))
}

/** A factor and a constant for each channel: what the input has no share of is the constant's, written to the bias. */
const normalisation: Gradient = backward => {
  const { dy, wants, build } = backward
  const [toInput] = byShare({ ...backward, wants: i => i === 0 })
  const axes = build.shapeOf(dy).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  const rest = (): string => build.op('ReduceSum', [build.op('Sub', [dy, toInput!]), build.integers(axes)])
  return [wants(0) ? toInput : undefined, undefined, wants(2) ? rest() : undefined]
}

/** Parts above and below zero. */
const parts = (build: Builder, value: string): [string, string] => {
  const positive = build.op('Relu', [value])
  return [positive, build.op('Sub', [value, positive])]
}

/** Relevance by share, for results above zero and for the others; `up` and `down` are their parts of the node's own sign. */
const shares = (build: Builder, dy: string, result: string, up: string, down: string, gamma: number) => {
  const positive = build.op('Greater', [result, build.number(0)])
  const scaled = (part: string): string =>
    build.op('Add', [result, build.op('Mul', [part, build.number(gamma)])])
  const zero = build.number(0)
  const above = build.op('Div', [build.op('Where', [positive, dy, zero]), stabilised(build, scaled(up))])
  const below = build.op('Div', [build.op('Where', [positive, zero, dy]), stabilised(build, scaled(down))])
  return { above, below, both: build.op('Add', [above, below]) }
}

const gammaSum = ({ node, dy, wants, build }: Backward, gamma: number): (string | undefined)[] => {
  const split = node.inputs.map(name => parts(build, name)) as [[string, string], [string, string]]
  const sum = (side: 0 | 1): string => build.op('Add', [split[0][side], split[1][side]])
  const { above, below, both } = shares(build, dy, node.outputs[0]!, sum(0), sum(1), gamma)
  return node.inputs.map((name, i) => {
    if (!wants(i)) return undefined
    const plain = build.op('Mul', [name, both])
    const extra = build.op('Add', [
      build.op('Mul', [split[i]![0], above]),
      build.op('Mul', [split[i]![1], below]),
    ])
    const relevance = build.op('Add', [plain, build.op('Mul', [extra, build.number(gamma)])])
    return build.reduceTo(relevance, build.shapeOf(name))
  })
}

const gammaLinear = (backward: Backward, gamma: number): (string | undefined)[] => {
  const { node, dy, wants, build } = backward
  const [x, weight, bias] = node.inputs as [string, string, string?]
  const tensor = build.scope.constant(weight)
  if (tensor?.type !== 'float32') throw unsupported(node, 'relevance needs weights that are constants')
  const [xUp, xDown] = parts(build, x)
  const [wUp, wDown] = signedWeights(build, tensor as Tensor<Float32Array>)
  const apply = (input: string, kernel: string): string => build.op('Conv', [input, kernel], node.attributes)
  const sum = (a: string, b: string, offset: string | undefined): string => {
    const both = build.op('Add', [a, b])
    return offset ? build.op('Add', [both, offset]) : both
  }
  const offsets = bias ? biasParts(build, bias) : undefined
  const up = sum(apply(xUp, wUp), apply(xDown, wDown), offsets?.[0])
  const down = sum(apply(xUp, wDown), apply(xDown, wUp), offsets?.[1])
  const { above, below, both } = shares(build, dy, node.outputs[0]!, up, down, gamma)
  const back = (share: string, kernel: string): string =>
    rules.get('Conv')!.gradient!({
      ...backward,
      node: { ...node, inputs: [x, kernel] },
      dy: share,
      dys: [share],
      wants: i => i === 0,
    })[0]!
  const add = (a: string, b: string): string => build.op('Add', [a, b])
  const mul = (a: string, b: string): string => build.op('Mul', [a, b])
  const scale = (value: string): string => mul(value, build.number(gamma))
  const toInput = (): string => {
    const upper = mul(xUp, add(back(above, wUp), back(below, wDown)))
    const lower = mul(xDown, add(back(above, wDown), back(below, wUp)))
    return add(mul(x, back(both, weight)), scale(add(upper, lower)))
  }
  const toBias = (): string => {
    const own = add(mul(offsets![0], above), mul(offsets![1], below))
    return build.op('ReduceSum', [add(mul(add(...offsets!), both), scale(own)), build.integers([0, 2, 3])])
  }
  return [wants(0) ? toInput() : undefined, undefined, bias && wants(2) ? toBias() : undefined]
}

const signedWeights = (build: Builder, { data, dims }: Tensor<Float32Array>): [string, string] => [
  build.constant(
    float32(
      data.map(value => Math.max(value, 0)),
      dims,
    ),
  ),
  build.constant(
    float32(
      data.map(value => Math.min(value, 0)),
      dims,
    ),
  ),
]

/** [1, C, 1, 1] */
const biasParts = (build: Builder, name: string): [string, string] => {
  const tensor = build.scope.constant(name)
  if (tensor?.type !== 'float32') {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `The bias "${name}" is no constant, so relevance can't be shared out.`,
    )
  }
  return signedWeights(build, float32(tensor.data as Float32Array, [1, tensor.data.length, 1, 1]))
}
