import { XfmrError } from '../errors.ts'
import type { AlignedFace } from '../face/face.ts'
import type { FloatMap } from '../image/map.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { dotProduct } from '../recognition/compare.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Network } from '../recognition/recogniser.ts'
import { type ChannelShare, topChannels } from './channels.ts'
import { type Head, readHead } from './head.ts'
import { defaultLayers, type Layer, spatialLayers } from './layers.ts'
import { cosineObjective, linearObjective, type Objective, xcosObjective } from './objective.ts'
import { createPasses, type Passes } from './passes.ts'
import { createSubject, type Subject, type ValueMemo } from './subject.ts'
import { sumMaps } from './sum-maps.ts'
import { type Target, targetDirection, targetName } from './target.ts'
import { createXCosScorer, type XCosScorer } from './xcos/scorer.ts'

/** One face of a pair: aligned, and embedded by the same recogniser. */
export type ExplainedFace = { readonly aligned: AlignedFace; readonly embedding: Embedding }

/** What each cell and channel of the last grid added to the target. */
export type FaceParts = {
  /** Signed. With a linear target and an affine head the cells and `bias` add up to the target. */
  readonly contributions: FloatMap
  /** The part of the target that no cell accounts for: the network's constant terms. */
  readonly bias: number
  readonly channels: readonly ChannelShare[]
}

/** One explanation of one face: its subjects share what they compute. */
export type FaceSession = {
  /** What a method works with; `chosen` are the layers that it is to look at. */
  subject(target: Target, chosen: readonly Layer[]): Subject
  /** Contributions of the last grid's cells and of its strongest channels. */
  parts(target: Target, channels: number): Promise<FaceParts>
}

/** Explains faces that went through one network. */
export type FaceExplainer = {
  /** Every layer that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** One layer of every resolution. */
  readonly defaults: readonly Layer[]
  /** The last feature grid. */
  readonly grid: Layer
  readonly passes: Passes
  /** True when the embedding is affine in the last grid, so that parts can add up to the score. */
  affine(): Promise<boolean>
  begin(self: ExplainedFace, other: ExplainedFace): FaceSession
  release(): Promise<void>
}

/**
 * Prepares explanations for one network. Sessions are made when they are first needed, and kept.
 * @param xcos The trained xCos of this recogniser, for the target of that name.
 * @param shared Scores pairs that may have been embedded by another network too. By default one of this network alone.
 */
export const createFaceExplainer = (
  runtime: Runtime,
  network: Network,
  xcos?: Graph | undefined,
  shared?: XCosScorer,
): FaceExplainer => {
  const { contract, graph } = network
  const layers = spatialLayers(graph, contract.output)
  const grid = layers.find(({ name }) => name === contract.grid)!
  const defaults = defaultLayers(layers, contract.grid)
  const passes = createPasses(runtime, network)
  // The grids that xCos compares are those of the faces as they are, not of their mirror images.
  const withoutFlip = network.flip ? createPasses(runtime, { ...network, flip: false }) : passes
  const scorer = shared ?? createXCosScorer(runtime, { recogniser: network, trained: xcos })
  let head: Promise<Head> | undefined
  const headOnce = (): Promise<Head> => {
    head ??= readHead(runtime, graph, contract)
    return head
  }

  const objectiveOf = (target: Target, self: ExplainedFace, other: ExplainedFace): Objective => {
    if (target === 'cosine') return cosineObjective(other.embedding)
    if (target === 'xcos') {
      if (xcos) return xcosObjective(xcos, contract.grid, other.embedding)
      throw new XfmrError(
        'E_MODEL_MISSING',
        'The target xcos needs a trained xCos of this recogniser: "xfmr train xcos" makes one.',
      )
    }
    return linearObjective(targetDirection(target, self.embedding, other.embedding), contract.dimensions)
  }

  return {
    layers,
    defaults,
    grid,
    passes,
    affine: async () => (await headOnce()).affine,
    begin: (self, other) => {
      const memos = new Map<string, ValueMemo>()
      const subject = (target: Target, chosen: readonly Layer[]): Subject => {
        const name = targetName(target)
        const memo = memos.get(name) ?? new Map()
        memos.set(name, memo)
        return createSubject({
          face: self,
          network,
          target,
          layers,
          defaults,
          grid,
          chosen,
          passes: target === 'xcos' ? withoutFlip : passes,
          objective: objectiveOf(target, self, other),
          memo,
          xcos: scorer,
        })
      }
      return {
        subject,
        parts: async (target, channels) => {
          const { constant } = await headOnce()
          const own = subject(target, [grid])
          const [views] = await own.states([grid])
          const [maps] = await own.maps({ method: 'hirescam', layers: [grid] })
          const direction = targetDirection(target, self.embedding, other.embedding)
          return {
            contributions: sumMaps(maps!),
            bias: views!.length * dotProduct(constant, direction),
            channels: topChannels(views!, channels),
          }
        },
      }
    },
    release: async () => {
      if (!shared) await scorer.release()
      await passes.release()
      if (withoutFlip !== passes) await withoutFlip.release()
    },
  }
}
