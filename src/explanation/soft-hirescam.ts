import { resizeMap } from '../image/resize.ts'
import { smoothMap } from '../image/smooth-map.ts'
import type { Layer } from './layers.ts'
import type { Explain } from './method.ts'
import { sumMaps } from './sum-maps.ts'

/**
 * HiResCAM (gradient times activation, summed over channels; Draelos and Carin 2020) of a layer in the middle of the network,
 * where cells are still small but already belong to parts of faces: the one of an eighth of the face's size, 14 x 14 for 112.
 * Enlarged and softened by a Gaussian as wide as one cell, since what single cells show changes its sign from one to the
 * next. Keeps its sign. The layer and the width were chosen by deletion and insertion, see docs/faithfulness.md.
 */
export const explain: Explain = async (self, _, options) => {
  const { width, height } = self.face.aligned
  const layer = (options.layers && self.chosen.at(-1)) ?? middleOf(self.defaults, width)
  const [views] = await self.maps({ method: 'hirescam', layers: [layer] })
  const cells = sumMaps(views!)
  const map = smoothMap(resizeMap(cells, width, height), width / layer.width)
  return { map, layers: [{ layer, map: cells }] }
}

// --- internal ---

/** The layer whose cells are closest to an eighth of the face. */
const middleOf = (layers: readonly Layer[], size: number): Layer => {
  const distance = (layer: Layer): number => Math.abs(Math.log((8 * layer.width) / size))
  return layers.reduce((best, layer) => (distance(layer) < distance(best) ? layer : best))
}
