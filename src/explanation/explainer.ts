import { XfmrError } from '../errors.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { cosine } from '../recognition/compare.ts'
import type { Network } from '../recognition/recogniser.ts'
import { UNMASK_PREFIX } from '../recognition/unmask.ts'
import { allFinite } from './all-finite.ts'
import type { WeighedLayers } from './cam/weighed-maps.ts'
import { isWeighed } from './cam/weighing.ts'
import {
  createFaceExplainer,
  type ExplainedFace,
  type FaceExplainer,
  type FaceParts,
  type FaceSession,
} from './face-explainer.ts'
import { type Filter, type FilterShare, filterShare, type ResolvedFilter, resolveFilter } from './filters.ts'
import { type Layer, resolveLayers, sizeLabel } from './layers.ts'
import type { FaceMaps, LayerMap, Method } from './method.ts'
import type { MethodOptions } from './method-options.ts'
import { type MethodId, methodOf } from './methods.ts'
import type { Cost } from './subject.ts'
import { isLinear, type Target } from './target.ts'
import { createXCosScorer } from './xcos/scorer.ts'

export type { ExplainedFace } from './face-explainer.ts'
export type { LayerMap } from './method.ts'

export type ExplainOptions = MethodOptions & {
  /** Default `['layercam']`. */
  methods?: readonly MethodId[]
  /** How many of the strongest channels of the last grid to report. Default 10. */
  channels?: number
  /** Channels of any layer whose activity and contributions are wanted. Default: none. */
  filters?: readonly Filter[]
  /** Milliseconds for all methods together. Those that draw samples stop in time; others take what they take. */
  budget?: number
}

/** What one method found on one face, and what that took. */
export type MethodMaps = FaceMaps & {
  readonly method: MethodId
  readonly layers: readonly LayerMap[]
  readonly target: Target
  readonly cost: Cost
  readonly milliseconds: number
}

export type FaceExplanation = FaceParts & {
  readonly maps: readonly MethodMaps[]
  /** Of the channels that were asked for, in that order. */
  readonly filters: readonly FilterShare[]
}

export type PairExplanation = {
  readonly cosine: number
  /** The target of contributions and channels. */
  readonly target: Target
  /** True when contributions and bias are an exact decomposition (affine head of both faces and a linear target). */
  readonly exact: boolean
  readonly a: FaceExplanation
  readonly b: FaceExplanation
}

export type Explainer = {
  /** Every layer of the recogniser that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** One layer of every resolution. */
  readonly defaults: readonly Layer[]
  /**
   * Explains the score of a pair on both faces, each by the network that embedded it.
   * @throws XfmrError `E_UNKNOWN_LAYER` for a layer that the network of one of the faces does not have, `E_NOT_FINITE` when
   * a map overflows, `E_UNSUPPORTED_OP` when the network has an operator that a method can't differentiate,
   * `E_MODEL_MISSING` for the target `xcos` without a trained one
   */
  explain(a: ExplainedFace, b: ExplainedFace, options?: ExplainOptions): Promise<PairExplanation>
  release(): Promise<void>
}

export type ExplainerParts = {
  /** The network with the correction for masks: that of faces whose embedding says `unmasked`. */
  readonly corrected?: Network | undefined
  /** The network of faces that are compared by their counterpart. */
  readonly counterpart?: Network | undefined
  /** The trained xCos of the recogniser, for the target of that name. */
  readonly xcos?: Graph | undefined
}

/**
 * Prepares explanations for one recogniser. A correction behind the embedding, such as the EUM, is not affine in the last
 * grid: maps are as good as any, but cells and bias of such a face then don't add up to the score (`exact` is false).
 */
export const createExplainer = (
  runtime: Runtime,
  recogniser: Network,
  { corrected, counterpart, xcos }: ExplainerParts = {},
): Explainer => {
  const scorer = createXCosScorer(runtime, { recogniser, corrected, trained: xcos })
  const original = createFaceExplainer(runtime, recogniser, xcos, scorer)
  const others = new Map<Network, FaceExplainer>()
  const explainerOf = ({ embedding }: ExplainedFace): FaceExplainer => {
    if (!embedding.unmasked && !embedding.counterpart) return original
    const network = embedding.unmasked ? corrected : counterpart
    if (!network) {
      throw new XfmrError(
        'E_PIPELINE_MISMATCH',
        'This face was embedded with a correction for masks that this explainer does not have.',
      )
    }
    const explainer = others.get(network) ?? createFaceExplainer(runtime, network, xcos, scorer)
    others.set(network, explainer)
    return explainer
  }
  const { layers, defaults } = original
  return {
    layers,
    defaults,
    explain: async (a, b, options = {}) => {
      const { methods = ['layercam'], channels = 10, target: wanted } = options
      const score = cosine(a.embedding, b.embedding)
      const [forA, forB] = [explainerOf(a), explainerOf(b)]
      const plans = methods.map((id): Plan => {
        const method = methodOf(id)
        const target = wanted ?? method.target ?? (method.gradients ? 'frozen' : 'cosine')
        return { id, method, target, layers: layersOf(method, forA, forB, options.layers) }
      })
      // xCos has its own parts; those here are of the cosine.
      const target = wanted === undefined || wanted === 'xcos' ? 'frozen' : wanted
      const sessions = [forA.begin(a, b), forB.begin(b, a)] as const
      const explainers = [forA, forB] as const
      const filters = explainers.map(one =>
        (options.filters ?? []).map(filter => resolveFilter(filter, one)),
      ) as [ResolvedFilter[], ResolvedFilter[]]
      const facts = async (side: 0 | 1) => ({
        ...(await partsOf(sessions[side], explainers[side], {
          weighed: weighedOn(side, plans, target),
          filters: filters[side],
          target,
          channels,
        })),
        maps: [] as MethodMaps[],
      })
      const explained = [await facts(0), await facts(1)] as const
      const runs = plans.length * 2
      const end = performance.now() + (options.budget ?? Number.POSITIVE_INFINITY)
      for (const [i, plan] of plans.entries()) {
        for (const side of [0, 1] as const) {
          const onProgress = (share: number) => options.onProgress?.((2 * i + side + share) / runs)
          const deadline = Math.min(
            options.deadline ?? Number.POSITIVE_INFINITY,
            shareOf(end, plans, i, side),
          )
          const own = { ...options, onProgress, deadline }
          explained[side].maps.push(await runMethod(plan, sessions, side, own))
          onProgress(1)
        }
      }
      return {
        cosine: score,
        target,
        exact: isLinear(target) && (await forA.affine()) && (await forB.affine()),
        a: explained[0],
        b: explained[1],
      }
    },
    release: async () => {
      await original.release()
      for (const explainer of others.values()) await explainer.release()
      await scorer.release()
    },
  }
}

// --- internal ---

type Plan = {
  readonly id: MethodId
  readonly method: Method
  readonly target: Target
  /** Of either face. */
  readonly layers: readonly [readonly Layer[], readonly Layer[]]
}

/** When a run has to end so that those after it get a share of the rest in proportion to the passes that they need. */
const shareOf = (end: number, plans: readonly Plan[], index: number, side: 0 | 1): number => {
  const now = performance.now()
  const own = plans[index]!.method.passes
  const later = plans.slice(index + 1).reduce((sum, { method }) => sum + 2 * method.passes, 0)
  return now + ((end - now) * own) / (own * (2 - side) + later)
}

type Wanted = {
  readonly weighed: readonly WeighedLayers[]
  readonly filters: readonly ResolvedFilter[]
  readonly target: Target
  readonly channels: number
}

/** Maps that only weigh activations, of one face: what gives all of them is run once. */
const weighedOn = (side: 0 | 1, plans: readonly Plan[], target: Target): WeighedLayers[] =>
  plans.flatMap(({ id, target: own, layers }): WeighedLayers[] =>
    own === target && isWeighed(id) ? [{ method: id, layers: layers[side] }] : [],
  )

/** Runs the network once for the last grid, the chosen filters and the maps that only weigh activations. */
const partsOf = async (
  session: FaceSession,
  { grid }: FaceExplainer,
  { weighed, filters, target, channels }: Wanted,
): Promise<FaceParts & { filters: FilterShare[] }> => {
  const self = session.subject(target, [])
  await self.prepare(
    [grid, ...filters.map(({ layer }) => layer)],
    [{ method: 'hirescam', layers: [grid] }, ...weighed],
  )
  const shares: FilterShare[] = []
  for (const filter of filters) shares.push(await filterShare(self, filter))
  return { ...(await session.parts(target, channels)), filters: shares }
}

const runMethod = async (
  { id, method, target, layers }: Plan,
  sessions: readonly [FaceSession, FaceSession],
  side: 0 | 1,
  options: MethodOptions,
): Promise<MethodMaps> => {
  const start = performance.now()
  const explain = await method.load()
  const other = side === 0 ? 1 : 0
  const self = sessions[side].subject(target, layers[side])
  const partner = sessions[other].subject(target, layers[other])
  const found = await explain(self, partner, options)
  if (!allFinite(found.map.data)) throw notFinite(method)
  const [own, theirs] = [self.cost(), partner.cost()]
  return {
    method: id,
    target,
    layers: [],
    ...found,
    cost: {
      forward: own.forward + theirs.forward,
      backward: own.backward + theirs.backward,
      partial: own.partial + theirs.partial,
    },
    milliseconds: performance.now() - start,
  }
}

const notFinite = ({ label }: Method): XfmrError =>
  new XfmrError(
    'E_NOT_FINITE',
    `The ${label} map has values that are not finite: the network's scores or gradients overflow on this photo.`,
  )

/** The layers of both faces, the same places in the same order: maps of a pair are shown side by side. */
const layersOf = (
  method: Method,
  a: FaceExplainer,
  b: FaceExplainer,
  names: readonly string[] | undefined,
): [readonly Layer[], readonly Layer[]] => {
  if (!method.layers) return [[], []]
  if (names === undefined) {
    if (method.layers === 'grid') return [[a.grid], [b.grid]]
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
