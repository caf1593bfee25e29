import { XfmrError } from '../../errors.ts'
import { int } from '../../onnx/attributes.ts'
import { type Builder, buildOn } from '../../onnx/builder.ts'
import { differentiate, gradientName } from '../../onnx/differentiate.ts'
import { fixed } from '../../onnx/dims.ts'
import { withoutExpansions } from '../../onnx/expansions.ts'
import type { Graph } from '../../onnx/graph.ts'
import { withoutOutputCopies } from '../../onnx/output-copies.ts'
import { repeated } from '../../onnx/repeat.ts'
import type { Feeds, Runtime } from '../../onnx/runtime.ts'
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts'
import { withoutTrainingNorms } from '../../onnx/training-norms.ts'
import { addUpdate, blend, decays, type Optimiser, slotsOf } from './optimiser.ts'
import { stacker } from './stack.ts'

export type TrainerOptions = {
  /** Forward pass and loss. Inputs are the data; weights are initializers. */
  readonly graph: Graph
  /** The scalar to minimise. */
  readonly loss: string
  /** Further scalars to report after every step. */
  readonly metrics?: readonly string[]
  /** Names of the initializers that are trained. */
  readonly trainable: readonly string[]
  readonly optimiser: Optimiser
  /** Largest norm of the gradient of all weights together; longer ones are scaled down to it. */
  readonly clip?: number
  /** Decay of a running average of the weights, such as 0.999. */
  readonly average?: number
  /** Factors on the learning rate, by weight; 1 where absent. */
  readonly scales?: ReadonlyMap<string, number>
  /** Statistics that the forward pass renews: the initializer `to` becomes the value `from`. */
  readonly running?: readonly { readonly from: string; readonly to: string }[]
}

/** Everything that a training has come to: enough to go on exactly as if it had never stopped. */
export type TrainerState = {
  readonly steps: number
  /** By name: weights, running statistics, the optimiser's memory, averages. */
  readonly tensors: ReadonlyMap<string, Tensor<Float32Array>>
}

/** The data of one step, and its learning rate. */
export type Batch = { readonly feeds: Feeds; readonly rate: number }

/** A training under way. A step is one graph: forward, loss, gradients, update. */
export type Trainer = {
  readonly steps: number
  /**
   * One step on each batch, in order. All are made in one run of the graph, which saves handing the weights out and in
   * between (2 ms for 8 MB of them); the result does not depend on how steps are put together.
   * @param batches At least one; each input has the same shape in all of them
   * @returns By step: the loss and the metrics, as they were before its update
   * @throws XfmrError `E_NOT_FINITE` when loss or gradients of a step are no numbers, with its number as `details.step`;
   * then everything stays as it was before the first
   */
  train(batches: readonly Batch[]): Promise<Record<string, number>[]>
  /** The trained weights and renewed statistics by name; with `average` their running average. */
  weights(options?: { average?: boolean }): Map<string, Tensor<Float32Array>>
  state(): TrainerState
  /** @throws XfmrError `E_MODEL_INVALID` when the state is of another model or optimiser */
  restore(state: TrainerState): void
  release(): Promise<void>
}

/** Builds the step graph and loads it. */
export const createTrainer = async (runtime: Runtime, options: TrainerOptions): Promise<Trainer> => {
  const { graph, loss, metrics = [], trainable, optimiser, average, running = [] } = options
  const plan = withoutOutputCopies(withoutExpansions(withoutTrainingNorms(stepGraph(options))))
  let tensors = initialState(graph, trainable, optimiser, running, average !== undefined)
  const names = [...tensors.keys()]
  const session = await runtime.load(
    repeated(
      plan,
      names.map(name => ({ input: name, output: renewed(name) })),
    ),
  )
  const stack = stacker()
  let steps = 0

  return {
    get steps() {
      return steps
    },
    train: async batches => {
      const data = session.inputs.filter(name => !tensors.has(name) && name !== RATE && name !== STEP)
      const feeds = batches.map(batch => batch.feeds)
      const results = await session.run({
        ...Object.fromEntries(data.map(name => [name, stack(name, feeds)])),
        ...Object.fromEntries(tensors),
        [RATE]: perStep(batches.map(({ rate }) => rate)),
        [STEP]: perStep(batches.map((_, i) => steps + i + 1)),
      })
      const value = (name: string, i: number) => Number(results[name]!.data[i])
      const reports = batches.map((_, i) =>
        Object.fromEntries([loss, ...metrics].map(name => [name, value(name, i)])),
      )
      const broken = reports.findIndex((report, i) => !Number.isFinite(report[loss]! + value(LENGTH, i)))
      if (broken >= 0) {
        const step = steps + broken + 1
        throw new XfmrError(
          'E_NOT_FINITE',
          `Step ${step} gave the loss ${reports[broken]![loss]} and a gradient of length ${value(LENGTH, broken)}. ` +
            'Lower the learning rate, or clip the gradient.',
          { details: { step } },
        )
      }
      tensors = new Map(names.map(name => [name, results[renewed(name)] as Tensor<Float32Array>]))
      steps += batches.length
      return reports
    },
    weights: ({ average: averaged = false } = {}) =>
      new Map(
        [...trainable, ...running.map(({ to }) => to)].map(name => [
          name,
          (averaged && tensors.get(slot('average', name))) || tensors.get(name)!,
        ]),
      ),
    state: () => ({ steps, tensors: new Map(tensors) }),
    restore: state => {
      checkState(state, tensors)
      tensors = new Map(state.tensors)
      steps = state.steps
    },
    release: () => session.release(),
  }
}

/** The same graph with other values of some initializers. */
export const withWeights = (graph: Graph, weights: ReadonlyMap<string, Tensor>): Graph => ({
  ...graph,
  initializers: new Map([...graph.initializers, ...weights]),
})

// --- internal ---

const RATE = 'xfmr/rate'
const STEP = 'xfmr/step'
const LENGTH = 'xfmr/gradient length'
const renewed = (name: string): string => `${name}/renewed`
const slot = (kind: string, weight: string): string => `${weight}/${kind}`

const perStep = (values: readonly number[]): Tensor => float32(values, [values.length])

const stepGraph = (options: TrainerOptions): Graph => {
  const { graph, loss, metrics = [], trainable, optimiser, clip, average, scales, running = [] } = options
  const statistics = running.map(({ to }) => to)
  const open = weightsAsInputs(graph, [...trainable, ...statistics])
  const build = buildOn(
    differentiate(open, {
      of: loss,
      wrt: trainable,
      keep: [loss, ...metrics, ...running.map(({ from }) => from)],
    }),
  )
  const rate = build.input(RATE, { type: 'float32', shape: [] })
  const step = build.input(STEP, { type: 'float32', shape: [] })
  // ONNX Runtime multiplies values that end in axes of length 1, as kernels of 1x1 convolutions do, with a number 50 times more slowly.
  const flat = (name: string): string => build.reshape(name, [sizeOf(fixed(build.shapeOf(name), 'A weight'))])
  const gradients = clipped(
    build,
    trainable.map(weight => flat(gradientName(weight))),
    clip,
  )
  const outputs = [loss, ...metrics, LENGTH]
  const renew = (name: string, value: string): void => {
    build.alias(value, renewed(name))
    outputs.push(renewed(name))
  }
  trainable.forEach((weight, i) => {
    const type = { type: 'float32', shape: build.shapeOf(weight) } as const
    const names = slotsOf(optimiser).map(kind => build.input(slot(kind, weight), type))
    const whole = (value: string): string => build.reshape(value, type.shape)
    const factor = scales?.get(weight) ?? 1
    const update = addUpdate(build, optimiser, {
      weight: flat(weight),
      decays: decays(type.shape),
      gradient: gradients[i]!,
      rate: factor === 1 ? rate : build.op('Mul', [rate, build.number(factor)]),
      slots: names.map(flat),
      step,
    })
    renew(weight, whole(update.weight))
    names.forEach((name, k) => void renew(name, whole(update.slots[k]!)))
    if (average !== undefined) {
      const name = build.input(slot('average', weight), type)
      renew(name, whole(blend(build, flat(name), update.weight, average)))
    }
  })
  for (const { from, to } of running) {
    // Statistics that only the inference form reads are no part of the step graph yet.
    if (!build.scope.has(to))
      build.input(to, graph.initializers.get(to) ? typeOf(graph, to) : build.scope.typeOf(from))
    renew(to, from)
  }
  return build.finish(outputs)
}

const typeOf = (graph: Graph, name: string) =>
  ({ type: 'float32', shape: graph.initializers.get(name)!.dims }) as const

const weightsAsInputs = (graph: Graph, names: readonly string[]): Graph => {
  const missing = names.find(name => graph.initializers.get(name)?.type !== 'float32')
  if (missing !== undefined) {
    throw new XfmrError('E_UNKNOWN_LAYER', `The model has no float32 weight named "${missing}".`)
  }
  const taken = new Set(names)
  return {
    ...graph,
    inputs: [...graph.inputs, ...names.map(name => ({ name, ...typeOf(graph, name) }))],
    initializers: new Map([...graph.initializers].filter(([name]) => !taken.has(name))),
  }
}

/** Measures the gradient's length over all weights, and scales it down to `limit`. */
const clipped = (build: Builder, gradients: readonly string[], limit: number | undefined): string[] => {
  const squares = gradients.map(name => {
    const all = build.shapeOf(name).map((_, axis) => axis)
    if (all.length === 0) return build.op('Mul', [name, name])
    return build.op('ReduceSumSquare', [name], { axes: { type: 'ints', value: all }, keepdims: int(0) })
  })
  const length = build.op('Sqrt', [build.op('Sum', squares)])
  build.alias(length, LENGTH)
  if (limit === undefined) return [...gradients]
  const factor = build.op('Div', [build.number(limit), build.op('Max', [length, build.number(limit)])])
  return gradients.map(name => build.op('Mul', [name, factor]))
}

const initialState = (
  graph: Graph,
  trainable: readonly string[],
  optimiser: Optimiser,
  running: readonly { readonly to: string }[],
  averaged: boolean,
): Map<string, Tensor<Float32Array>> => {
  const start = (name: string) => graph.initializers.get(name) as Tensor<Float32Array>
  const state = new Map<string, Tensor<Float32Array>>()
  for (const name of trainable) {
    const { dims } = start(name)
    state.set(name, start(name))
    for (const kind of slotsOf(optimiser)) {
      state.set(slot(kind, name), float32(new Float32Array(sizeOf(dims)), dims))
    }
    if (averaged) state.set(slot('average', name), start(name))
  }
  for (const { to } of running) state.set(to, start(to))
  return state
}

const checkState = (state: TrainerState, expected: ReadonlyMap<string, Tensor>): void => {
  const differs = [...expected].find(
    ([name, { dims }]) => state.tensors.get(name)?.dims.join() !== dims.join(),
  )
  if (!differs && state.tensors.size === expected.size) return
  throw new XfmrError(
    'E_MODEL_INVALID',
    'The saved state belongs to another model or optimiser' +
      (differs ? `: it has no fitting "${differs[0]}".` : '.'),
  )
}
