import type { FloatMap } from '../../image/map.ts'
import { mirrorRows } from '../../image/mirror.ts'
import { fuseMaps } from '../fuse.ts'
import { type LayerState, mirrorBack } from '../layer-state.ts'
import type { Layer } from '../layers.ts'
import type { Explain, FaceMaps } from '../method.ts'
import type { MethodOptions } from '../method-options.ts'
import type { Subject } from '../subject.ts'
import { sumMaps } from '../sum-maps.ts'
import { camOf, finite } from './cam.ts'
import { energy, principalMap } from './principal.ts'
import type { WeighedMethod } from './weighing.ts'

/** The maps of layers whose activations are weighed by their gradients. */
export const byWeighing =
  (method: WeighedMethod): Explain =>
  (self, _other, options) =>
    ofLayers(self, options, state => camOf(method, state, { eigen: options.eigen ?? false }))

/** First principal component of gradient times activation. */
export const byEigenGradCam: Explain = (self, _other, options) =>
  ofLayers(self, options, state => {
    const product = state.activation.map((value, i) => value * state.gradient[i]!)
    return finite('eigengradcam', state, principalMap(state, product))
  })

/** First principal component of the activations: what the layer is most busy with, whatever the target. */
export const byEigenCam: Explain = (self, _other, options) =>
  ofLayers(
    self,
    options,
    state => {
      const { height, width } = state.layer
      return finite(
        'eigencam',
        state,
        principalMap(state, state.activation, energy(state.activation, height * width)),
      )
    },
    'activations',
  )

/** One map from those of several layers: the map itself where there is one, else joined (see `fuseMaps`). */
export const joined = ({ face }: Subject, layers: FaceMaps['layers'] & {}): FaceMaps => {
  const maps = layers.map(({ map }) => map)
  const map = maps.length === 1 ? maps[0]! : fuseMaps(maps, face.aligned.width, face.aligned.height)
  return { map, layers }
}

// --- internal ---

type MapOf = (state: LayerState) => FloatMap

const ofLayers = async (
  self: Subject,
  { augment = false }: MethodOptions,
  mapOf: MapOf,
  need: 'states' | 'activations' = 'states',
): Promise<FaceMaps> => {
  const layers = self.chosen
  const seen = augment ? await augmented(self, layers) : [await self[need](layers)]
  return joined(
    self,
    layers.map((layer, i) => ({ layer, map: meanMap(seen.map(states => sumMaps(states[i]!.map(mapOf)))) })),
  )
}

const CONTRASTS = [0.9, 1, 1.1]

/** States of the face and its mirror image, each at three contrasts; mirrored ones are turned back. */
const augmented = async (self: Subject, layers: readonly Layer[]): Promise<LayerState[][][]> => {
  const { size } = self.network.contract
  const all: LayerState[][][] = []
  for (const [mirrored, photo] of [self.photo, mirrorRows(self.photo, size)].entries()) {
    for (const contrast of CONTRASTS) {
      const states = await self.statesOf(
        photo.map(value => value * contrast),
        layers,
      )
      all.push(mirrored ? states.map(views => views.map(mirrorBack)) : states)
    }
  }
  return all
}

const meanMap = (maps: readonly FloatMap[]): FloatMap => {
  const sum = sumMaps(maps)
  return maps.length === 1 ? sum : { ...sum, data: sum.data.map(value => value / maps.length) }
}
