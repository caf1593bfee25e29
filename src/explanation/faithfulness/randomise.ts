import type { Graph } from '../../onnx/graph.ts'
import type { Tensor } from '../../onnx/tensor.ts'
import { createRandom } from '../../random.ts'

/**
 * The same network with the weights of every layer in random order: it has kept nothing of what it had learnt, but its layers,
 * and how large their numbers are. An explanation of the network must change with it (Adebayo et al., "Sanity Checks
 * for Saliency Maps", NeurIPS 2018: the model parameter randomisation test).
 * @param seed Fixes the order.
 */
export const shuffleWeights = (graph: Graph, seed: string | number = 1): Graph => ({
  ...graph,
  initializers: new Map(
    [...graph.initializers].map(([name, tensor]) => [
      name,
      isWeight(tensor) ? shuffled(tensor, name, seed) : tensor,
    ]),
  ),
})

// --- internal ---

/** Of vectors and scalars (biases, slopes) the network keeps what it has: alone they know nothing. */
const isWeight = ({ type, dims }: Tensor): boolean =>
  type === 'float32' && dims.filter(length => length > 1).length >= 2

/** Fisher-Yates. */
const shuffled = (tensor: Tensor, name: string, seed: string | number): Tensor => {
  const random = createRandom('shuffle', seed, name)
  const data = tensor.data.slice() as Float32Array
  for (let i = data.length - 1; i > 0; i--) {
    const j = random.index(i + 1)
    const kept = data[i]!
    data[i] = data[j]!
    data[j] = kept
  }
  return { ...tensor, data }
}
