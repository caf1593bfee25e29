import { createRandom } from '../../random.ts'

/**
 * The order of the samples of one epoch. It follows from seed and epoch alone, so that a training that goes on after a
 * stop sees the same batches as one that never stopped.
 */
export const epochOrder = (count: number, seed: number | string, epoch: number): Int32Array => {
  const random = createRandom(seed, 'order', epoch)
  const order = Int32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = random.index(i + 1)
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}

/** Whole batches of an order; samples that do not fill a last one are left for another epoch. */
export const batchesOf = (order: Int32Array, size: number): Int32Array[] =>
  Array.from({ length: Math.floor(order.length / size) }, (_, i) => order.subarray(i * size, (i + 1) * size))
