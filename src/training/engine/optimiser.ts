import type { Builder } from '../../onnx/builder.ts'
import type { Dim } from '../../onnx/graph.ts'

/** How weights move along their gradients. Weight decay is decoupled for AdamW, part of the gradient for SGD. */
export type Optimiser =
  | {
      readonly kind: 'sgd'
      readonly momentum?: number
      readonly nesterov?: boolean
      readonly weightDecay?: number
    }
  | {
      readonly kind: 'adamw'
      readonly beta1?: number
      readonly beta2?: number
      readonly epsilon?: number
      /** Only matrices and kernels decay; biases, slopes and scales do not. */
      readonly weightDecay?: number
    }

/** The values of one weight that an update reads; `slots` are the optimiser's own, see {@link slotsOf}. */
export type UpdateInputs = {
  readonly weight: string
  /** Whether weight decay goes for it. */
  readonly decays: boolean
  readonly gradient: string
  /** Learning rate, a scalar. */
  readonly rate: string
  readonly slots: readonly string[]
  /** Number of this step from 1, a scalar float. */
  readonly step: string
}

export type UpdateOutputs = { readonly weight: string; readonly slots: readonly string[] }

/** Names of what the optimiser remembers of every weight. All start as zeros in the weight's shape. */
export const slotsOf = (optimiser: Optimiser): readonly string[] => {
  if (optimiser.kind === 'adamw') return ['first', 'second']
  return optimiser.momentum ? ['velocity'] : []
}

/** Adds the nodes that update one weight. */
export const addUpdate = (build: Builder, optimiser: Optimiser, inputs: UpdateInputs): UpdateOutputs =>
  optimiser.kind === 'sgd' ? sgd(build, optimiser, inputs) : adamw(build, optimiser, inputs)

/** Vectors (biases, scales) and the slopes of PRelu, whose shape is [C, 1, 1], do not decay. */
export const decays = (shape: readonly Dim[]): boolean =>
  shape.length === 2 || shape.filter(dim => dim !== 1).length > 1

// --- internal ---

/**
 * SGD in PyTorch's form: v <- momentum v + g; w <- w - rate v, or with Nesterov's look-ahead
 * w <- w - rate (g + momentum v).
 */
const sgd = (
  build: Builder,
  { momentum = 0, nesterov = false, weightDecay = 0 }: Extract<Optimiser, { kind: 'sgd' }>,
  { weight, decays, gradient, rate, slots }: UpdateInputs,
): UpdateOutputs => {
  const decayed =
    weightDecay > 0 && decays ? build.op('Add', [gradient, times(build, weight, weightDecay)]) : gradient
  if (momentum === 0) return { weight: moved(build, weight, decayed, rate), slots: [] }
  if (!nesterov) {
    const velocity = build.op('Add', [times(build, slots[0]!, momentum), decayed])
    return { weight: moved(build, weight, velocity, rate), slots: [velocity] }
  }
  // Remembered is momentum v, which this step's look-ahead and the next velocity share: one product less.
  const velocity = build.op('Add', [slots[0]!, decayed])
  const carried = times(build, velocity, momentum)
  return { weight: moved(build, weight, build.op('Add', [decayed, carried]), rate), slots: [carried] }
}

/** AdamW (Loshchilov and Hutter, 2019, algorithm 2), the decay multiplied by the learning rate as in PyTorch. */
const adamw = (
  build: Builder,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: Extract<Optimiser, { kind: 'adamw' }>,
  { weight, decays, gradient, rate, slots, step }: UpdateInputs,
): UpdateOutputs => {
  const first = blend(build, slots[0]!, gradient, beta1)
  const second = blend(build, slots[1]!, build.op('Mul', [gradient, gradient]), beta2)
  const unbiased = (moment: string, beta: number): string => {
    const left = build.op('Sub', [build.number(1), build.op('Pow', [build.number(beta), step])])
    return build.op('Div', [moment, left])
  }
  const root = build.op('Sqrt', [unbiased(second, beta2)])
  const direction = build.op('Div', [unbiased(first, beta1), build.op('Add', [root, build.number(epsilon)])])
  const decayed =
    weightDecay > 0 && decays ? build.op('Add', [direction, times(build, weight, weightDecay)]) : direction
  return { weight: moved(build, weight, decayed, rate), slots: [first, second] }
}

const times = (build: Builder, name: string, factor: number): string =>
  build.op('Mul', [name, build.number(factor)])

const moved = (build: Builder, weight: string, direction: string, rate: string): string =>
  build.op('Sub', [weight, build.op('Mul', [direction, rate])])

/** beta * old + (1 - beta) * fresh */
export const blend = (build: Builder, old: string, fresh: string, beta: number): string =>
  build.op('Add', [times(build, old, beta), times(build, fresh, 1 - beta)])
