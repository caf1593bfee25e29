/** A model file as Studio's page loads it. */
export type StudioModel = {
  /** Address, relative to the page; it changes with the content, so that caches never hold an old one. */
  readonly url: string
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

/** Models by their names in `openXfmr` of `xfmr/web`. The last six are optional there and here. */
export const STUDIO_MODELS = [
  'detector',
  'landmarks',
  'recogniser',
  'maskWorn',
  'maskLandmarks',
  'unmask',
  'counterpart',
  'xcos',
] as const
export type StudioModelName = (typeof STUDIO_MODELS)[number]

/** Two sample photos to start with. */
export type SamplePair = { readonly name: string; readonly a: string; readonly b: string }

/** `studio.json`: what a server of Studio has to offer. Everything lies beside the page, on the same host. */
export type StudioConfig = {
  /** Version of xfmr. */
  readonly version: string
  readonly models: Readonly<Partial<Record<StudioModelName, StudioModel>>>
  /** Folder of ONNX Runtime's files, with a slash at its end. */
  readonly runtime: string
  readonly samples: readonly SamplePair[]
  /** Address of the measured faithfulness of the explanation methods, where it is there. */
  readonly faithfulness: string | null
  /** Address of the error rates of searches with the default models: the page needs them to explain a match of a gallery. */
  readonly searchCalibration: string
  /** Address of the REST interface, where the server has one. */
  readonly api: string | null
}
