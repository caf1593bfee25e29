import type { Condition } from './evaluation/calibration.ts'
import {
  createExplainer,
  type Explainer,
  type ExplainOptions,
  type PairExplanation,
} from './explanation/explainer.ts'
import { createXCosScorer } from './explanation/xcos/scorer.ts'
import type { XCos } from './explanation/xcos/xcos.ts'
import { alignFace } from './face/align.ts'
import type { FaceChoice } from './face/choose.ts'
import { createDetector } from './face/detect.ts'
import type { AlignedFace, Face } from './face/face.ts'
import { createFaceFinder, createFacePicker, type FaceFinder, type FacePicker } from './face/finder.ts'
import { createLandmarker } from './face/landmarks.ts'
import { underMaskFinder } from './face/under-mask.ts'
import type { Photo } from './image/photo.ts'
import type { RecogniserContract } from './models/contract.ts'
import { type LoadedModel, type ModelUse, modelUses } from './models/uses.ts'
import { readModel } from './onnx/proto.ts'
import type { Runtime } from './onnx/runtime.ts'
import { cosine } from './recognition/compare.ts'
import { counterpartOwner, createMeeting, meetAsTheyAre } from './recognition/counterpart.ts'
import type { Embedding } from './recognition/embedding.ts'
import { createMaskDetector, type MaskFinding } from './recognition/mask-worn.ts'
import { readPart } from './recognition/part.ts'
import { modelTag, pipelineId } from './recognition/pipeline.ts'
import { createRecogniser, type Recogniser } from './recognition/recogniser.ts'
import {
  createRouting,
  type ExamineOptions,
  type RoutedEmbedOptions,
  unmaskMode,
} from './recognition/routing.ts'
import { type UnmaskMode, withCorrection } from './recognition/unmask.ts'

export type XfmrOptions = {
  runtime: Runtime
  detector: LoadedModel
  landmarks: LoadedModel
  recogniser: LoadedModel & { readonly contract: RecogniserContract }
  /** Worn-mask detector of this recogniser. Without it nothing is said about masks. */
  maskWorn?: LoadedModel
  /** Landmark model for faces that the correction embeds: it finds them again under their masks. */
  maskLandmarks?: LoadedModel
  /** Correction for masked faces of this recogniser, see `withCorrection`. */
  correction?: LoadedModel
  /** How a bare face is compared with a corrected one, see `createMeeting`: belongs to this recogniser and this correction. */
  counterpart?: LoadedModel
  /** Trained xCos of this recogniser. Without it the form that needs no training. */
  xcos?: LoadedModel
  /** Which faces go through the correction. Default: `auto` where there is one, else `never`. */
  unmask?: UnmaskMode
  /** Averages every face with its mirror image: twice the cost, a little more accurate. */
  flip?: boolean
}

/** A face that was found, aligned and embedded. */
export type EmbeddedFace = {
  readonly face: Face
  readonly aligned: AlignedFace
  readonly embedding: Embedding
  /** Whether a face mask is worn; `null` without a worn-mask detector. */
  readonly mask: MaskFinding | null
  /** True when the embedding comes from the network with the correction for masks. */
  readonly unmasked: boolean
}

/** The scores that a verdict can rest on. */
export const SCORES = ['cosine', 'xcos'] as const
export type ScoreName = (typeof SCORES)[number]

/** Milliseconds spent on each step. */
export type Timings = { find: number; align: number; embed: number; xcos: number }

/** Two faces and how alike they are. */
export type Comparison = {
  /** Cosine similarity in [-1, 1]; see {@link Xfmr.similarity}. */
  readonly cosine: number
  /** The explainable cosine: how alike the faces are in each cell, and how much it counts. */
  readonly xcos: XCos
  /** The faces, embedded as they were compared. */
  readonly a: EmbeddedFace
  readonly b: EmbeddedFace
  readonly pipeline: string
  /** How many of the two faces wear a mask, as far as is known: decides which error rates apply. */
  readonly condition: Condition
  readonly timings: Timings
}

export type CompareOptions = {
  /** Which face to take from each photo when there are several. */
  faceA?: FaceChoice
  faceB?: FaceChoice
}

/** All steps from photo to explanation, each callable alone. */
export type Xfmr = {
  readonly pipeline: string
  /** Which faces go through the correction for masks. */
  readonly unmask: UnmaskMode
  /** Id of the pipeline that differs from this one only in that. */
  pipelineOf(unmask: UnmaskMode): string
  /** The models that take part, in the order in which they run. */
  readonly models: readonly ModelUse[]
  /** The recogniser as it is, without a correction. */
  readonly recogniser: Recogniser
  /** Finds all faces of a photo, best first. */
  readonly findFaces: FaceFinder
  /** Finds the one face that is meant; several faces without a choice are an error. */
  readonly findFace: FacePicker
  /** Brings one face of a photo onto the template. */
  align(photo: Photo, face: Face): AlignedFace
  /**
   * Aligns and embeds one face of a photo, as {@link Xfmr.unmask} says. One that is corrected for its mask is first found again by
   * the landmark model for masks; the result has the new landmarks.
   */
  examine(photo: Photo, face: Face, options?: ExamineOptions): Promise<EmbeddedFace>
  /** The same face with the landmarks that the model for masks finds; the face itself without such a model. */
  findUnderMask(photo: Photo, face: Face): Promise<Face>
  /**
   * Embeds aligned faces, each with the correction for masks or without. Where the photos are at hand {@link Xfmr.examine}
   * does better: these faces stay aligned as they are.
   */
  embed(faces: readonly AlignedFace[], options?: RoutedEmbedOptions): Promise<Embedding[]>
  /**
   * Finds one face in each photo and compares them. Symmetric: exchanging the photos gives the same score, bit for bit.
   * @throws XfmrError `E_NO_FACE`, `E_SEVERAL_FACES` (choose one with `faceA`, `faceB`), `E_TOO_SMALL`
   */
  compare(a: Photo, b: Photo, options?: CompareOptions): Promise<Comparison>
  /**
   * Compares two faces that were examined, with their grids.
   * @param options.counterparts False compares both embeddings as they are, as a search does. Default true, see {@link Xfmr.similarity}.
   * @throws XfmrError `E_MODEL_SHAPE` without the grids, `E_PIPELINE_MISMATCH` for faces that were embedded in different ways
   */
  compareFaces(a: EmbeddedFace, b: EmbeddedFace, options?: { counterparts?: boolean }): Promise<Comparison>
  /**
   * The score of a pair: the cosine of both embeddings; where only one face was corrected for its mask, with the counterpart of the other
   * one, see `createMeeting`.
   * @throws XfmrError `E_PIPELINE_MISMATCH` for embeddings of different pipelines
   */
  similarity(a: Embedding, b: Embedding): number
  /**
   * The explainable cosine of two embeddings that hold their grids.
   * @throws XfmrError `E_MODEL_SHAPE` without the grids, `E_PIPELINE_MISMATCH` for embeddings of different pipelines
   */
  xcos(a: Embedding, b: Embedding): Promise<XCos>
  /**
   * Id of what makes the score of a pair, for calibrations: the pipeline, and which counterparts or form of xCos are used.
   * @param unmask Another way than {@link Xfmr.unmask}.
   */
  scoreId(score: ScoreName, unmask?: UnmaskMode): string
  /** Explains the score of a comparison on both faces: the cosine of their embeddings as they are there. */
  explain(comparison: Pick<Comparison, 'a' | 'b'>, options?: ExplainOptions): Promise<PairExplanation>
  /** The explainer behind `explain`: lists the layers. */
  readonly explainer: Explainer
  /** Frees the native memory of all models. */
  release(): Promise<void>
}

/**
 * Loads the models and puts the steps together. Node users call `openXfmr` of `xfmr/node` instead.
 * @throws XfmrError `E_PIPELINE_MISMATCH` when the worn-mask detector or the correction was trained on another recogniser,
 * `E_MODEL_SHAPE` when the correction does not fit, `E_MODEL_MISSING` when `unmask` asks for a model that was not given
 */
export const createXfmr = async (options: XfmrOptions): Promise<Xfmr> => {
  const { runtime, flip = false, maskWorn } = options
  const unmask = unmaskMode(options.unmask, options)
  const correction = unmask === 'never' ? undefined : options.correction
  const tag = modelTag(options.recogniser.name, options.recogniser.sha256)
  const pipelineOf = (mode: UnmaskMode): string =>
    pipelineId({
      detector: modelTag(options.detector.name, options.detector.sha256),
      landmarks: modelTag(options.landmarks.name, options.landmarks.sha256),
      recogniser: tag,
      flip,
      ...(mode !== 'never' &&
        correction && {
          unmask: {
            mode,
            sha256: correction.sha256,
            landmarks: options.maskLandmarks?.sha256,
            maskWorn: maskWorn?.sha256,
          },
        }),
    })
  const pipeline = pipelineOf(unmask)
  const { bytes, contract } = options.recogniser
  const graph = readModel(bytes)
  const network = correction && {
    ...withCorrection(graph, contract, readPart(correction, 'unmask', tag)),
    flip,
  }
  // Only where faces are corrected one by one do corrected ones meet others.
  const met = correction && unmask === 'auto' ? options.counterpart : undefined
  const uses = modelUses({ ...options, correction, counterpart: met })
  const counterpart = met && readPart(met, 'counterpart', counterpartOwner(uses))
  const meet = counterpart ? createMeeting(counterpart, contract) : meetAsTheyAre
  const maskGraph = maskWorn && readPart(maskWorn, 'mask-worn', tag)
  const detectorSession = await runtime.load(options.detector.bytes)
  const landmarkSession = await runtime.load(options.landmarks.bytes)
  const parts = { detector: createDetector(detectorSession), landmarker: createLandmarker(landmarkSession) }
  const findFace = createFacePicker(parts)
  const recogniser = await createRecogniser({ runtime, graph, contract, pipeline: pipelineOf('never'), flip })
  const maskSession = maskGraph && (await runtime.load(maskGraph))
  let corrected: Promise<Recogniser> | undefined
  const routing = createRouting({
    original: recogniser,
    // Loaded with the first face that needs it: most photos show none.
    corrected:
      network &&
      (() => {
        corrected ??= createRecogniser({ runtime, ...network, pipeline: pipelineOf('always') })
        return corrected
      }),
    maskDetector: maskSession && createMaskDetector(maskSession),
    mode: unmask,
    pipelineOf,
  })
  const underMask = underMaskFinder(runtime, options.maskLandmarks?.bytes)
  const trainedXCos = options.xcos && readPart(options.xcos, 'xcos', tag)
  const xcosScorer = createXCosScorer(runtime, {
    recogniser,
    corrected: network,
    trained: trainedXCos,
  })
  const xcosTag = options.xcos ? modelTag('xcos', options.xcos.sha256) : 'xcos'
  let explainer: Explainer | undefined
  const explainerOnce = (): Explainer => {
    explainer ??= createExplainer(runtime, recogniser, {
      corrected: network,
      counterpart: counterpart && { ...withCorrection(graph, contract, counterpart), flip },
      xcos: trainedXCos,
    })
    return explainer
  }

  const examine = async (
    photo: Photo,
    found: Face,
    embedOptions: ExamineOptions = {},
    timings: Timings = { find: 0, align: 0, embed: 0, xcos: 0 },
  ): Promise<EmbeddedFace> => {
    const start = performance.now()
    let face = found
    const again = async (): Promise<AlignedFace> => {
      face = await underMask.find(photo, found)
      return alignFace(photo, face)
    }
    const aligned = alignFace(photo, found)
    timings.align += performance.now() - start
    const turned = performance.now()
    const examined = await routing.examine(aligned, again, embedOptions)
    timings.embed += performance.now() - turned
    return { ...examined, face, unmasked: examined.embedding.unmasked ?? false }
  }

  const prepare = async (
    photo: Photo,
    choice: FaceChoice | undefined,
    timings: Timings,
  ): Promise<EmbeddedFace> => {
    const start = performance.now()
    const face = await findFace(photo, choice)
    timings.find += performance.now() - start
    return examine(photo, face, {}, timings)
  }

  const compareFaces = async (
    a: EmbeddedFace,
    b: EmbeddedFace,
    timings: Timings = { find: 0, align: 0, embed: 0, xcos: 0 },
    pair = meet,
  ): Promise<Comparison> => {
    const start = performance.now()
    const xcos = await xcosScorer.score(a.embedding, b.embedding)
    timings.xcos = performance.now() - start
    const condition = conditionOf(a.mask, b.mask)
    const [one, other] = pair(a.embedding, b.embedding)
    return {
      cosine: cosine(one, other),
      xcos,
      a: { ...a, embedding: one },
      b: { ...b, embedding: other },
      pipeline: one.pipeline,
      condition,
      timings,
    }
  }

  return {
    pipeline,
    unmask,
    pipelineOf,
    models: uses,
    recogniser,
    findFaces: createFaceFinder(parts),
    findFace,
    align: alignFace,
    examine: (photo, face, embedOptions) => examine(photo, face, embedOptions),
    findUnderMask: underMask.find,
    embed: routing.embed,
    compare: async (photoA, photoB, { faceA, faceB } = {}) => {
      const timings: Timings = { find: 0, align: 0, embed: 0, xcos: 0 }
      const a = await prepare(photoA, faceA, timings)
      const b = await prepare(photoB, faceB, timings)
      return compareFaces(a, b, timings)
    },
    compareFaces: (a, b, { counterparts = true } = {}) =>
      compareFaces(a, b, undefined, counterparts ? meet : meetAsTheyAre),
    similarity: (a, b) => cosine(...meet(a, b)),
    xcos: xcosScorer.score,
    scoreId: (score, mode = unmask) => {
      if (score === 'xcos') return `${pipelineOf(mode)}/${xcosTag}`
      return met && mode === 'auto' ? `${pipeline}/${modelTag('counterpart', met.sha256)}` : pipelineOf(mode)
    },
    explain: ({ a, b }, explainOptions) => explainerOnce().explain(a, b, explainOptions),
    get explainer() {
      return explainerOnce()
    },
    release: async () => {
      await explainer?.release()
      await xcosScorer.release()
      await Promise.all([
        detectorSession.release(),
        landmarkSession.release(),
        recogniser.release(),
        maskSession?.release(),
        underMask.release(),
        corrected?.then(loaded => loaded.release()),
      ])
    },
  }
}

// --- internal ---

const conditionOf = (a: MaskFinding | null, b: MaskFinding | null): Condition => {
  const masked = Number(a?.worn ?? false) + Number(b?.worn ?? false)
  return (['bare-bare', 'bare-masked', 'masked-masked'] as const)[masked]!
}
