import { XfmrError } from './errors.ts'
import type { Condition } from './evaluation/calibration.ts'
import {
  createExplainer,
  type Explainer,
  type ExplainOptions,
  type PairExplanation,
} from './explanation/explainer.ts'
import { alignFace } from './face/align.ts'
import type { FaceChoice } from './face/choose.ts'
import { createDetector } from './face/detect.ts'
import type { AlignedFace, Face } from './face/face.ts'
import { createFaceFinder, createFacePicker, type FaceFinder, type FacePicker } from './face/finder.ts'
import { createLandmarker } from './face/landmarks.ts'
import type { Photo } from './image/photo.ts'
import type { RecogniserContract } from './models/contract.ts'
import type { Graph } from './onnx/graph.ts'
import { readModel } from './onnx/proto.ts'
import type { Runtime } from './onnx/runtime.ts'
import { cosine } from './recognition/compare.ts'
import type { Embedding } from './recognition/embedding.ts'
import { createMaskDetector, type MaskFinding } from './recognition/mask-worn.ts'
import { modelTag, pipelineId } from './recognition/pipeline.ts'
import { createRecogniser, type EmbedOptions, type Recogniser } from './recognition/recogniser.ts'

/** A model as bytes of its ONNX file, with the facts that name it in pipeline ids. */
export type LoadedModel = { readonly name: string; readonly sha256: string; readonly bytes: Uint8Array }

export type XfmrOptions = {
  runtime: Runtime
  detector: LoadedModel
  landmarks: LoadedModel
  recogniser: LoadedModel & { readonly contract: RecogniserContract }
  /** Worn-mask detector of this recogniser. Without it nothing is said about masks. */
  maskWorn?: LoadedModel
  /** Averages every face with its mirror image: twice the cost, a little more accurate. */
  flip?: boolean
}

/** A model and what it does in a pipeline. */
export type ModelUse = {
  readonly role: 'detector' | 'landmarks' | 'recogniser' | 'mask-worn'
  readonly name: string
  /** Of the ONNX file, lower-case hexadecimal. */
  readonly sha256: string
}

/** A face that was found, aligned and embedded. */
export type EmbeddedFace = {
  readonly face: Face
  readonly aligned: AlignedFace
  readonly embedding: Embedding
  /** Whether a face mask is worn; `null` without a worn-mask detector. */
  readonly mask: MaskFinding | null
}

/** Milliseconds spent on each step. */
export type Timings = { find: number; align: number; embed: number }

/** Two faces and how alike they are. */
export type Comparison = {
  /** Cosine similarity in [-1, 1]. */
  readonly cosine: number
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
  /** The models that take part, in the order in which they run. */
  readonly models: readonly ModelUse[]
  readonly recogniser: Recogniser
  /** Finds all faces of a photo, best first. */
  readonly findFaces: FaceFinder
  /** Finds the one face that is meant; several faces without a choice are an error. */
  readonly findFace: FacePicker
  /** Brings one face of a photo onto the template. */
  align(photo: Photo, face: Face): AlignedFace
  /** Embeds aligned faces. */
  embed(faces: readonly AlignedFace[], options?: EmbedOptions): Promise<Embedding[]>
  /**
   * Finds one face in each photo and compares them. Symmetric: exchanging the photos gives the same score, bit for bit.
   * @throws XfmrError `E_NO_FACE`, `E_SEVERAL_FACES` (choose one with `faceA`, `faceB`), `E_TOO_SMALL`
   */
  compare(a: Photo, b: Photo, options?: CompareOptions): Promise<Comparison>
  /** Explains the score of a comparison on both faces. */
  explain(comparison: Pick<Comparison, 'a' | 'b'>, options?: ExplainOptions): Promise<PairExplanation>
  /** The explainer behind `explain`: lists the layers. */
  readonly explainer: Explainer
  /** Frees the native memory of all models. */
  release(): Promise<void>
}

/** Loads the models and puts the steps together. Node users call `openXfmr` of `xfmr/node` instead. */
export const createXfmr = async (options: XfmrOptions): Promise<Xfmr> => {
  const { runtime, flip = false } = options
  const pipeline = pipelineId({
    detector: modelTag(options.detector.name, options.detector.sha256),
    landmarks: modelTag(options.landmarks.name, options.landmarks.sha256),
    recogniser: modelTag(options.recogniser.name, options.recogniser.sha256),
    flip,
  })
  const detectorSession = await runtime.load(options.detector.bytes)
  const landmarkSession = await runtime.load(options.landmarks.bytes)
  const parts = { detector: createDetector(detectorSession), landmarker: createLandmarker(landmarkSession) }
  const findFace = createFacePicker(parts)
  const { bytes, contract } = options.recogniser
  const recogniser = await createRecogniser({ runtime, graph: readModel(bytes), contract, pipeline, flip })
  const maskSession = options.maskWorn && (await runtime.load(maskGraph(options.maskWorn, pipeline)))
  const maskDetector = maskSession && createMaskDetector(maskSession)
  let explainer: Explainer | undefined
  const explainerOnce = (): Explainer => {
    explainer ??= createExplainer(runtime, recogniser)
    return explainer
  }

  const prepare = async (
    photo: Photo,
    choice: FaceChoice | undefined,
    timings: Timings,
  ): Promise<EmbeddedFace> => {
    const start = performance.now()
    const face = await findFace(photo, choice)
    const found = performance.now()
    const aligned = alignFace(photo, face)
    const turned = performance.now()
    const [embedding] = await recogniser.embed([aligned], { grid: maskDetector !== undefined })
    const mask = maskDetector ? await maskDetector(embedding!.grid!) : null
    timings.find += found - start
    timings.align += turned - found
    timings.embed += performance.now() - turned
    return { face, aligned, embedding: embedding!, mask }
  }

  return {
    pipeline,
    models: modelUses(options),
    recogniser,
    findFaces: createFaceFinder(parts),
    findFace,
    align: alignFace,
    embed: (faces, embedOptions) => recogniser.embed(faces, embedOptions),
    compare: async (photoA, photoB, { faceA, faceB } = {}) => {
      const timings: Timings = { find: 0, align: 0, embed: 0 }
      const a = await prepare(photoA, faceA, timings)
      const b = await prepare(photoB, faceB, timings)
      const condition = conditionOf(a.mask, b.mask)
      return { cosine: cosine(a.embedding, b.embedding), a, b, pipeline, condition, timings }
    },
    explain: ({ a, b }, explainOptions) => explainerOnce().explain(a, b, explainOptions),
    get explainer() {
      return explainerOnce()
    },
    release: async () => {
      await explainer?.release()
      await Promise.all([
        detectorSession.release(),
        landmarkSession.release(),
        recogniser.release(),
        maskSession?.release(),
      ])
    },
  }
}

// --- internal ---

const modelUses = ({ detector, landmarks, recogniser, maskWorn }: XfmrOptions): ModelUse[] =>
  Object.entries({ detector, landmarks, recogniser, 'mask-worn': maskWorn }).flatMap(([role, model]) =>
    model ? [{ role: role as ModelUse['role'], name: model.name, sha256: model.sha256 }] : [],
  )

const conditionOf = (a: MaskFinding | null, b: MaskFinding | null): Condition => {
  const masked = Number(a?.worn ?? false) + Number(b?.worn ?? false)
  return (['bare-bare', 'bare-masked', 'masked-masked'] as const)[masked]!
}

/** @throws XfmrError `E_PIPELINE_MISMATCH` when the worn-mask detector was trained on another recogniser */
const maskGraph = ({ name, bytes }: LoadedModel, pipeline: string): Graph => {
  const graph = readModel(bytes)
  const recogniser = graph.name.split(' for ')[1] ?? 'another recogniser'
  if (pipeline.split('/').includes(recogniser)) return graph
  throw new XfmrError(
    'E_PIPELINE_MISMATCH',
    `The worn-mask detector "${name}" was trained on ${recogniser} and means nothing in the pipeline ${pipeline}.`,
  )
}
