import type { FloatMap } from '../../image/map.ts'
import { mirrorRows } from '../../image/mirror.ts'
import { fuseMaps } from '../fuse.ts'
import type { Layer } from '../layers.ts'
import type { Explain, FaceMaps } from '../method.ts'
import type { MethodOptions } from '../method-options.ts'
import type { Subject } from '../subject.ts'
import { sumMaps } from '../sum-maps.ts'
import { finite } from './cam.ts'
import { energy, principalMap } from './principal.ts'
import type { WeighedMethod } from './weighing.ts'

/** The maps of layers whose activations are weighed by their gradients. */
export const byWeighing =
  (method: WeighedMethod): Explain =>
  (self, _other, options) =>
    ofLayers(self, options, (layers, photo) =>
      options.eigen
        ? principalMaps(self, method, method, layers, photo)
        : self.maps({ method, layers }, photo),
    )

/** First principal component of gradient times activation. */
export const byEigenGradCam: Explain = (self, _other, options) =>
  ofLayers(self, options, (layers, photo) => principalMaps(self, 'eigengradcam', 'hirescam', layers, photo))

/** First principal component of the activations: what the layer is most busy with, whatever the target. */
export const byEigenCam: Explain = (self, _other, options) =>
  ofLayers(self, options, async (layers, photo) =>
    (await self.activations(layers, photo)).map((views, i) => {
      const layer = layers[i]!
      return views.map(({ activation }) => {
        const guide = energy(activation, layer.height * layer.width)
        return finite('eigencam', { layer }, principalMap({ layer }, activation, guide))
      })
    }),
  )

/** One map from those of several layers: the map itself where there is one, else joined (see `fuseMaps`). */
export const joined = ({ face }: Subject, layers: FaceMaps['layers'] & {}): FaceMaps => {
  const maps = layers.map(({ map }) => map)
  const map = maps.length === 1 ? maps[0]! : fuseMaps(maps, face.aligned.width, face.aligned.height)
  return { map, layers }
}

// --- internal ---

/** Maps by layer and view, of the face itself or of another photo. */
type MapsOf = (layers: readonly Layer[], photo: Float32Array) => Promise<FloatMap[][]>

const principalMaps = async (
  self: Subject,
  label: string,
  method: WeighedMethod,
  layers: readonly Layer[],
  photo: Float32Array,
): Promise<FloatMap[][]> =>
  (await self.weighted({ method, layers }, photo)).map((views, i) => {
    const layer = layers[i]!
    return views.map(values => finite(label, { layer }, principalMap({ layer }, values)))
  })

const ofLayers = async (
  self: Subject,
  { augment = false }: MethodOptions,
  mapsOf: MapsOf,
): Promise<FaceMaps> => {
  const layers = self.chosen
  const seen = augment ? await augmented(self, layers, mapsOf) : [await mapsOf(layers, self.photo)]
  return joined(
    self,
    layers.map((layer, i) => ({ layer, map: meanMap(seen.map(maps => sumMaps(maps[i]!))) })),
  )
}

const CONTRASTS = [0.9, 1, 1.1]

/** Maps of the face and its mirror image, each at three contrasts; mirrored ones are turned back. */
const augmented = async (
  self: Subject,
  layers: readonly Layer[],
  mapsOf: MapsOf,
): Promise<FloatMap[][][]> => {
  const { size } = self.network.contract
  const turned = (map: FloatMap): FloatMap => ({ ...map, data: mirrorRows(map.data, map.width) })
  const all: FloatMap[][][] = []
  for (const [mirrored, photo] of [self.photo, mirrorRows(self.photo, size)].entries()) {
    for (const contrast of CONTRASTS) {
      const maps = await mapsOf(
        layers,
        photo.map(value => value * contrast),
      )
      all.push(mirrored ? maps.map(views => views.map(turned)) : maps)
    }
  }
  return all
}

const meanMap = (maps: readonly FloatMap[]): FloatMap => {
  const sum = sumMaps(maps)
  return maps.length === 1 ? sum : { ...sum, data: sum.data.map(value => value / maps.length) }
}
