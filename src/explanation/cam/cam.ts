import { XfmrError } from '../../errors.ts'
import type { FloatMap } from '../../image/map.ts'
import { allFinite } from '../all-finite.ts'
import type { LayerState } from '../layer-state.ts'

/** The map as it is. @throws XfmrError `E_NOT_FINITE` when it holds NaN or infinity */
export const finite = (
  method: string,
  { layer }: Pick<LayerState, 'layer'>,
  data: Float32Array,
): FloatMap => {
  if (allFinite(data)) return { width: layer.width, height: layer.height, data }
  throw new XfmrError(
    'E_NOT_FINITE',
    `The ${method} map of layer "${layer.name}" has values that are not finite: the network's gradient overflows there.`,
  )
}

/** Visits the planes of every channel. */
export const eachChannel = (
  { layer, activation }: Pick<LayerState, 'layer' | 'activation'>,
  visit: (activation: Float32Array, channel: number) => void,
): void => {
  const cells = layer.height * layer.width
  for (let channel = 0; channel < layer.channels; channel++)
    visit(activation.subarray(channel * cells, (channel + 1) * cells), channel)
}
