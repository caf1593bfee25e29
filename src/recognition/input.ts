import { XfmrError } from '../errors.ts'
import type { AlignedFace } from '../face/face.ts'
import { mirrorRows } from '../image/mirror.ts'
import { toPlanar } from '../image/planar.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { float32, type Tensor } from '../onnx/tensor.ts'

/**
 * Turns an aligned face into the tensor that a recogniser wants: [1, 3, size, size], planes in the contract's channel
 * order, pixel p as (p - mean) * scale.
 * @param mirror flips the face left to right
 * @throws XfmrError `E_MODEL_SHAPE` when the face has another size than the model takes
 */
export const toInput = (
  face: AlignedFace,
  contract: RecogniserContract,
  { mirror = false }: { mirror?: boolean } = {},
): Tensor<Float32Array> => {
  const { size } = contract
  if (face.width !== size || face.height !== size) {
    throw new XfmrError(
      'E_MODEL_SHAPE',
      `The recogniser takes faces of ${size}x${size} pixels, not ${face.width}x${face.height}.`,
    )
  }
  const planes = toPlanar(face, contract)
  return float32(mirror ? mirrorRows(planes, size) : planes, [1, 3, size, size])
}
