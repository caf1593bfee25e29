import { XfmrError } from '../errors.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { cosine } from '../recognition/compare.ts'
import type { Network } from '../recognition/recogniser.ts'
import { UNMASK_PREFIX } from '../recognition/unmask.ts'
import type { CamMethod } from './cam.ts'
import {
  createFaceExplainer,
  type ExplainedFace,
  type FaceExplainer,
  type FaceExplanation,
} from './face-explainer.ts'
import { type Layer, resolveLayers, sizeLabel } from './layers.ts'
import type { Target } from './target.ts'

export type { ExplainedFace, FaceExplanation, LayerMap, MethodMaps } from './face-explainer.ts'

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

export type PairExplanation = {
  readonly cosine: number
  readonly target: Target
  /** True when contributions and bias are an exact decomposition (affine head of both faces and target `frozen`). */
  readonly exact: boolean
  readonly a: FaceExplanation
  readonly b: FaceExplanation
}

export type Explainer = {
  /** Every layer of the recogniser that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** The layers that are used when none are asked for. */
  readonly defaults: readonly Layer[]
  /**
   * Explains the score of a pair on both faces, each by the network that embedded it.
   * @throws XfmrError `E_UNKNOWN_LAYER` for a layer that the network of one of the faces does not have
   */
  explain(a: ExplainedFace, b: ExplainedFace, options?: ExplainOptions): Promise<PairExplanation>
  release(): Promise<void>
}

/**
 * Prepares explanations for one recogniser. A correction behind the embedding, such as the EUM, is not affine in the last
 * grid: maps are as good as any, but cells and bias of such a face then don't add up to the score (`exact` is false).
 * @param corrected The network with the correction for masks: that of faces whose embedding says `unmasked`.
 */
export const createExplainer = (runtime: Runtime, recogniser: Network, corrected?: Network): Explainer => {
  const original = createFaceExplainer(runtime, recogniser)
  let masked: FaceExplainer | undefined
  const explainerOf = ({ embedding }: ExplainedFace): FaceExplainer => {
    if (!embedding.unmasked) return original
    if (!corrected) {
      throw new XfmrError(
        'E_PIPELINE_MISMATCH',
        'This face was embedded with a correction for masks that this explainer does not have.',
      )
    }
    masked ??= createFaceExplainer(runtime, corrected)
    return masked
  }
  const { layers, defaults } = original
  return {
    layers,
    defaults,
    explain: async (a, b, options = {}) => {
      const { methods = ['layercam'], channels = 10, target = 'frozen' } = options
      const score = cosine(a.embedding, b.embedding)
      const [forA, forB] = [explainerOf(a), explainerOf(b)]
      const [wantedA, wantedB] = chosenLayers(forA, forB, options.layers)
      const wishes = { methods, channels, target }
      return {
        cosine: score,
        target,
        exact: target === 'frozen' && (await forA.affine()) && (await forB.affine()),
        a: await forA.explain(a, b, { ...wishes, layers: wantedA }),
        b: await forB.explain(b, a, { ...wishes, layers: wantedB }),
      }
    },
    release: async () => {
      await original.release()
      await masked?.release()
    },
  }
}

// --- internal ---

/** The layers of both faces, the same places in the same order: maps of a pair are shown side by side. */
const chosenLayers = (
  a: FaceExplainer,
  b: FaceExplainer,
  names: readonly string[] | undefined,
): [readonly Layer[], readonly Layer[]] => {
  if (names === undefined) {
    // Of two networks, only the resolutions that both have.
    const both = (own: FaceExplainer, other: FaceExplainer): readonly Layer[] =>
      own.defaults.filter(layer => other.defaults.some(match => sizeLabel(match) === sizeLabel(layer)))
    return [both(a, b), both(b, a)]
  }
  const resolve = ({ layers, defaults }: FaceExplainer): Layer[] =>
    resolveLayers(layers, defaults, names, UNMASK_PREFIX)
  const [wantedA, wantedB] = [resolve(a), resolve(b)]
  if (wantedA.map(sizeLabel).join() === wantedB.map(sizeLabel).join()) return [wantedA, wantedB]
  throw new XfmrError(
    'E_UNKNOWN_LAYER',
    `One face went through the correction for masks, and there [${names}] are other layers: choose layers by size.`,
  )
}
