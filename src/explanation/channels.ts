import type { FloatMap } from '../image/map.ts'
import type { LayerState } from './layer-state.ts'

/** What one channel (neuron) of the last grid did for the score. */
export type ChannelShare = {
  readonly channel: number
  /** Signed part of the score. The parts of all channels and the bias add up to the cosine. */
  readonly contribution: number
  /** Where and how strongly the channel was active, signed. */
  readonly activation: FloatMap
  /** The channel's part of the score by cell. */
  readonly contributions: FloatMap
}

/**
 * Contribution of every channel of one layer: gradient times activation, summed over all cells (and over the views of
 * the face, when its mirror image takes part).
 */
export const channelContributions = (views: readonly LayerState[]): Float32Array => {
  const { layer } = views[0]!
  const cells = layer.height * layer.width
  const sums = new Float32Array(layer.channels)
  for (const { activation, gradient } of views) {
    for (let channel = 0; channel < layer.channels; channel++) {
      let sum = 0
      for (let i = channel * cells; i < (channel + 1) * cells; i++) sum += gradient[i]! * activation[i]!
      sums[channel]! += sum
    }
  }
  return sums
}

/** The channels with the largest contributions in size, for or against a match, strongest first. */
export const topChannels = (views: readonly LayerState[], count: number): ChannelShare[] => {
  const sums = channelContributions(views)
  const strongest = Array.from(sums.keys()).sort((a, b) => Math.abs(sums[b]!) - Math.abs(sums[a]!) || a - b)
  return strongest.slice(0, count).map(channel => channelShare(views, channel))
}

/** What one channel did: activations averaged over the views, contributions added up. */
export const channelShare = (views: readonly LayerState[], channel: number): ChannelShare => {
  const { height, width } = views[0]!.layer
  const cells = height * width
  const activation = new Float32Array(cells)
  const contributions = new Float32Array(cells)
  for (const view of views) {
    for (let i = 0; i < cells; i++) {
      const value = view.activation[channel * cells + i]!
      activation[i]! += value / views.length
      contributions[i]! += value * view.gradient[channel * cells + i]!
    }
  }
  return {
    channel,
    contribution: contributions.reduce((sum, value) => sum + value, 0),
    activation: { width, height, data: activation },
    contributions: { width, height, data: contributions },
  }
}
