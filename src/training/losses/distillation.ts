import type { Builder } from '../../onnx/builder.ts'
import { mean, rowCosine } from './_rows.ts'

/**
 * Cosine distillation: the mean of 1 - cos(student, teacher) over the rows of two [N, D] values; from 0 to 2.
 * @param student What is trained, for instance the embedding of a masked photo.
 * @param teacher What it should become, for instance the original network's embedding of the photo without a mask.
 * @returns Two scalars: the loss and the mean cosine.
 */
export const cosineDistillation = (
  build: Builder,
  { student, teacher }: { student: string; teacher: string },
): { readonly loss: string; readonly cosine: string } => {
  const cosine = mean(build, rowCosine(build, student, teacher))
  return { loss: build.op('Sub', [build.number(1), cosine]), cosine }
}
