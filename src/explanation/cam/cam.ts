import { XfmrError } from '../../errors.ts'
import type { FloatMap } from '../../image/map.ts'
import type { LayerState } from '../layer-state.ts'
import { principalMap } from './principal.ts'
import { WEIGHINGS, type WeighedMethod } from './weighing.ts'

/**
 * The signed, unscaled map of one layer at its own resolution.
 * @param eigen Projects the weighted activations on their first principal component instead of adding up channels.
 * @throws XfmrError `E_NOT_FINITE` when the map holds NaN or infinity
 */
export const camOf = (method: WeighedMethod, state: LayerState, { eigen = false } = {}): FloatMap =>
  finite(method, state, eigen ? principalMap(state, weighted(method, state)) : sumOf(method, state))

/** The map as it is. @throws XfmrError `E_NOT_FINITE` when it holds NaN or infinity */
export const finite = (
  method: string,
  { layer }: Pick<LayerState, 'layer'>,
  data: Float32Array,
): FloatMap => {
  if (data.every(Number.isFinite)) return { width: layer.width, height: layer.height, data }
  throw new XfmrError(
    'E_NOT_FINITE',
    `The ${method} map of layer "${layer.name}" has values that are not finite: the network's gradient overflows there.`,
  )
}

/** Visits the planes of every channel. */
export const eachChannel = (
  { layer, activation, gradient }: LayerState,
  visit: (activation: Float32Array, gradient: Float32Array, channel: number) => void,
): void => {
  const cells = layer.height * layer.width
  for (let channel = 0; channel < layer.channels; channel++) {
    const [start, end] = [channel * cells, (channel + 1) * cells]
    visit(activation.subarray(start, end), gradient.subarray(start, end), channel)
  }
}

// --- internal ---

const sumOf = (method: WeighedMethod, state: LayerState): Float32Array => {
  const { height, width } = state.layer
  const map = new Float32Array(height * width)
  const plane = new Float32Array(height * width)
  const weigh = WEIGHINGS[method]
  eachChannel(state, (activation, gradient) => {
    weigh(activation, gradient, plane)
    for (let i = 0; i < map.length; i++) map[i]! += plane[i]!
  })
  return map
}

const weighted = (method: WeighedMethod, state: LayerState): Float32Array => {
  const all = new Float32Array(state.activation.length)
  const weigh = WEIGHINGS[method]
  eachChannel(state, (activation, gradient, channel) => {
    const start = channel * activation.length
    weigh(activation, gradient, all.subarray(start, start + activation.length))
  })
  return all
}
