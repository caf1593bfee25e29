import type { Tensor } from '../../onnx/tensor.ts'

/**
 * Factors on the learning rate in proportion to each weight's size (root mean square), so that steps move all weights alike,
 * whatever their scale.
 * @param ofZeros The factor of a weight that is all zeros
 */
export const scalesBySize = (
  weights: Iterable<readonly [string, Tensor]>,
  { ofZeros }: { ofZeros: number },
): Map<string, number> =>
  new Map(Array.from(weights, ([name, tensor]) => [name, rootMeanSquare(tensor) || ofZeros]))

// --- internal ---

const rootMeanSquare = ({ data }: Tensor): number => {
  let sum = 0
  for (const value of data as Float32Array) sum += value * value
  return Math.sqrt(sum / data.length)
}
