import { XfmrError } from './errors.ts'
import { entryOf } from './models/catalogue.ts'
import type { RecogniserContract } from './models/contract.ts'
import type { LoadedModel } from './models/uses.ts'
import type { Runtime } from './onnx/runtime.ts'
import { type WebRuntimeOptions, webRuntime } from './onnx/web.ts'
import type { UnmaskMode } from './recognition/unmask.ts'
import { createXfmr, type Xfmr } from './xfmr.ts'

export { encodeJpeg, encodePng, readPhoto } from './image/web.ts'
export * from './index.ts'
export { type WebRuntimeOptions, webRuntime } from './onnx/web.ts'

/** A model file: where it is served, or its bytes. */
export type ModelSource = string | URL | Uint8Array

export type OpenOptions = WebRuntimeOptions & {
  /** The three default models, from your own server: nothing is fetched from anywhere else. */
  models: {
    detector: ModelSource
    landmarks: ModelSource
    recogniser: ModelSource
    /** `models/mask-worn.onnx` of the package. Without it nothing is said about masks. */
    maskWorn?: ModelSource
    /** Landmark model for faces that are corrected for their masks, `models/landmarks.onnx` of the package. */
    maskLandmarks?: ModelSource
    /** Correction for masked faces, `models/unmask.onnx` of the package or one of your own. */
    unmask?: ModelSource
    /** How bare faces are compared with corrected ones, `models/counterpart.onnx` of the package: belongs to its correction. */
    counterpart?: ModelSource
    /** Trained xCos, `models/xcos.onnx` of the package. Without it the form that needs no training. */
    xcos?: ModelSource
  }
  /** Another recogniser than the default one, with its contract as `xfmr models add` stored it. */
  custom?: { name: string; contract: RecogniserContract }
  /** Runs the models. Default: `webRuntime` with the other options. */
  runtime?: Runtime
  /** Averages every face with its mirror image: twice the cost, a little more accurate. */
  flip?: boolean
  /** Which faces go through the correction for masks. Default: `auto` where there is one, else `never`. */
  unmask?: UnmaskMode
}

/**
 * Opens xfmr in a browser. Photos and results never leave the page. The default models are checked against the
 * catalogue's sha256, so that a page computes exactly what Node computes.
 * @throws XfmrError `E_MODEL_FETCH` when a model can't be loaded, `E_MODEL_INTEGRITY` when it is not the pinned one; and as
 * `createXfmr` does
 */
export const openXfmr = async ({
  models,
  custom,
  flip = false,
  unmask,
  runtime,
  ...runtimeOptions
}: OpenOptions): Promise<Xfmr> => {
  const [detector, landmarks, recogniser, maskWorn, maskLandmarks, correction, counterpart, xcos] =
    await Promise.all([
      load('detector', models.detector),
      load('landmarks', models.landmarks),
      load(custom?.name ?? DEFAULT, models.recogniser, custom === undefined),
      models.maskWorn && load('mask-worn', models.maskWorn, false),
      models.maskLandmarks && load('mask-landmarks', models.maskLandmarks, false),
      models.unmask && unmask !== 'never' ? load('unmask', models.unmask, false) : undefined,
      models.counterpart && unmask !== 'never' ? load('counterpart', models.counterpart, false) : undefined,
      models.xcos && load('xcos', models.xcos, false),
    ])
  const contract = custom?.contract ?? defaultContract()
  return createXfmr({
    runtime: runtime ?? webRuntime(runtimeOptions),
    detector,
    landmarks,
    recogniser: { ...recogniser, contract },
    ...(maskWorn && { maskWorn }),
    ...(maskLandmarks && { maskLandmarks }),
    ...(correction && { correction }),
    ...(counterpart && { counterpart }),
    ...(xcos && { xcos }),
    ...(unmask && { unmask }),
    flip,
  })
}

// --- internal ---

const DEFAULT = 'mobilefacenet'

const defaultContract = (): RecogniserContract => {
  const entry = entryOf(DEFAULT)
  if (entry.kind !== 'recogniser') throw new XfmrError('E_INTERNAL', `${DEFAULT} is no recogniser.`)
  return entry.contract
}

const load = async (name: string, source: ModelSource, pinned = true): Promise<LoadedModel> => {
  const bytes = source instanceof Uint8Array ? source : await fetchBytes(name, source)
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
  const sha256 = Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('')
  if (pinned && sha256 !== entryOf(name).files[0]!.sha256) {
    throw new XfmrError(
      'E_MODEL_INTEGRITY',
      `The model "${name}" is not the one in the catalogue (sha256 ${sha256}). Serve the file that "xfmr models pull" fetched.`,
    )
  }
  return { name, sha256, bytes }
}

const fetchBytes = async (name: string, url: string | URL): Promise<Uint8Array> => {
  const failed = (reason: string, cause?: unknown) =>
    new XfmrError('E_MODEL_FETCH', `The model "${name}" can't be loaded from ${url}: ${reason}.`, { cause })
  const response = await fetch(url).catch(cause => {
    throw failed((cause as Error).message, cause)
  })
  if (!response.ok) throw failed(`the server answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}
