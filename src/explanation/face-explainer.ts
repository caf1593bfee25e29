import type { AlignedFace } from '../face/face.ts'
import type { FloatMap } from '../image/map.ts'
import { mirrorRows } from '../image/mirror.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { dotProduct } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Network } from '../recognition/recogniser.ts'
import { type CamMethod, camOf } from './cam.ts'
import { type ChannelShare, topChannels } from './channels.ts'
import { fuseMaps } from './fuse.ts'
import { createGradients, type LayerState } from './gradients.ts'
import { type Head, readHead } from './head.ts'
import { defaultLayers, type Layer, spatialLayers } from './layers.ts'
import { type Target, targetDirection } from './target.ts'

/** One face of a pair: aligned, and embedded by the same recogniser. */
export type ExplainedFace = { readonly aligned: AlignedFace; readonly embedding: Embedding }

export type LayerMap = { readonly layer: Layer; readonly map: FloatMap }

/** The maps of one method: signed and unscaled for every layer, and all layers joined for display. */
export type MethodMaps = {
  readonly method: CamMethod
  readonly layers: readonly LayerMap[]
  /** Size of the aligned face, values in [0, 1); see `fuseMaps`. */
  readonly fused: FloatMap
}

export type FaceExplanation = {
  /**
   * What each cell of the last grid added to the score, signed. With target `frozen` and an affine head the cells and
   * `bias` add up to the cosine.
   */
  readonly contributions: FloatMap
  /** The part of the score that no cell accounts for: the network's constant terms. */
  readonly bias: number
  readonly channels: readonly ChannelShare[]
  readonly maps: readonly MethodMaps[]
}

export type FaceWishes = {
  readonly layers: readonly Layer[]
  readonly methods: readonly CamMethod[]
  readonly channels: number
  readonly target: Target
}

/** Explains faces that went through one network. */
export type FaceExplainer = {
  /** Every layer that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** The layers that are used when none are asked for. */
  readonly defaults: readonly Layer[]
  /** True when the embedding is affine in the last grid, so that parts can add up to the score. */
  affine(): Promise<boolean>
  explain(self: ExplainedFace, other: ExplainedFace, wishes: FaceWishes): Promise<FaceExplanation>
  release(): Promise<void>
}

/** Prepares explanations for one network. Sessions are made when they are first needed, and kept. */
export const createFaceExplainer = (runtime: Runtime, network: Network): FaceExplainer => {
  const { contract, graph, flip } = network
  const layers = spatialLayers(graph, contract.output)
  const grid = layers.find(({ name }) => name === contract.grid)!
  const gradients = createGradients(runtime, network)
  let head: Promise<Head> | undefined
  const headOnce = (): Promise<Head> => {
    head ??= readHead(runtime, graph, contract)
    return head
  }

  const views = async (face: AlignedFace, wanted: readonly Layer[], direction: Float32Array) => {
    const plain = await gradients.at(face, wanted, { direction })
    if (!flip) return [plain]
    const mirrored = await gradients.at(face, wanted, { direction, mirror: true })
    return [plain, mirrored.map(mirrorBack)]
  }

  return {
    layers,
    defaults: defaultLayers(layers, contract.grid),
    affine: async () => (await headOnce()).affine,
    explain: async ({ aligned, embedding }, other, { layers: wanted, methods, channels, target }) => {
      const { constant } = await headOnce()
      const direction = targetDirection(target, embedding, other.embedding)
      const needed = layers.filter(layer => layer === grid || wanted.includes(layer))
      const seen = await views(aligned, needed, direction)
      const at = (layer: Layer): LayerState[] => seen.map(states => states[needed.indexOf(layer)]!)
      return {
        contributions: sumMaps(at(grid).map(state => camOf('hirescam', state))),
        bias: seen.length * dotProduct(constant, direction),
        channels: topChannels(at(grid), channels),
        maps: methods.map(method => {
          const maps = wanted.map(layer => ({
            layer,
            map: sumMaps(at(layer).map(state => camOf(method, state))),
          }))
          const plain = maps.map(({ map }) => map)
          return { method, layers: maps, fused: fuseMaps(plain, aligned.width, aligned.height) }
        }),
      }
    },
    release: () => gradients.release(),
  }
}

// --- internal ---

const sumMaps = (maps: readonly FloatMap[]): FloatMap => {
  const [{ width, height, data }, ...rest] = maps as [FloatMap, ...FloatMap[]]
  return { width, height, data: data.map((value, i) => rest.reduce((sum, map) => sum + map.data[i]!, value)) }
}

/** A mirrored face was seen mirrored: turns its planes back to the photo's orientation. */
const mirrorBack = ({ layer, activation, gradient }: LayerState): LayerState => ({
  layer,
  activation: mirrorRows(activation, layer.width),
  gradient: mirrorRows(gradient, layer.width),
})
