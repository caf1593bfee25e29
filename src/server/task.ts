import type { CalibrationFile } from '../evaluation/calibration-file.ts'
import type { ExplainOptions } from '../explanation/explainer.ts'
import type { FaceChoice } from '../face/choose.ts'
import { explainMatch } from '../gallery/explain.ts'
import type { StoredExample } from '../gallery/gallery.ts'
import { type PhotoTemplate, templateOf } from '../gallery/template.ts'
import * as codec from '../image/node.ts'
import type { Photo } from '../image/photo.ts'
import { encodeLike } from '../masking/node/encode.ts'
import { type FaceSources, maskPhoto } from '../masking/node/mask-file.ts'
import { faceSources } from '../masking/node/sources.ts'
import type { RecipeWishes } from '../masking/recipe.ts'
import type { ModelStore } from '../models/store.ts'
import { defaultCalibration } from '../recognition/default-calibration.ts'
import { comparePhotos } from '../report/compare-photos.ts'
import { toExplainResult } from '../report/explanation.ts'
import type { CompareResult } from '../report/schema.ts'
import { toDetectResult, toEmbedResult } from '../report/steps.ts'
import type { ScoreName, Xfmr } from '../xfmr.ts'
import { toMaskResult } from './mask-result.ts'
import type { PhotoFile } from './photo-file.ts'

/** How a verdict is reached. */
export type Verdict = {
  readonly faceA?: FaceChoice | undefined
  readonly faceB?: FaceChoice | undefined
  readonly score?: ScoreName | undefined
  readonly threshold?: number | undefined
  readonly fmr?: number | undefined
  readonly explain?: boolean | undefined
}

/** What is explained, and how. */
export type ExplainWishes = {
  readonly face?: FaceChoice | undefined
  readonly options: Pick<
    ExplainOptions,
    'methods' | 'layers' | 'channels' | 'target' | 'samples' | 'seed' | 'baseline'
  >
  /** Seconds after which methods with samples stop with what they have. */
  readonly seconds: number
}

/** How masks are put on. */
export type MaskOrder = {
  readonly wishes: RecipeWishes
  readonly seed: string
  readonly face: FaceChoice | 'all'
  readonly aligned: boolean
  readonly quality: number | undefined
}

/** Work on photos: what a worker is sent. */
export type Task =
  | { readonly kind: 'detect'; readonly photo: PhotoFile; readonly threshold: number | undefined }
  | { readonly kind: 'embed'; readonly photo: PhotoFile; readonly face: FaceChoice | undefined }
  | { readonly kind: 'mask'; readonly photo: PhotoFile; readonly order: MaskOrder }
  | ({ readonly kind: 'compare'; readonly a: PhotoFile; readonly b: PhotoFile } & Verdict)
  | ({ readonly kind: 'explain'; readonly a: PhotoFile; readonly b: PhotoFile | undefined } & ExplainWishes)
  | {
      readonly kind: 'match'
      readonly photo: PhotoFile
      readonly face: FaceChoice | undefined
      /** The stored face that it matched, with its picture. */
      readonly example: StoredExample
      readonly threshold: number | undefined
    }
  | {
      readonly kind: 'template'
      readonly photo: PhotoFile
      readonly face: FaceChoice | undefined
      readonly thumbnail: boolean
    }

/** What comes back: JSON in UTF-8, made where the work was done, so that the thread of the server has none with it. */
export type Results = {
  readonly detect: Json
  readonly embed: Json
  readonly mask: MaskedImage
  readonly compare: Json
  readonly explain: Json
  readonly match: CompareResult
  readonly template: PhotoTemplate
}
export type Json = Uint8Array<ArrayBuffer>
export type MaskedImage = {
  readonly json: Json
  readonly image: Uint8Array<ArrayBuffer>
  readonly mediaType: string
}

export type TaskKind = Task['kind']
export type TaskOf<K extends TaskKind> = Task & { readonly kind: K }

/** Does one task. @throws XfmrError as its steps do */
export type RunTask = <K extends TaskKind>(task: TaskOf<K>) => Promise<Results[K]>

export type TaskParts = {
  xfmr: Xfmr
  store: ModelStore
  /** Error rates by pipeline and score. Those that ship with xfmr are known anyway. */
  calibrations: readonly CalibrationFile[]
  /** Photos with more pixels are refused before they are decoded. */
  maxPixels: number
}

export const taskRunner = ({ xfmr, store, calibrations, maxPixels }: TaskParts): RunTask => {
  const sources: FaceSources = {
    find: photo => xfmr.findFaces(photo),
    alignedLandmarks: faceSources(store).alignedLandmarks,
  }
  const read = ({ bytes, name }: PhotoFile): Promise<Photo> => codec.readPhoto(bytes, { maxPixels, name })
  const calibrationOf = (score: ScoreName): CalibrationFile => {
    const id = xfmr.scoreId(score)
    return calibrations.find(({ pipeline }) => pipeline === id) ?? defaultCalibration(id)
  }
  const work: { [K in TaskKind]: (task: TaskOf<K>) => Promise<Results[K]> } = {
    detect: async ({ photo, threshold }) =>
      toJson(
        toDetectResult(
          photo.name,
          await xfmr.findFaces(await read(photo), threshold === undefined ? {} : { threshold }),
        ),
      ),
    embed: async ({ photo, face }) => {
      const decoded = await read(photo)
      return toJson(
        toEmbedResult(photo.name, await xfmr.examine(decoded, await xfmr.findFace(decoded, face))),
      )
    },
    mask: async ({ photo, order }) => {
      const before = await read(photo)
      const masked = await maskPhoto(before, photo, { ...order, patternFile: undefined }, sources)
      const image = new Uint8Array(await encodeLike(photo.bytes, before, masked.photo, order.quality))
      const result = toMaskResult(photo.name, masked, image)
      return { json: toJson(result), image, mediaType: result.mediaType }
    },
    compare: async ({ a, b, faceA, faceB, score = 'cosine', threshold, fmr, explain = false }) => {
      const calibrations = calibrationOf(score)
      const photos = [await read(a), await read(b)] as const
      const wanted = {
        ...(threshold === undefined ? {} : { threshold }),
        ...(fmr === undefined ? {} : { fmr }),
      }
      const options = { faceA, faceB, score, explain, calibrations, ...wanted }
      return toJson((await comparePhotos({ xfmr, store }, photos, options)).result)
    },
    explain: async ({ a, b, face, options, seconds }) => {
      const photoA = await read(a)
      const photoB = b ? await read(b) : photoA
      const comparison = await xfmr.compare(
        photoA,
        photoB,
        face === undefined ? {} : { faceA: face, faceB: face },
      )
      const deadline = performance.now() + seconds * 1000
      const explanation = await xfmr.explain(comparison, { ...options, deadline })
      return toJson(toExplainResult(comparison, [a.name, b?.name ?? a.name], explanation))
    },
    match: async ({ photo, face, example, threshold }) => {
      const decoded = await read(photo)
      const probe = await xfmr.examine(decoded, await xfmr.findFace(decoded, face))
      const own = calibrations.find(({ pipeline }) => pipeline === xfmr.pipeline)
      const { result } = await explainMatch(
        { xfmr, decode: png => codec.readPhoto(png) },
        { face: probe, name: photo.name },
        example,
        { ...(own ? { calibrations: own } : {}), ...(threshold === undefined ? {} : { threshold }) },
      )
      return result
    },
    template: async ({ photo, face, thumbnail }) =>
      templateOf(xfmr, await read(photo), { face, ...(thumbnail ? { thumbnail: codec } : {}) }),
  }
  return task => work[task.kind](task)
}

/** The memory of a task's photos: it moves to the worker instead of being copied. */
export const memoryOf = (task: Task): ArrayBuffer[] =>
  ('photo' in task ? [task.photo] : task.b ? [task.a, task.b] : [task.a]).map(({ bytes }) => bytes.buffer)

// --- internal ---

const toJson = (value: unknown): Json => new TextEncoder().encode(JSON.stringify(value))
