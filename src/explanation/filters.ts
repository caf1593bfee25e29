import { XfmrError } from '../errors.ts'
import { UNMASK_PREFIX } from '../recognition/unmask.ts'
import { type ChannelShare, channelShare } from './channels.ts'
import { type Layer, resolveLayers, sizeLabel } from './layers.ts'
import type { Subject } from './subject.ts'

/** One channel of one layer. */
export type Filter = {
  /** By name or size, as `14x14`. */
  readonly layer: string
  readonly channel: number
}

export type ResolvedFilter = { readonly layer: Layer; readonly channel: number }

/** Where a chosen channel was active on a face, and what it did for the target there. */
export type FilterShare = ChannelShare & { readonly layer: Layer }

/**
 * Looks up a filter.
 * @throws XfmrError `E_UNKNOWN_LAYER` listing the layers, `E_USAGE` for a channel that the layer does not have
 */
export const resolveFilter = (
  { layer: name, channel }: Filter,
  { layers, defaults }: { readonly layers: readonly Layer[]; readonly defaults: readonly Layer[] },
): ResolvedFilter => {
  const [layer] = resolveLayers(layers, defaults, [name], UNMASK_PREFIX) as [Layer]
  if (Number.isInteger(channel) && channel >= 0 && channel < layer.channels) return { layer, channel }
  throw new XfmrError(
    'E_USAGE',
    `There is no channel ${channel}: layer "${layer.name}" (${sizeLabel(layer)}) has channels 0 to ${layer.channels - 1}.`,
  )
}

/** Gradient times activation of a filter: at the last grid its share of the score, elsewhere what raised or lowered it. */
export const filterShare = async (
  self: Subject,
  { layer, channel }: ResolvedFilter,
): Promise<FilterShare> => {
  const [views] = await self.states([layer])
  return { layer, ...channelShare(views!, channel) }
}
