/**
 * Weighs one channel: writes its activations A, weighted by what the gradient g says, into `weighted`. The map of a layer is
 * the sum of its weighted channels. Everything keeps its sign; the outer ReLU of the papers is left to the display, as
 * blocks of ArcFace networks end without an activation, so that A has both signs.
 */
export type Weigh = (activation: Float32Array, gradient: Float32Array, weighted: Float32Array) => void

export type WeighedMethod = keyof typeof WEIGHINGS

/**
 * - `gradcam`: mean(g) A (Selvaraju et al., ICCV 2017).
 * - `gradcam++`: sum(alpha ReLU(g)) A with alpha = g^2 / (2 g^2 + g^3 sum(A)) = 1 / (2 + g sum(A)) (Chattopadhay et al., WACV
 *   2018, eq. 19). The derivation needs A >= 0; where signed activations turn the denominator around, alpha is 0.
 * - `xgradcam`: (sum(g A) / sum(A)) A (Fu et al., BMVC 2020, eq. 8). A channel keeps its total g A; one whose activations
 *   cancel out has no such weight and is left out.
 * - `hirescam`: g A (Draelos and Carin, 2020). At a linear head the cells add up to the score.
 * - `elementwise`: ReLU(g A): what raised the target, by cell and channel.
 * - `layercam`: ReLU(g) A (Jiang et al., LayerCAM, IEEE TIP 2021, eq. 7 and 8).
 */
export const WEIGHINGS = {
  gradcam: (activation, gradient, weighted) => {
    let sum = 0
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]!
    scale(activation, sum / gradient.length, weighted)
  },
  'gradcam++': (activation, gradient, weighted) => {
    let total = 0
    for (let i = 0; i < activation.length; i++) total += activation[i]!
    let weight = 0
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]!
      const denominator = 2 + g * total
      if (g > 0 && denominator > 0) weight += g / denominator
      else if (Number.isNaN(g)) weight = g
    }
    scale(activation, weight, weighted)
  },
  xgradcam: (activation, gradient, weighted) => {
    let [total, size, product] = [0, 0, 0]
    for (let i = 0; i < activation.length; i++) {
      total += activation[i]!
      size += Math.abs(activation[i]!)
      product += activation[i]! * gradient[i]!
    }
    scale(activation, Math.abs(total) <= CANCELLED * size ? 0 : product / total, weighted)
  },
  hirescam: (activation, gradient, weighted) => {
    for (let i = 0; i < weighted.length; i++) weighted[i] = gradient[i]! * activation[i]!
  },
  elementwise: (activation, gradient, weighted) => {
    for (let i = 0; i < weighted.length; i++) weighted[i] = Math.max(gradient[i]! * activation[i]!, 0)
  },
  layercam: (activation, gradient, weighted) => {
    // Not a branch: signs change from pixel to pixel, and every wrong guess of the processor costs more.
    for (let i = 0; i < weighted.length; i++)
      weighted[i] = (gradient[i]! + Math.abs(gradient[i]!)) * 0.5 * activation[i]!
  },
} as const satisfies Record<string, Weigh>

// --- internal ---

/** Below this share of what they are in size, the activations of a channel count as cancelled out. */
const CANCELLED = 1e-6

const scale = (activation: Float32Array, weight: number, weighted: Float32Array): void => {
  for (let i = 0; i < weighted.length; i++) weighted[i] = weight * activation[i]!
}
