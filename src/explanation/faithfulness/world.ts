import type { AlignedFace } from '../../face/face.ts'
import type { FloatMap } from '../../image/map.ts'
import { toPlanar } from '../../image/planar.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import type { Recogniser } from '../../recognition/recogniser.ts'
import { createFaceExplainer, type ExplainedFace, type FaceExplainer } from '../face-explainer.ts'
import { resolveLayers } from '../layers.ts'
import type { Explain, Method } from '../method.ts'
import type { MethodOptions } from '../method-options.ts'
import type { Cost } from '../subject.ts'
import { createXCosScorer } from '../xcos/scorer.ts'
import type { Score } from './metrics.ts'

/** What a map is measured on: the face that it explains, and the face that this one is compared with. */
export type MeasuredPair = { readonly self: ExplainedFace; readonly other: ExplainedFace }

/** A map, the passes through the network that it took, and the processor time of this process in milliseconds. */
export type MeasuredMap = { readonly map: FloatMap; readonly cost: Cost; readonly cpu: number }

/** One recogniser, with and without its correction for masks, and what can be asked of it. */
export type World = {
  /** Embeds a changed face by the network that embedded the one that it was made from. */
  embed(face: AlignedFace, like: ExplainedFace): Promise<ExplainedFace>
  /** Scores of changed versions of the pair's first face. */
  score(pair: MeasuredPair): Score
  map(method: Method, pair: MeasuredPair, options?: MethodOptions): Promise<MeasuredMap>
  release(): Promise<void>
}

/** Faces in one run of the network. */
const BATCH = 9

export const createWorld = (
  runtime: Runtime,
  recogniser: Recogniser,
  corrected: Recogniser | undefined,
  xcos: Graph | undefined,
): World => {
  const scorer = createXCosScorer(runtime, { recogniser, corrected, trained: xcos })
  const own = createFaceExplainer(runtime, recogniser, xcos, scorer)
  const other = corrected && createFaceExplainer(runtime, corrected, xcos, scorer)
  const networkOf = ({ embedding }: ExplainedFace): [Recogniser, FaceExplainer] =>
    embedding.unmasked ? [corrected!, other!] : [recogniser, own]
  const codes = new Map<Method, Promise<Explain>>()
  return {
    embed: async (aligned, like) => {
      const [embedding] = await networkOf(like)[0].embed([aligned], { grid: true })
      const { pipeline, unmasked } = like.embedding
      return { aligned, embedding: { ...embedding!, pipeline, ...(unmasked && { unmasked }) } }
    },
    score: pair => {
      const [{ contract }, explainer] = networkOf(pair.self)
      const subject = explainer.begin(pair.self, pair.other).subject('cosine', [])
      const size = 3 * contract.size ** 2
      return async faces => {
        const scores: number[] = []
        for (let start = 0; start < faces.length; start += BATCH) {
          const part = faces.slice(start, start + BATCH)
          const out = new Float32Array(part.length * size)
          for (const [k, face] of part.entries()) toPlanar(face, { ...contract, out, offset: k * size })
          scores.push(...(await subject.scores(out)))
        }
        return scores
      }
    },
    map: async (method, { self, other: partner }, options = {}) => {
      const code = codes.get(method) ?? method.load()
      codes.set(method, code)
      const explain = await code
      const start = process.cpuUsage()
      const target = options.target ?? method.target ?? (method.gradients ? 'frozen' : 'cosine')
      const subjectOf = (one: ExplainedFace, another: ExplainedFace) => {
        const [, explainer] = networkOf(one)
        const { layers, defaults, grid } = explainer
        const wanted = options.layers ?? (method.layers === 'every-size' ? undefined : [grid.name])
        return explainer
          .begin(one, another)
          .subject(target, wanted ? resolveLayers(layers, defaults, wanted, 'unmask/') : defaults)
      }
      const subject = subjectOf(self, partner)
      const { map } = await explain(subject, subjectOf(partner, self), options)
      const { user, system } = process.cpuUsage(start)
      return { map, cost: subject.cost(), cpu: (user + system) / 1000 }
    },
    release: async () => {
      await own.release()
      await other?.release()
      await scorer.release()
    },
  }
}
