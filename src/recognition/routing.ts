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

export type ExamineOptions = RoutedEmbedOptions & {
  /** False leaves out the look for a mask where nothing depends on it; the finding is then `null`. Default true. */
  mask?: boolean
}

/** Embeds faces, each by the network that is meant for it. */
export type Routing = {
  /** In order; what a face gives does not depend on the others. */
  embed(faces: readonly AlignedFace[], options?: RoutedEmbedOptions): Promise<Embedding[]>
  /**
   * The same for one face, with what is known of a mask on it (`null` without a worn-mask detector).
   * The grid comes with it unless `grid` is false.
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
  const route = async (
    face: AlignedFace,
    { unmask: mode = usual, mask: look = false, ...options }: ExamineOptions,
    again: () => Promise<AlignedFace>,
  ): Promise<Examined> => {
    if (mode === 'auto' && !maskDetector) throw new XfmrError('E_MODEL_MISSING', NO_DETECTOR)
    // The face's own grid tells of a mask; where everything or nothing is corrected, only who asks needs that.
    const looks = mode === 'auto' || look ? maskDetector : undefined
    const own =
      mode !== 'always' || looks
        ? await keep(face, mode, looks ? { ...options, grid: true } : options)
        : undefined
    const mask = looks ? await looks(own!.grid!) : null
    if (mode === 'never' || (mode === 'auto' && !mask!.worn)) {
      return { embedding: options.grid ? own! : withoutGrid(own!), mask, aligned: face }
    }
    const aligned = await again()
    return { embedding: await correct(aligned, mode, options), mask, aligned }
  }
  return {
    embed: async (faces, options = {}) => {
      const embeddings: Embedding[] = []
      for (const face of faces) embeddings.push((await route(face, options, async () => face)).embedding)
      return embeddings
    },
    examine: (face, again = async () => face, options = {}) =>
      route(face, { grid: true, mask: true, ...options }, again),
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

const withoutGrid = ({ grid: _, ...embedding }: Embedding): Embedding => embedding

const NO_CORRECTION =
  'There is no correction for masks for this recogniser. Train one with "xfmr train unmask" and give it with ' +
  '--unmask-model, or choose --unmask never.'

const NO_DETECTOR =
  'Without a worn-mask detector of this recogniser nobody can tell which faces to correct: choose --unmask always or never.'
