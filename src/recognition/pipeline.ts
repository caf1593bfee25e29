/** What a pipeline consists of; each model by name and the start of its sha256. */
export type PipelineParts = {
  detector: string
  landmarks: string
  recogniser: string
  /** Whether the mirrored face is averaged in. */
  flip?: boolean
  /**
   * The correction for masked faces: which faces it is used for, the sha256 of its file, that of the landmark model that finds
   * them again, and with `auto` that of the worn-mask detector that chooses them.
   */
  unmask?: {
    mode: 'auto' | 'always'
    sha256: string
    landmarks?: string | undefined
    maskWorn?: string | undefined
  }
}

/** Changes whenever detection, landmarks or alignment are done differently with the same models. */
const ALIGNMENT = 'arc112-1'

/**
 * The id that embeddings carry. Two embeddings are comparable exactly when their ids are equal.
 * @example `detector:6c0256cc/landmarks:f10b0ba1/arc112-1/mobilefacenet:87aacdfe`
 */
export const pipelineId = ({
  detector,
  landmarks,
  recogniser,
  flip = false,
  unmask,
}: PipelineParts): string => {
  const helpers = [unmask?.landmarks, unmask?.mode === 'auto' ? unmask.maskWorn : undefined]
  const corrected =
    unmask &&
    modelTag(`unmask-${unmask.mode}`, unmask.sha256) +
      helpers.map(sha256 => (sha256 ? `+${sha256.slice(0, 8)}` : '')).join('')
  return [detector, landmarks, ALIGNMENT, recogniser, flip && 'flip', corrected].filter(Boolean).join('/')
}

/** One part of a pipeline id: a model's name and the first eight digits of its sha256. */
export const modelTag = (name: string, sha256: string): string => `${name}:${sha256.slice(0, 8)}`
