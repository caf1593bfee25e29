import { writeModel } from '../../onnx/proto.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import { float32 } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'
import { findingOf, MASK_STATES, type MaskState } from '../../recognition/mask-worn.ts'
import { balancedAccuracy, type Confusion, confusionOf, maskWornModel } from '../mask-worn.ts'
import { softmaxRegression } from '../softmax-regression.ts'
import { type MaskExample, toMatrix } from './mask-worn.ts'

export type MaskWornFit = {
  /** The model file. */
  readonly model: Uint8Array
  /** Chosen on the validation people. */
  readonly l2: number
  readonly steps: number
  readonly training: number
  readonly validation: number
  readonly people: { readonly training: number; readonly validation: number }
  /** On the validation people. */
  readonly confusion: Confusion
  readonly balancedAccuracy: number
}

/**
 * Fits the detector. One person in five is kept for validation; the strength of the regularisation is the one that does best
 * there, every state counting alike.
 */
export const fitMaskWorn = async (
  runtime: Runtime,
  examples: readonly MaskExample[],
  { seed, recogniser }: { seed: string; recogniser: string },
): Promise<MaskWornFit> => {
  const held = (identity: string): boolean => createRandom(seed, identity, 'validation').uniform(0, 1) < 0.2
  const validation = examples.filter(({ identity }) => held(identity))
  const training = examples.filter(({ identity }) => !held(identity))
  const data = toMatrix(training)
  let best: MaskWornFit | undefined
  for (const l2 of STRENGTHS) {
    const classifier = await softmaxRegression(runtime, data, { l2, steps: STEPS })
    const model = writeModel(maskWornModel(classifier, recogniser))
    const confusion = confusionOf(
      validation.map(({ state }) => state),
      await callsOf(runtime, model, validation),
    )
    const accuracy = balancedAccuracy(confusion)
    if (best && best.balancedAccuracy >= accuracy) continue
    best = {
      model,
      l2,
      steps: STEPS,
      training: training.length,
      validation: validation.length,
      people: { training: peopleIn(training), validation: peopleIn(validation) },
      confusion,
      balancedAccuracy: accuracy,
    }
  }
  return best!
}

// --- internal ---

const STEPS = 400
const STRENGTHS = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4]

const peopleIn = (examples: readonly MaskExample[]): number =>
  new Set(examples.map(({ identity }) => identity)).size

/** What the finished model says, as `createMaskDetector` reads it. */
const callsOf = async (
  runtime: Runtime,
  model: Uint8Array,
  examples: readonly MaskExample[],
): Promise<MaskState[]> => {
  const { features, dimensions } = toMatrix(examples)
  const session = await runtime.load(model)
  const { probabilities } = await session.run({ features: float32(features, [examples.length, dimensions]) })
  await session.release()
  const values = probabilities!.data as Float32Array
  const classes = MASK_STATES.length
  return examples.map((_, row) => findingOf(values.subarray(row * classes, (row + 1) * classes)).state)
}
