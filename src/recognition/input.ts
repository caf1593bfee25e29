import { XfmrError } from '../errors.ts'
import type { AlignedFace } from '../face/face.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { type Tensor, float32 } from '../onnx/tensor.ts'

/**
 * Packs aligned faces into the tensor that a recogniser wants: [faces, 3, size, size], planes in the contract's
 * channel order, pixel p as (p - mean) * scale.
 * @param mirror also flips each face left to right
 * @throws XfmrError `E_MODEL_SHAPE` when a face has another size than the model takes
 */
export const toInput = (
  faces: readonly AlignedFace[],
  contract: RecogniserContract,
  { mirror = false }: { mirror?: boolean } = {},
): Tensor<Float32Array> => {
  const { size, mean, scale, channels } = contract
  const plane = size * size
  const data = new Float32Array(faces.length * 3 * plane)
  const order = channels === 'rgb' ? [0, 1, 2] : [2, 1, 0]
  faces.forEach((face, index) => {
    if (face.width !== size || face.height !== size) {
      throw new XfmrError(
        'E_MODEL_SHAPE',
        `The recogniser takes faces of ${size}x${size} pixels, not ${face.width}x${face.height}.`,
      )
    }
    for (let channel = 0; channel < 3; channel++) {
      const offset = (3 * index + channel) * plane
      const source = order[channel]!
      for (let y = 0; y < size; y++) {
        const row = y * size
        for (let x = 0; x < size; x++) {
          const column = mirror ? size - 1 - x : x
          data[offset + row + x] = (face.data[(row + column) * 3 + source]! - mean) * scale
        }
      }
    }
  })
  return float32(data, [faces.length, 3, size, size])
}
