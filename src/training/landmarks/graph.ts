import { ARC_POINTS } from '../../face/align.ts'
import { CROP_SIZE } from '../../face/crop.ts'
import { int, ints } from '../../onnx/attributes.ts'
import { type Builder, buildOn } from '../../onnx/builder.ts'
import { dynamicBatch } from '../../onnx/edit.ts'
import type { Graph } from '../../onnx/graph.ts'
import { float32 } from '../../onnx/tensor.ts'

/** The landmark model with a loss on top, as `createTrainer` takes it. */
export type LandmarkLoss = {
  /** Inputs `input` [N, 1, 64, 64], `target` [N, 136] and `weight` [N], of samples; outputs `loss` and `five`, a mean distance in pixels of the crop. */
  readonly graph: Graph
  /** Names of the weights that are trained. */
  readonly trainable: readonly string[]
}

/**
 * The loss: mean over all points of sqrt(d^2 + e^2) - e with d the distance to the target in pixels of the crop and
 * e = 0.5 (Charbonnier: a parabola near zero, a straight line further out, so that single wrong labels do not rule), plus the same for the five points
 * that alignment uses, weighted.
 */
export const landmarkLoss = (model: Graph): LandmarkLoss => {
  const open = dynamicBatch(model)
  const build = buildOn(open)
  build.input('target', { type: 'float32', shape: ['N', 136] })
  const error = build.op('Mul', [build.op('Sub', [open.outputs[0]!.name, 'target']), build.number(CROP_SIZE)])
  const five = build.op('MatMul', [error, build.constant(float32(fiveOf(), [136, 10]))])
  const all = charbonnier(build, error, 68)
  const aligned = build.op('Mul', [charbonnier(build, five, 5), build.number(FIVE_WEIGHT)])
  build.input('weight', { type: 'float32', shape: ['N'] })
  build.alias(mean(build, build.op('Mul', [build.op('Add', [all, aligned]), 'weight'])), 'loss')
  build.alias(mean(build, lengths(build, five, 5, 0)), 'five')
  const trainable = weightsOf(open, build)
  return { graph: build.finish(['loss', 'five']), trainable }
}

// --- internal ---

/** Layers that read more cells a side than this keep their weights. */
const MOST_CELLS = 16

/**
 * All weights but those of the first layers: edges and spots look the same under a mask, and at that resolution a step would
 * take half as long again.
 */
const weightsOf = (graph: Graph, build: Builder): string[] =>
  graph.nodes.flatMap(({ op, inputs: [x, ...rest] }) => {
    if (Number(build.shapeOf(x!)[2] ?? 0) > MOST_CELLS) return []
    // Running statistics of a normalisation are no weights.
    const weights = op === 'BatchNormalization' ? rest.slice(0, 2) : rest
    return weights.filter(name => graph.initializers.get(name)?.type === 'float32')
  })

/** Weight of the five points in the loss. */
const FIVE_WEIGHT = 2
/** Where the loss turns from a parabola into a line, in pixels of the crop. */
const KNEE = 0.5

/** The 136 x 10 matrix that takes 68 points to the five points of alignment. */
const fiveOf = (): Float32Array => {
  const matrix = new Float32Array(136 * 10)
  ARC_POINTS.forEach((indices, k) => {
    for (const index of indices) {
      matrix[2 * index * 10 + 2 * k] = 1 / indices.length
      matrix[(2 * index + 1) * 10 + 2 * k + 1] = 1 / indices.length
    }
  })
  return matrix
}

/** sqrt(dx^2 + dy^2 + knee^2) of every point, [N, points]. */
const lengths = (build: Builder, error: string, points: number, knee: number): string => {
  const pairs = build.op('Reshape', [error, build.integers([-1, points, 2])])
  const square = build.op('ReduceSum', [build.op('Mul', [pairs, pairs]), build.integers([2])], {
    keepdims: int(0),
  })
  return build.op('Sqrt', [build.op('Add', [square, build.number(knee * knee)])])
}

const mean = (build: Builder, name: string): string => build.op('ReduceMean', [name], { keepdims: int(0) })

/** Mean over the points, of every sample, [N]. */
const charbonnier = (build: Builder, error: string, points: number): string => {
  const means = build.op('ReduceMean', [lengths(build, error, points, KNEE)], {
    axes: ints([1]),
    keepdims: int(0),
  })
  return build.op('Sub', [means, build.number(KNEE)])
}
