import { XfmrError } from '../errors.ts'
import type { AlignedFace } from '../face/face.ts'
import type { Embedding } from './embedding.ts'
import type { MaskDetector, MaskFinding } from './mask-worn.ts'
import type { EmbedOptions, Recogniser } from './recogniser.ts'
import type { UnmaskMode } from './unmask.ts'

export type RoutedEmbedOptions = EmbedOptions & {
  /** Another way than the one that was opened; the embeddings then carry another pipeline id. */
  unmask?: UnmaskMode
}

/** Embeds faces, each by the network that is meant for it. */
export type Routing = {
  /** In order; what a face gives does not depend on the others. */
  embed(faces: readonly AlignedFace[], options?: RoutedEmbedOptions): Promise<Embedding[]>
  /**
   * The same for one face, with what is known of a mask on it (`null` without a worn-mask detector).
   * @param again Aligns the face anew, as masked ones should be: asked for where it is corrected
   * @returns `aligned` is the face that was embedded
   */
  examine(
    face: AlignedFace,
    again?: () => Promise<AlignedFace>,
    options?: RoutedEmbedOptions,
  ): Promise<Examined>
}

export type Examined = {
  readonly embedding: Embedding
  readonly mask: MaskFinding | null
  readonly aligned: AlignedFace
}

export type RoutingParts = {
  original: Recogniser
  /** Loads the corrected network; called at most once, when a face first needs it. */
  corrected?: (() => Promise<Recogniser>) | undefined
  maskDetector?: MaskDetector | undefined
  mode: UnmaskMode
  /** Id of the pipeline that routes this way. */
  pipelineOf(mode: UnmaskMode): string
}

/**
 * Sends faces to the recogniser's own network or to the corrected one. With `auto` a face whose own grid shows a mask over
 * the mouth is corrected; any other face gets exactly the embedding that it gets with `never`.
 */
export const createRouting = ({
  original,
  corrected,
  maskDetector,
  mode: usual,
  pipelineOf,
}: RoutingParts): Routing => {
  const correct = async (face: AlignedFace, mode: UnmaskMode, options: EmbedOptions): Promise<Embedding> => {
    if (!corrected) throw new XfmrError('E_MODEL_MISSING', NO_CORRECTION)
    const [embedding] = await (await corrected()).embed([face], options)
    return { ...embedding!, pipeline: pipelineOf(mode), unmasked: true }
  }
  const keep = async (face: AlignedFace, mode: UnmaskMode, options: EmbedOptions): Promise<Embedding> => {
    const [embedding] = await original.embed([face], options)
    return { ...embedding!, pipeline: pipelineOf(mode) }
  }
  const embedOne = async (face: AlignedFace, mode: UnmaskMode, options: EmbedOptions): Promise<Embedding> => {
    if (mode === 'never') return keep(face, mode, options)
    if (mode === 'always') return correct(face, mode, options)
    if (!maskDetector) throw new XfmrError('E_MODEL_MISSING', NO_DETECTOR)
    const { grid, ...own } = await keep(face, mode, { ...options, grid: true })
    const mask = await maskDetector(grid!)
    if (mask.worn) return correct(face, mode, options)
    return options.grid ? { ...own, grid: grid! } : own
  }
  return {
    embed: async (faces, { unmask = usual, ...options } = {}) => {
      const embeddings: Embedding[] = []
      for (const face of faces) embeddings.push(await embedOne(face, unmask, options))
      return embeddings
    },
    examine: async (face, again = async () => face, { unmask = usual, ...options } = {}) => {
      if (!maskDetector && unmask === 'auto') throw new XfmrError('E_MODEL_MISSING', NO_DETECTOR)
      const own =
        maskDetector || unmask === 'never' ? await keep(face, unmask, { ...options, grid: true }) : undefined
      const mask = maskDetector ? await maskDetector(own!.grid!) : null
      if (unmask === 'never' || (unmask === 'auto' && !mask!.worn)) {
        return { embedding: own!, mask, aligned: face }
      }
      const aligned = await again()
      return { embedding: await correct(aligned, unmask, { ...options, grid: true }), mask, aligned }
    },
  }
}

/**
 * How faces are routed when nobody says: `auto` where a correction was given, else `never`.
 * @throws XfmrError `E_MODEL_MISSING` when the wanted way needs a model that is not there
 */
export const unmaskMode = (
  wanted: UnmaskMode | undefined,
  { correction, maskWorn }: { correction?: unknown; maskWorn?: unknown },
): UnmaskMode => {
  const mode = wanted ?? (correction ? 'auto' : 'never')
  if (mode !== 'never' && !correction) throw new XfmrError('E_MODEL_MISSING', NO_CORRECTION)
  if (mode === 'auto' && !maskWorn) throw new XfmrError('E_MODEL_MISSING', NO_DETECTOR)
  return mode
}

// --- internal ---

const NO_CORRECTION =
  'There is no correction for masks for this recogniser. Train one with "xfmr train unmask" and give it with ' +
  '--unmask-model, or choose --unmask never.'

const NO_DETECTOR =
  'Without a worn-mask detector of this recogniser nobody can tell which faces to correct: choose --unmask always or never.'
