import { XfmrError } from '../errors.ts'

/** The last feature map of a recogniser for one face: `channels` planes of `height` x `width` cells, row by row. */
export type FeatureGrid = {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly data: Float32Array
}

/** What a recogniser knows about one face. */
export type Embedding = {
  /** Unit vector. */
  readonly vector: Float32Array
  /** Length of the network's output before it was made a unit vector; low values hint at a poor photo. */
  readonly norm: number
  /** Id of everything that led here (detector, alignment, model). Only equal ids can be compared. */
  readonly pipeline: string
  /** True when the face went through the correction for masks; absent otherwise. */
  readonly unmasked?: true
  /** True when the vector is a bare face's counterpart for a comparison with a masked one; absent otherwise. */
  readonly counterpart?: true
  /** The last grid on the way to this vector. Present when asked for. */
  readonly grid?: FeatureGrid
}

/** Splits a vector into direction and length. @throws XfmrError `E_NOT_FINITE` when it has no direction. */
export const normalise = (values: ArrayLike<number>): { vector: Float32Array; norm: number } => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!
  const norm = Math.sqrt(sum)
  if (!(norm > 0) || !Number.isFinite(norm)) {
    throw new XfmrError(
      'E_NOT_FINITE',
      `The recogniser returned a vector of length ${norm}, which has no direction. Check the model and its input contract.`,
    )
  }
  const vector = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) vector[i] = values[i]! / norm
  return { vector, norm }
}
