import { XfmrError } from '../errors.ts'
import type { FloatMap } from '../image/map.ts'
import type { LayerState } from './gradients.ts'

/**
 * Class-activation methods. All return signed, unscaled maps at the layer's own resolution; A is the activation,
 * g the gradient of the target.
 * - `hirescam`: sum over channels of g * A (Draelos and Carin, 2020). At a linear head its cells add up to the score.
 * - `layercam`: sum over channels of ReLU(g) * A (Jiang et al., IEEE TIP 2021, eq. 7-8). The outer ReLU of the paper is
 *   a display step here: blocks of ArcFace networks end without an activation, so A has both signs.
 * - `gradcam`: sum over channels of mean(g) * A (Selvaraju et al., ICCV 2017), outer ReLU left to the display as well.
 */
export type CamMethod = 'hirescam' | 'layercam' | 'gradcam'

export const CAM_METHODS: readonly CamMethod[] = ['hirescam', 'layercam', 'gradcam']

/** @throws XfmrError `E_NOT_FINITE` when the map holds NaN or infinity */
export const camOf = (method: CamMethod, state: LayerState): FloatMap => {
  const { height, width, name } = state.layer
  const data = new Float32Array(height * width)
  ACCUMULATE[method](state, data)
  if (!data.every(Number.isFinite)) {
    throw new XfmrError(
      'E_NOT_FINITE',
      `The ${method} map of layer "${name}" has values that are not finite: the network's gradient overflows there.`,
    )
  }
  return { width, height, data }
}

// --- internal ---

type Accumulate = (state: LayerState, map: Float32Array) => void

const ACCUMULATE: Record<CamMethod, Accumulate> = {
  hirescam: (state, map) =>
    eachChannel(state, (activation, gradient) => {
      for (let i = 0; i < map.length; i++) map[i]! += gradient[i]! * activation[i]!
    }),
  layercam: (state, map) =>
    eachChannel(state, (activation, gradient) => {
      // Not a branch: signs change from pixel to pixel, and every wrong guess of the processor costs more.
      for (let i = 0; i < map.length; i++)
        map[i]! += (gradient[i]! + Math.abs(gradient[i]!)) * 0.5 * activation[i]!
    }),
  gradcam: (state, map) =>
    eachChannel(state, (activation, gradient) => {
      let weight = 0
      for (let i = 0; i < map.length; i++) weight += gradient[i]!
      weight /= map.length
      for (let i = 0; i < map.length; i++) map[i]! += weight * activation[i]!
    }),
}

const eachChannel = (
  { layer, activation, gradient }: LayerState,
  visit: (activation: Float32Array, gradient: Float32Array) => void,
): void => {
  const cells = layer.height * layer.width
  for (let start = 0; start < layer.channels * cells; start += cells) {
    visit(activation.subarray(start, start + cells), gradient.subarray(start, start + cells))
  }
}
