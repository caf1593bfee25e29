import { mirrorRows } from '../../image/mirror.ts'
import { resizeMap } from '../../image/resize.ts'
import { createRandom } from '../../random.ts'
import type { LayerState } from '../layer-state.ts'
import type { Layer } from '../layers.ts'
import type { Explain, FaceMaps, LayerMap } from '../method.ts'
import type { MethodOptions } from '../method-options.ts'
import { inBatches } from '../samples.ts'
import type { Subject } from '../subject.ts'
import { eachChannel, finite } from './cam.ts'
import { joined } from './explain.ts'

/**
 * Score-CAM: the photo is multiplied with each channel's activation, enlarged and brought to [0, 1], and the softmax over
 * the scores of these photos weighs the channels. A channel that is the same everywhere is left out.
 * @see Wang et al., Score-CAM, CVPR Workshops 2020, eq. 5 to 7
 */
export const byScoreCam: Explain = (self, _other, options) =>
  byChannelWeights(self, options, 'scorecam', async (states, run) => {
    const { layer } = states[0]!
    const cells = layer.height * layer.width
    const { size } = self.network.contract
    const mean = meanOf(states)
    const scores = new Float64Array(layer.channels).fill(Number.NEGATIVE_INFINITY)
    await run(layer.channels, async channels => {
      const used: number[] = []
      const masked = new Float32Array(channels.length * self.photo.length)
      for (const channel of channels) {
        const mask = unitRange(mean.subarray(channel * cells, (channel + 1) * cells))
        if (!mask) continue
        const large = resizeMap({ ...layer, data: mask }, size, size).data
        const start = used.length * self.photo.length
        for (let i = 0; i < self.photo.length; i++)
          masked[start + i] = self.photo[i]! * large[i % large.length]!
        used.push(channel)
      }
      if (used.length === 0) return
      const found = await self.scores(masked.subarray(0, used.length * self.photo.length))
      used.forEach((channel, i) => {
        scores[channel] = found[i]!
      })
    })
    return softmax(scores)
  })

/**
 * Ablation-CAM: what the target loses when a channel is set to zero weighs that channel. The paper divides by the target, which
 * says nothing for a cosine near 0, and otherwise only scales the map: here weights are differences of the score.
 * @see Desai and Ramaswamy, Ablation-CAM, WACV 2020, eq. 4
 */
export const byAblationCam: Explain = (self, _other, options) =>
  byChannelWeights(self, options, 'ablationcam', async (states, run) => {
    const { layer } = states[0]!
    const cells = layer.height * layer.width
    // As the network saw them: the mirror image mirrored.
    const views = states.map(({ activation }, view) =>
      view === 0 ? activation : mirrorRows(activation, layer.width),
    )
    const all = joinedPlanes(views)
    const [whole] = await self.scoresFrom(layer, all)
    const losses = new Float64Array(layer.channels)
    await run(layer.channels, async channels => {
      const changed = new Float32Array(channels.length * all.length)
      channels.forEach((channel, i) => {
        changed.set(all, i * all.length)
        for (let view = 0; view < views.length; view++) {
          const start = i * all.length + (view * layer.channels + channel) * cells
          changed.fill(0, start, start + cells)
        }
      })
      const scores = await self.scoresFrom(layer, changed)
      channels.forEach((channel, i) => {
        losses[channel] = whole! - scores[i]!
      })
    })
    return losses
  })

/** Channels with random weights in [-1, 1): shows what a map looks like that knows nothing of the target. */
export const byRandomCam: Explain = (self, _other, options) =>
  byChannelWeights(self, options, 'randomcam', async ([state]) => {
    const random = createRandom('randomcam', options.seed ?? 1)
    return Float64Array.from({ length: state!.layer.channels }, () => random.uniform(-1, 1))
  })

/** Sum over the channels of weight times activation. */
export const weightedSum = (state: LayerState, weights: ArrayLike<number>): Float32Array => {
  const map = new Float32Array(state.layer.height * state.layer.width)
  eachChannel(state, (activation, channel) => {
    const weight = weights[channel]!
    if (weight === 0) return
    for (let i = 0; i < map.length; i++) map[i]! += weight * activation[i]!
  })
  return map
}

// --- internal ---

/** Hands over channels in batches, until all are done or time is up. */
type Run = (channels: number, work: (batch: readonly number[]) => Promise<void>) => Promise<void>

type WeightsOf = (views: readonly LayerState[], run: Run) => Promise<ArrayLike<number>>

const byChannelWeights = async (
  self: Subject,
  options: MethodOptions,
  method: string,
  weightsOf: WeightsOf,
): Promise<FaceMaps> => {
  const maps: LayerMap[] = []
  const total = self.chosen.reduce((sum, { channels }) => sum + channels, 0)
  let done = 0
  const state = { cutShort: false }
  const states = await self.activations(self.chosen)
  const run: Run = async (channels, work) => {
    const found = await inBatches(
      channels,
      { ...options, onProgress: share => options.onProgress?.((done + share * channels) / total) },
      work,
    )
    done += found
    if (found < channels) state.cutShort = true
  }
  for (const [i, layer] of self.chosen.entries()) {
    const views = states[i]!
    const weights = await weightsOf(views, run)
    maps.push({ layer, map: mapOf(method, layer, views, weights) })
  }
  return { ...joined(self, maps), ...(state.cutShort && { cutShort: true }) }
}

const mapOf = (method: string, layer: Layer, views: readonly LayerState[], weights: ArrayLike<number>) => {
  const mean = { layer, activation: meanOf(views), gradient: views[0]!.gradient }
  return finite(method, mean, weightedSum(mean, weights))
}

const meanOf = (views: readonly LayerState[]): Float32Array => {
  const [first, second] = views
  if (!second) return first!.activation
  return first!.activation.map((value, i) => (value + second.activation[i]!) / 2)
}

const joinedPlanes = (views: readonly Float32Array[]): Float32Array => {
  if (views.length === 1) return views[0]!
  const all = new Float32Array(views.reduce((sum, { length }) => sum + length, 0))
  views.forEach((view, i) => void all.set(view, i * view.length))
  return all
}

/** Brought to [0, 1]; nothing where all values are the same. */
const unitRange = (plane: Float32Array): Float32Array | undefined => {
  const low = plane.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
  const high = plane.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  return high > low ? plane.map(value => (value - low) / (high - low)) : undefined
}

const softmax = (scores: Float64Array): Float64Array => {
  const top = Math.max(...scores)
  if (top === Number.NEGATIVE_INFINITY) return scores.map(() => 0)
  const powers = scores.map(score => Math.exp(score - top))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}
