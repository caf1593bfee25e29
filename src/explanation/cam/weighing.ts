import { int, ints } from '../../onnx/attributes.ts'
import type { Builder } from '../../onnx/builder.ts'

/**
 * Weighs activations A by what the gradient g says, both [N, C, H, W], as nodes behind the backward pass: large layers then
 * never leave the runtime. The map of a layer is the sum over the weighted channels. Everything keeps its sign; the outer
 * ReLU of the papers is left to the display, as blocks of ArcFace networks end without an activation, so that A has
 * both signs. What is not finite stays so.
 */
export type Weigh = (build: Builder, activation: string, gradient: string) => string

export type WeighedMethod = keyof typeof WEIGHINGS

export const isWeighed = (method: string): method is WeighedMethod => Object.hasOwn(WEIGHINGS, method)

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
  gradcam: (build, activation, gradient) => {
    const mean = build.op('ReduceMean', [gradient], { axes: ints(CELLS), keepdims: int(1) })
    return build.op('Mul', [activation, mean])
  },
  'gradcam++': (build, activation, gradient) => {
    const turned = build.op('Mul', [gradient, overCells(build, activation)])
    const denominator = build.op('Add', [turned, build.number(2)])
    const counts = build.op('And', [positive(build, gradient), positive(build, denominator)])
    const none = build.op('Mul', [gradient, build.number(0)])
    const shares = build.op('Where', [counts, build.op('Div', [gradient, denominator]), none])
    return build.op('Mul', [activation, overCells(build, shares)])
  },
  xgradcam: (build, activation, gradient) => {
    const total = overCells(build, activation)
    const size = overCells(build, build.op('Abs', [activation]))
    const product = overCells(build, build.op('Mul', [activation, gradient]))
    const rest = build.op('Sub', [build.op('Abs', [total]), build.op('Mul', [size, build.number(CANCELLED)])])
    const none = build.op('Mul', [product, build.number(0)])
    const weight = build.op('Where', [positive(build, rest), build.op('Div', [product, total]), none])
    return build.op('Mul', [activation, weight])
  },
  hirescam: (build, activation, gradient) => build.op('Mul', [activation, gradient]),
  elementwise: (build, activation, gradient) => build.op('Relu', [build.op('Mul', [activation, gradient])]),
  layercam: (build, activation, gradient) => build.op('Mul', [activation, build.op('Relu', [gradient])]),
} as const satisfies Record<string, Weigh>

// --- internal ---

const CELLS = [2, 3]

/** Below this share of what they are in size, the activations of a channel count as cancelled out. */
const CANCELLED = 1e-6

const overCells = (build: Builder, value: string): string =>
  build.op('ReduceSum', [value, build.integers(CELLS)], { keepdims: int(1) })

const positive = (build: Builder, value: string): string => build.op('Greater', [value, build.number(0)])
