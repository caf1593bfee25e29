import { int } from '../../onnx/attributes.ts'
import type { Builder } from '../../onnx/builder.ts'
import { fixed } from '../../onnx/dims.ts'
import { int64 } from '../../onnx/tensor.ts'
import { mean, unitRows } from './_rows.ts'

/** Values of a classifier over identities. Neither embeddings nor weights need have length 1. */
export type Classification = {
  /** [N, D]. */
  readonly embedding: string
  /** [C, D], one row per identity; trained too. */
  readonly weight: string
  /** int64 [N], from 0 to C - 1. */
  readonly label: string
}

/** The loss (a scalar) and the logits that it was computed from ([N, C]). */
export type MarginValues = { readonly loss: string; readonly logits: string }

export type MarginOptions = {
  /** Default 0.5 (radians) for ArcFace, 0.35 (cosine) for CosFace. */
  margin?: number
  /** Length of the embeddings on the sphere. Default 64. */
  scale?: number
}

/**
 * ArcFace: softmax cross-entropy over `scale` cos(theta), with cos(theta + margin) for the own identity. Beyond
 * theta = pi - margin, where that would rise again, the own logit is cos(theta) - margin sin(margin) instead, which
 * falls on (with a step from -1 to cos(pi - margin) - margin sin(margin) at the seam).
 * @see Deng, Guo, Xue, Zafeiriou: ArcFace, CVPR 2019, eq. 3; the continuation is that of its published code.
 */
export const arcFaceLoss = (
  build: Builder,
  values: Classification,
  { margin = 0.5, scale = 64 }: MarginOptions = {},
): MarginValues =>
  marginLoss(build, values, scale, cosine => {
    const times = (name: string, factor: number) => build.op('Mul', [name, build.number(factor)])
    const squared = build.op('Sub', [build.number(1), build.op('Mul', [cosine, cosine])])
    // At theta = 0 the sine has no slope; the floor keeps its gradient finite.
    const sine = build.op('Sqrt', [build.op('Max', [squared, build.number(1e-7)])])
    const shifted = build.op('Sub', [times(cosine, Math.cos(margin)), times(sine, Math.sin(margin))])
    const continued = build.op('Sub', [cosine, build.number(margin * Math.sin(margin))])
    const within = build.op('Greater', [cosine, build.number(Math.cos(Math.PI - margin))])
    return build.op('Where', [within, shifted, continued])
  })

/**
 * CosFace: softmax cross-entropy over `scale` cos(theta), with cos(theta) - margin for the own identity.
 * @see Wang et al.: CosFace, CVPR 2018, eq. 4.
 */
export const cosFaceLoss = (
  build: Builder,
  values: Classification,
  { margin = 0.35, scale = 64 }: MarginOptions = {},
): MarginValues => marginLoss(build, values, scale, cosine => build.op('Sub', [cosine, build.number(margin)]))

// --- internal ---

const marginLoss = (
  build: Builder,
  { embedding, weight, label }: Classification,
  scale: number,
  penalise: (cosine: string) => string,
): MarginValues => {
  const [identities] = fixed(build.shapeOf(weight), 'A classifier')
  const cosines = build.op('Gemm', [unitRows(build, embedding), unitRows(build, weight)], { transB: int(1) })
  const all = build.constant(int64(Array.from({ length: identities! }, (_, i) => i)))
  const own = build.op('Equal', [build.op('Unsqueeze', [label, build.integers([1])]), all])
  const pick = (from: string) =>
    build.op('ReduceSum', [build.op('Where', [own, from, build.number(0)]), build.integers([1])])
  // The margin concerns one logit of a row, so that only that one is computed.
  const penalised = build.op('Where', [own, penalise(pick(cosines)), cosines])
  const logits = build.op('Mul', [penalised, build.number(scale)])
  const likelihood = pick(build.op('LogSoftmax', [logits], { axis: int(1) }))
  const loss = build.op('Neg', [mean(build, build.op('Squeeze', [likelihood, build.integers([1])]))])
  return { loss, logits }
}
