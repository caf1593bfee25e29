import { XfmrError } from '../errors.ts'
import { int } from '../onnx/attributes.ts'
import { type Builder, buildOn } from '../onnx/builder.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Feeds } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Network } from '../recognition/recogniser.ts'

/** One number for every photo that a network is differentiated for, as nodes behind the network. */
export type Objective = {
  /** Names the nodes: objectives with the same key differ only in what they are fed. */
  readonly key: string
  /** Adds the nodes. @param output the network's output [N, D]. @returns the value [N] */
  readonly add: (build: Builder, output: string) => string
  /** Values of the inputs that it added, for `count` photos. */
  readonly feeds: (count: number) => Feeds
}

/** Name of the objective's value in {@link objectiveGraph}. */
export const OBJECTIVE = 'xfmr/objective'

/** Sum of output times direction, each photo with its own. @param directions [D] for all photos, or [N, D] */
export const linearObjective = (directions: Float32Array, dimensions: number): Objective => ({
  key: 'linear',
  add: (build, output) => rowSum(build, build.op('Mul', [output, rowInput(build, output)])),
  feeds: count => ({ [GIVEN]: float32(repeated(directions, count * dimensions), [count, dimensions]) }),
})

/** The cosine with another face, however long the vector. */
export const cosineObjective = ({ vector }: Embedding): Objective => ({
  key: 'cosine',
  add: (build, output) => {
    const products = rowSum(build, build.op('Mul', [output, rowInput(build, output)]))
    return build.op('Div', [products, build.op('Sqrt', [rowSum(build, build.op('Mul', [output, output]))])])
  },
  feeds: count => ({
    [GIVEN]: float32(repeated(vector, count * vector.length), [count, vector.length]),
  }),
})

/**
 * xCos with another face, whose embedding has to hold its grid.
 * @param trained As `xcosGraph` makes it.
 * @throws XfmrError `E_MODEL_SHAPE` without the grid
 */
export const xcosObjective = (trained: Graph, gridName: string, { grid }: Embedding): Objective => {
  if (!grid) throw new XfmrError('E_MODEL_SHAPE', 'The target xcos needs the grids of both faces.')
  const { channels, height, width, data } = grid
  return {
    key: 'xcos',
    add: build => {
      const [batch, ...rest] = build.shapeOf(gridName)
      const other = build.input(GIVEN, { type: 'float32', shape: [batch!, ...rest] })
      return splice(build, trained, { a: gridName, b: other }).xcos!
    },
    feeds: count => ({
      [GIVEN]: float32(repeated(data, count * data.length), [count, channels, height, width]),
    }),
  }
}

/** The mean activation of one channel of a layer. */
export const channelObjective = (layer: string, channel: number): Objective => ({
  key: `channel ${channel} of ${layer}`,
  add: build => {
    const picked = build.op('Slice', [
      layer,
      build.integers([channel]),
      build.integers([channel + 1]),
      build.integers([1]),
    ])
    return build.op('ReduceMean', [picked], {
      axes: { type: 'ints', value: [1, 2, 3] },
      keepdims: int(0),
    })
  },
  feeds: () => ({}),
})

/**
 * The network and the objective behind it. With mirror averaging the graph takes every photo followed by its mirror image,
 * and adds up their outputs.
 */
export const objectiveGraph = ({ graph, contract, flip }: Network, { add }: Objective): Graph => {
  const build = buildOn(graph)
  build.alias(add(build, flip ? pairSums(build, contract.output) : contract.output), OBJECTIVE)
  const outputs = graph.outputs.map(({ name }) => name)
  return build.finish([...outputs, OBJECTIVE])
}

/** What a graph with mirror averaging is fed besides the photos: a matrix that adds up rows 2 i and 2 i + 1. */
export const pairFeeds = (count: number): Feeds => {
  const pairs = new Float32Array(count * count * 2)
  for (let i = 0; i < count; i++) pairs.fill(1, i * count * 2 + 2 * i, i * count * 2 + 2 * i + 2)
  return { [PAIRS]: float32(pairs, [count, 2 * count]) }
}

// --- internal ---

const GIVEN = 'xfmr/given'
const PAIRS = 'xfmr/pairs'

const rowInput = (build: Builder, output: string): string => build.input(GIVEN, build.scope.typeOf(output))

const rowSum = (build: Builder, value: string): string =>
  build.op('ReduceSum', [value, build.integers([1])], { keepdims: int(0) })

const pairSums = (build: Builder, output: string): string => {
  const [rows] = build.shapeOf(output)
  const pairs = build.input(PAIRS, { type: 'float32', shape: ['M', rows!] })
  return build.op('MatMul', [pairs, output])
}

const repeated = (values: Float32Array, length: number): Float32Array => {
  if (values.length === length) return values
  const all = new Float32Array(length)
  for (let at = 0; at < length; at += values.length) all.set(values, at)
  return all
}

/** Adds the nodes of another graph. @returns the names that its outputs have here */
const splice = (
  build: Builder,
  graph: Graph,
  inputs: Readonly<Record<string, string>>,
): Record<string, string> => {
  const names = new Map([['', ''], ...Object.entries(inputs)])
  for (const [name, tensor] of graph.initializers) names.set(name, build.constant(tensor))
  for (const { op, inputs: from, outputs, attributes } of graph.nodes) {
    const made = build.ops(
      op,
      from.map(name => names.get(name)!),
      outputs.length,
      attributes,
    )
    outputs.forEach((name, i) => void names.set(name, made[i]!))
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, names.get(name)!]))
}
