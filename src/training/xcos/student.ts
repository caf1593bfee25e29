import { addXCos, type XCosWeights } from '../../explanation/xcos/graph.ts'
import { int } from '../../onnx/attributes.ts'
import { buildOn, emptyGraph } from '../../onnx/builder.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import { scalesBySize } from '../engine/scales.ts'
import type { TrainerOptions } from '../engine/trainer.ts'
import { mean } from '../losses/_rows.ts'
import { cosFaceLoss } from '../losses/margin.ts'

export type XCosStudentOptions = {
  readonly weights: XCosWeights
  /** Pairs in a batch. */
  readonly batch: number
  /** Number of people in training. */
  readonly identities: number
  /** Weight of the identity loss beside that of the cosine; 0 leaves it out. */
  readonly identityWeight: number
  readonly seed: string
}

/** Inputs of the step graph: grids `a` and `b` [B, C, H, W], `teacher` [B], and with an identity loss `label` [2 B]. */
export const xcosStudent = (options: XCosStudentOptions): TrainerOptions => {
  const { weights, batch, identities, identityWeight, seed } = options
  const [, channels, height, width] = weights.get('scale')!.dims as [number, number, number, number]
  const size = weights.get('project.slope')!.dims[0]! * height * width
  const byIdentity = identityWeight > 0
  const all = new Map<string, Tensor<Float32Array>>(weights)
  if (byIdentity) all.set(CLASSIFIER, drawn([identities, size], seed))
  const build = buildOn({ ...emptyGraph('xcos', 17), initializers: all })
  const grid = { type: 'float32', shape: [batch, channels, height, width] } as const
  const { xcos, features } = addXCos(build, build.input('a', grid), build.input('b', grid))
  const off = build.op('Sub', [xcos, build.input('teacher', { type: 'float32', shape: [batch] })])
  const squared = mean(build, build.op('Mul', [off, off]))
  build.alias(squared, 'cosine loss')
  if (byIdentity) {
    const flat = features.map(value => build.reshape(value, [batch, size]))
    const embedding = build.op('Concat', flat, { axis: int(0) })
    const label = build.input('label', { type: 'int64', shape: [2 * batch] })
    const { loss } = cosFaceLoss(build, { embedding, weight: CLASSIFIER, label }, { scale: 30 })
    build.alias(loss, 'identity loss')
    build.alias(build.op('Add', [squared, build.op('Mul', [loss, build.number(identityWeight)])]), 'loss')
  } else {
    build.alias(squared, 'loss')
  }
  const metrics = ['cosine loss', ...(byIdentity ? ['identity loss'] : [])]
  return {
    graph: build.finish(['loss', ...metrics]),
    loss: 'loss',
    metrics,
    trainable: [...all.keys()],
    optimiser: { kind: 'adamw' },
    clip: 1,
    average: 0.995,
    scales: scalesBySize(all, { ofZeros: 0.1 }),
  }
}

// --- internal ---

const CLASSIFIER = 'classifier'

const drawn = (dims: readonly [number, number], seed: string): Tensor<Float32Array> => {
  const random = createRandom(seed, CLASSIFIER)
  return float32(
    Float32Array.from({ length: dims[0] * dims[1] }, () => random.normal()),
    dims,
  )
}
