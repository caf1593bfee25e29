import type { AlignedFace } from '../face/face.ts'
import type { FloatMap } from '../image/map.ts'
import { mirrorRows } from '../image/mirror.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { cosine } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Recogniser } from '../recognition/recogniser.ts'
import { type CamMethod, camOf } from './cam.ts'
import { type ChannelShare, topChannels } from './channels.ts'
import { fuseMaps } from './fuse.ts'
import { createGradients, type LayerState } from './gradients.ts'
import { type Head, readHead } from './head.ts'
import { defaultLayers, type Layer, resolveLayers, spatialLayers } from './layers.ts'
import { type Target, targetDirection } from './target.ts'

/** One face of a pair: aligned, and embedded by the same recogniser. */
export type ExplainedFace = { readonly aligned: AlignedFace; readonly embedding: Embedding }

export type ExplainOptions = {
  /** Default `['layercam']`. */
  methods?: readonly CamMethod[]
  /** Names or sizes of layers, see `resolveLayers`. Default: one layer of every resolution. */
  layers?: readonly string[]
  /** How many of the strongest channels of the last grid to report. Default 10. */
  channels?: number
  /** Default `frozen`. */
  target?: Target
}

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

export type PairExplanation = {
  readonly cosine: number
  readonly target: Target
  /** True when contributions and bias are an exact decomposition (affine head and target `frozen`). */
  readonly exact: boolean
  readonly a: FaceExplanation
  readonly b: FaceExplanation
}

export type Explainer = {
  /** Every layer that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** The layers that are used when none are asked for. */
  readonly defaults: readonly Layer[]
  /** Explains the score of a pair on both faces. */
  explain(a: ExplainedFace, b: ExplainedFace, options?: ExplainOptions): Promise<PairExplanation>
  release(): Promise<void>
}

/** Prepares explanations for one recogniser. Sessions are made when they are first needed, and kept. */
export const createExplainer = (runtime: Runtime, recogniser: Recogniser): Explainer => {
  const { contract, graph } = recogniser
  const layers = spatialLayers(graph, contract.output)
  const defaults = defaultLayers(layers, contract.grid)
  const grid = layers.find(({ name }) => name === contract.grid)!
  const gradients = createGradients(runtime, recogniser)
  let head: Promise<Head> | undefined

  const views = async (face: AlignedFace, wanted: readonly Layer[], direction: Float32Array) => {
    const plain = await gradients.at(face, wanted, { direction })
    if (!recogniser.flip) return [plain]
    const mirrored = await gradients.at(face, wanted, { direction, mirror: true })
    return [plain, mirrored.map(mirrorBack)]
  }

  const explainFace = async (
    self: ExplainedFace,
    other: ExplainedFace,
    wanted: readonly Layer[],
    { methods = ['layercam'], channels = 10, target = 'frozen' }: ExplainOptions,
    { constant }: Head,
  ): Promise<FaceExplanation> => {
    const direction = targetDirection(target, self.embedding, other.embedding)
    const needed = layers.filter(layer => layer === grid || wanted.includes(layer))
    const seen = await views(self.aligned, needed, direction)
    const at = (layer: Layer): LayerState[] => seen.map(states => states[needed.indexOf(layer)]!)
    return {
      contributions: sumMaps(at(grid).map(state => camOf('hirescam', state))),
      bias: seen.length * dot(constant, direction),
      channels: topChannels(at(grid), channels),
      maps: methods.map(method => {
        const maps = wanted.map(layer => ({
          layer,
          map: sumMaps(at(layer).map(state => camOf(method, state))),
        }))
        const { width, height } = self.aligned
        return {
          method,
          layers: maps,
          fused: fuseMaps(
            maps.map(({ map }) => map),
            width,
            height,
          ),
        }
      }),
    }
  }

  return {
    layers,
    defaults,
    explain: async (a, b, options = {}) => {
      const score = cosine(a.embedding, b.embedding)
      const wanted = options.layers ? resolveLayers(layers, defaults, options.layers) : defaults
      head ??= readHead(runtime, graph, contract)
      const known = await head
      return {
        cosine: score,
        target: options.target ?? 'frozen',
        exact: known.affine && (options.target ?? 'frozen') === 'frozen',
        a: await explainFace(a, b, wanted, options, known),
        b: await explainFace(b, a, wanted, options, known),
      }
    },
    release: () => gradients.release(),
  }
}

// --- internal ---

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

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
