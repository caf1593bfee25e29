import { int } from '../../onnx/attributes.ts'
import type { Builder } from '../../onnx/builder.ts'
import { mean, rowDistance } from './_rows.ts'

/** Three [N, D] values. Their rows need not have length 1. */
export type Triplets = {
  /** What is trained, for instance the embeddings of masked faces after the correction. */
  readonly anchor: string
  /** The target of each anchor: the same person without a mask. Must not depend on what is trained. */
  readonly positive: string
  /** Somebody else without a mask. Must not depend on what is trained. */
  readonly negative: string
}

/** Scalars. */
export type SrtValues = {
  readonly loss: string
  /** Mean of d(anchor, positive). */
  readonly toPositive: string
  /** Mean of d(anchor, negative). */
  readonly toNegative: string
  /** Mean of d(positive, negative). */
  readonly between: string
  /** 1 where the self-restrained form was in force, else 0. */
  readonly restrained: string
}

/**
 * Self-restrained Triplet loss. With d = squared distance of L2-normalised rows, and means over the batch:
 *
 *   mean d(a, n) <  mean d(p, n):  mean of max(d(a, p) - d(a, n) + margin, 0)
 *   mean d(a, n) >= mean d(p, n):  mean of max(d(a, p) - mean d(p, n) + margin, 0)
 *
 * There is one switch for the whole batch: once masked faces are as far from others as bare ones, only the distance to
 * the own bare face still counts.
 * @param margin Between squared distances, so at most 4.
 * @see Boutros, Damer, Kirchbuchner, Kuijper: Self-restrained Triplet Loss for Accurate Masked Face Recognition,
 * Pattern Recognition 124 (2022).
 */
export const srtLoss = (
  build: Builder,
  { anchor, positive, negative }: Triplets,
  { margin = 2 }: { margin?: number } = {},
): SrtValues => {
  const d1 = rowDistance(build, anchor, positive)
  const d2 = rowDistance(build, anchor, negative)
  const [toPositive, toNegative] = [mean(build, d1), mean(build, d2)]
  const between = mean(build, rowDistance(build, positive, negative))
  const restrained = build.op('GreaterOrEqual', [toNegative, between])
  const opponent = build.op('Where', [restrained, between, d2])
  const slack = build.op('Add', [build.op('Sub', [d1, opponent]), build.number(margin)])
  return {
    loss: mean(build, build.op('Relu', [slack])),
    toPositive,
    toNegative,
    between,
    restrained: build.op('Cast', [restrained], { to: int(FLOAT) }),
  }
}

// --- internal ---

/** ONNX's number for float32. */
const FLOAT = 1
