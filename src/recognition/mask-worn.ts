import { XfmrError } from '../errors.ts'
import type { Session } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import type { FeatureGrid } from './embedding.ts'

/** How a face mask is worn: not at all, over mouth and nose, with the nose out, or on the chin. */
export const MASK_STATES = ['none', 'worn', 'nose-out', 'chin'] as const
export type MaskState = (typeof MASK_STATES)[number]

/** What the worn-mask detector says about a face. */
export type MaskFinding = {
  readonly state: MaskState
  /** Whether a mask covers the mouth: `worn` or `nose-out`. This decides which calibration applies. */
  readonly worn: boolean
  /** Probability that a mask covers the mouth, in [0, 1]. */
  readonly probability: number
  readonly probabilities: Readonly<Record<MaskState, number>>
}

/** Finds out from a recogniser's last feature grid whether a mask is worn. */
export type MaskDetector = (grid: FeatureGrid) => Promise<MaskFinding>

/**
 * Makes a worn-mask detector from a session of its model: `features` [N, C], the grid averaged over its cells, to
 * `probabilities` [N, 4] in the order of {@link MASK_STATES}. It only understands the recogniser that it was trained on.
 */
export const createMaskDetector =
  (session: Session): MaskDetector =>
  async grid => {
    const features = gridMean(grid)
    const result = await session.run({ features: float32(features, [1, features.length]) })
    return findingOf(result.probabilities!.data as Float32Array)
  }

/** The average of each channel over the cells of a grid. */
export const gridMean = ({ channels, height, width, data }: FeatureGrid): Float32Array => {
  const cells = height * width
  const mean = new Float32Array(channels)
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0
    for (let i = channel * cells; i < (channel + 1) * cells; i++) sum += data[i]!
    mean[channel] = sum / cells
  }
  return mean
}

/** Reads the network's four probabilities. @throws XfmrError `E_NOT_FINITE` */
export const findingOf = (values: ArrayLike<number>): MaskFinding => {
  const [none, worn, noseOut, chin] = Array.from(values) as [number, number, number, number]
  if (!Number.isFinite(none + worn + noseOut + chin)) {
    throw new XfmrError('E_NOT_FINITE', 'The worn-mask detector returned values that are no numbers.')
  }
  const probability = Math.min(1, worn + noseOut)
  const bare = none >= chin ? 'none' : 'chin'
  const masked = worn >= noseOut ? 'worn' : 'nose-out'
  return {
    state: probability > 0.5 ? masked : bare,
    worn: probability > 0.5,
    probability,
    probabilities: { none, worn, 'nose-out': noseOut, chin },
  }
}
