import type { LayerState } from '../layer-state.ts'
import type { Explain } from '../method.ts'
import { sumMaps } from '../sum-maps.ts'
import { eachChannel, finite } from './cam.ts'
import { joined } from './explain.ts'

/**
 * Cells in which a channel is unusually active, weighted by the channel's mean activation; no gradient, no target.
 * @see Fuad et al., Features Understanding in 3D CNNs for Actions Recognition in Video (FEM), IPTA 2020
 */
export const byFem: Explain = async self => {
  const states = await self.activations(self.chosen)
  return joined(
    self,
    self.chosen.map((layer, i) => ({ layer, map: sumMaps(states[i]!.map(femOf)) })),
  )
}

/** Sum over the channels of mean(A) where A > mean(A) + 2 standard deviations of the channel. */
export const femOf = (state: LayerState) => {
  const map = new Float32Array(state.layer.height * state.layer.width)
  eachChannel(state, activation => {
    let [sum, squares] = [0, 0]
    for (const value of activation) {
      sum += value
      squares += value * value
    }
    const mean = sum / activation.length
    const limit = mean + SIGMAS * Math.sqrt(Math.max(squares / activation.length - mean * mean, 0))
    for (let i = 0; i < map.length; i++) if (activation[i]! > limit) map[i]! += mean
  })
  return finite('fem', state, map)
}

// --- internal ---

const SIGMAS = 2
