import type { Builder } from '../../onnx/builder.ts'
import { mean, rowDistance } from './_rows.ts'
import type { Triplets } from './srt.ts'

/** Scalars. */
export type TripletValues = {
  readonly loss: string
  /** Mean of d(anchor, positive). */
  readonly toPositive: string
  /** Mean of d(anchor, negative). */
  readonly toNegative: string
}

/**
 * Triplet loss: the mean of max(d(a, p) - d(a, n) + margin, 0), with d the squared distance of L2-normalised rows (from
 * 0 to 4). Any of the three may be trained.
 * @see Schroff, Kalenichenko, Philbin: FaceNet, CVPR 2015, eq. 3; margin as in the baseline of the SRT paper.
 */
export const tripletLoss = (
  build: Builder,
  { anchor, positive, negative }: Triplets,
  { margin = 1 }: { margin?: number } = {},
): TripletValues => {
  const d1 = rowDistance(build, anchor, positive)
  const d2 = rowDistance(build, anchor, negative)
  const slack = build.op('Add', [build.op('Sub', [d1, d2]), build.number(margin)])
  return {
    loss: mean(build, build.op('Relu', [slack])),
    toPositive: mean(build, d1),
    toNegative: mean(build, d2),
  }
}
