import type { MethodFamily } from '../../../src/explanation/method.ts'
import type { ExampleDetails } from '../../../src/gallery/schema.ts'
import type { FloatMap } from '../../../src/image/map.ts'
import type { Box } from '../../../src/image/photo.ts'
import type { PatternName } from '../../../src/masking/patterns.ts'
import type { Coverage, MaskType } from '../../../src/masking/recipe.ts'
import type { MaskState } from '../../../src/recognition/mask-worn.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import type { StudioConfig, StudioModelName } from '../../../src/studio/config.ts'
import type { SeenPhoto } from './seen.ts'

/** A face of a photo, as the page shows it. Left, top, width, height in pixels of the photo. */
export type FoundFace = { readonly box: Box; readonly score: number }

/** A photo that the worker holds. */
export type PhotoFacts = {
  readonly id: number
  readonly name: string
  readonly width: number
  readonly height: number
  /** Upright, its longer side at 1024 pixels or less. */
  readonly preview: ImageBitmap
  /** Best first. */
  readonly faces: readonly FoundFace[]
}

/** One face of one photo. */
export type FaceRef = { readonly photo: number; readonly face: number }

/** A comparison that the worker holds, to be explained and reported. */
export type Pair = {
  readonly id: number
  readonly result: CompareResult
  /** The aligned faces, 112 x 112. */
  readonly aligned: readonly [ImageBitmap, ImageBitmap]
  /** Scores of the calibration pairs behind the score: shares in steps of equal width from `low` to 1. */
  readonly hills: Hills
  /** Milliseconds that networks ran since the moment given with the call. */
  readonly networks: number
}

export type Hills = {
  readonly low: number
  readonly genuine: readonly number[]
  readonly impostor: readonly number[]
}

/** How a mask is drawn. */
export type MaskWish = {
  readonly type: MaskType
  readonly coverage: Coverage
  /** `#rrggbb` */
  readonly colour: string
  readonly pattern: PatternName | null
  /** Up or down the face, head units; 0 is usual. */
  readonly shift: number
  /** 1 is usual. */
  readonly size: number
}

/** A photo with a mask drawn on, and which of its faces wears it; `null` where that face is not found any more. */
export type MaskedFacts = PhotoFacts & { readonly face: number | null }

/** A way to explain a score. */
export type MethodFacts = {
  readonly name: string
  readonly label: string
  /** One sentence. */
  readonly about: string
  readonly family: MethodFamily
  /** Passes through the network for one face, about. */
  readonly passes: number
}

/** The maps of one method on both faces: one for each layer, and the joined one last, which has no label. */
export type MethodMaps = {
  readonly method: string
  readonly maps: readonly {
    readonly label: string
    readonly signed: boolean
    readonly a: FloatMap
    readonly b: FloatMap
  }[]
}

/** What one picture of the camera shows. */
export type LiveFinding = {
  readonly width: number
  readonly height: number
  readonly faces: number
  readonly face: FoundFace | null
  readonly aligned: ImageBitmap | null
  readonly mask: { readonly state: MaskState; readonly probability: number } | null
  /** Cosine with the reference; `null` without one. */
  readonly score: number | null
  /** From here up: the same person. */
  readonly threshold: number | null
  readonly unmasked: boolean
  /** Milliseconds in the worker. */
  readonly time: number
}

export type EngineFacts = {
  readonly runtime: 'wasm' | 'webgpu'
  /** Of both workers together. */
  readonly threads: number
  readonly methods: readonly MethodFacts[]
  readonly pipeline: string
}

export type ModelBytes = Readonly<Partial<Record<StudioModelName, Uint8Array>>>

export type OpenRequest = {
  readonly config: StudioConfig
  /** Address of the page's folder. */
  readonly base: string
  readonly threads: number
  /** Threads of a second worker, which looks at a photo while the first looks at another; 0: there is none. */
  readonly second: number
  readonly webgpu: boolean
  /** Models that were loaded before: given to the second worker. */
  readonly models?: ModelBytes
}

export type CompareRequest = {
  readonly a: FaceRef
  readonly b: FaceRef
  /** `never` leaves out the correction for masks. */
  readonly unmask: 'auto' | 'never'
  /** When the photos were given, milliseconds since 1970. */
  readonly since: number
  /** Score from which the verdict is the same person. Default: the calibrated one. */
  readonly threshold?: number | undefined
}

/** Every call to the worker: what it takes and what it gives. */
export type Calls = {
  open: { takes: OpenRequest; gives: EngineFacts }
  read: { takes: { file: Blob; name: string }; gives: PhotoFacts }
  /** Asked of the second worker, which keeps nothing of it. */
  see: { takes: { file: Blob; name: string }; gives: SeenPhoto }
  /** A face that a gallery has stored, with its picture: embedded as the gallery did. */
  readStored: { takes: { face: ExampleDetails; picture: Blob }; gives: PhotoFacts }
  forget: { takes: { photos?: readonly number[]; pairs?: readonly number[] }; gives: null }
  compare: { takes: CompareRequest; gives: Pair }
  /** The result with contributions, neurons and LayerCAM. */
  explain: { takes: { pair: number }; gives: CompareResult }
  maps: { takes: { pair: number; method: string }; gives: MethodMaps }
  report: { takes: { pair: number }; gives: Blob }
  /** Puts a mask on a face: a new photo. */
  mask: { takes: FaceRef & { wish: MaskWish }; gives: MaskedFacts }
  /** Looks at one picture of the camera, which is closed afterwards. */
  look: { takes: { picture: ImageBitmap; reference: FaceRef | null }; gives: LiveFinding }
}
export type CallName = keyof Calls

export type Request = { readonly id: number; readonly name: CallName; readonly takes: unknown }

export type Failure = { readonly code: string; readonly message: string }

/** Bytes of models, fetched or from the cache. */
export type Progress = { readonly loaded: number; readonly total: number }

export type Reply =
  | { readonly id: number; readonly gives: unknown }
  | { readonly id: number; readonly failure: Failure }
  | { readonly progress: Progress }
