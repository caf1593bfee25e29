import { int, intOf, ints } from '../attributes.ts'
import type { Builder } from '../builder.ts'
import { fixed } from '../dims.ts'
import type { Dim, Node } from '../graph.ts'
import { float32, sizeOf, type Tensor } from '../tensor.ts'
import { extent, type Window, windowOf } from './_spatial.ts'
import type { Backward, Rule } from './rule.ts'

/**
 * Convolution, plain, grouped or depthwise. The gradient for the input of a stride-1 convolution is itself a
 * convolution, with the kernel flipped in space and its channels transposed: that hits faster kernels than
 * ConvTranspose does. Other strides use ConvTranspose.
 */
export const Conv: Rule = {
  infer: (node, scope) => {
    const { type, shape } = scope.typeOf(node.inputs[0]!)
    const weight = scope.shapeOf(node.inputs[1]!)
    const { output } = windowOf(node, shape, fixed(weight.slice(2), 'A convolution kernel'))
    return [{ type, shape: [shape[0]!, weight[0]!, ...output] }]
  },
  gradient: backward => {
    const { node, dy, wants, build } = backward
    const [x, weight, bias] = node.inputs as [string, string, string?]
    const window = windowOf(
      node,
      build.shapeOf(x),
      fixed(build.shapeOf(weight).slice(2), 'A convolution kernel'),
    )
    return [
      wants(0) ? inputGradient(backward, window) : undefined,
      wants(1) ? kernelGradient(x, dy, { node, weight, window, build }) : undefined,
      bias && wants(2) ? sumPerChannel(dy, build) : undefined,
    ]
  },
}

/**
 * The kernel's gradient, from the side of the kernel's input channels (`images`) and that of its output channels
 * (`cells`). It is a convolution of the one with the other, both with batch and channels exchanged; strides and
 * dilations change places. Trailing rows that the forward pass never reached are cut off.
 */
export const kernelGradient = (
  images: string,
  cells: string,
  {
    node,
    weight,
    window,
    build,
  }: { node: Node; weight: string; window: Omit<Window, 'output'>; build: Builder },
): string => {
  const group = intOf(node, 'group', 1)
  const { kernel, strides, dilations, pads } = window
  const inner = fixed(build.shapeOf(weight), 'A convolution weight')[1]!
  if (group === 1 && isPointwise(window)) return productOfCells(images, cells, build.shapeOf(weight), build)
  const spatialAxes = kernel.map((_, axis) => axis + 2)
  const exchange = (name: string): string =>
    build.op('Transpose', [name], { perm: ints([1, 0, ...spatialAxes]) })
  const turned = group === 1 ? exchange(images) : exchangeGroups(images, group, inner, build)
  const full = build.op('Conv', [turned, exchange(cells)], {
    kernel_shape: ints(fixed(build.shapeOf(cells).slice(2), 'The weight gradient of a convolution')),
    strides: ints(dilations),
    dilations: ints(strides),
    pads: ints(pads),
    group: int(group),
  })
  const exact = build
    .shapeOf(full)
    .slice(2)
    .every((size, axis) => size === kernel[axis])
  return exchange(
    exact
      ? full
      : build.op('Slice', [
          full,
          build.integers(kernel.map(() => 0)),
          build.integers(kernel),
          build.integers(spatialAxes),
        ]),
  )
}

/** The bias's gradient: dy summed over everything but the channels. */
export const sumPerChannel = (dy: string, build: Builder): string => {
  const axes = build.shapeOf(dy).flatMap((_, axis) => (axis === 1 ? [] : [axis]))
  return build.op('ReduceSum', [dy, build.integers(axes)], { keepdims: int(0) })
}

// --- internal ---

const isPointwise = ({ kernel, strides, pads }: Omit<Window, 'output'>): boolean =>
  kernel.every(size => size === 1) && strides.every(stride => stride === 1) && pads.every(pad => pad === 0)

/** A 1x1 kernel is a matrix: its gradient is one product over all cells of all images, [M, N*cells] x [N*cells, C]. */
const productOfCells = (images: string, cells: string, shape: readonly Dim[], build: Builder): string => {
  const matrix = (name: string): string => {
    const [, channels, ...spatial] = build.shapeOf(name)
    const turned = build.op('Transpose', [name], {
      perm: ints([1, 0, ...spatial.map((_, axis) => axis + 2)]),
    })
    return build.op('Reshape', [turned, build.integers([fixed([channels!], 'A convolution')[0]!, -1])])
  }
  const product = build.op('Gemm', [matrix(cells), matrix(images)], { transB: int(1) })
  return build.reshape(product, shape)
}

const inputGradient = ({ node, dy, build }: Backward, window: Window): string => {
  const [x, weight] = node.inputs as [string, string]
  const { kernel, strides, dilations, pads } = window
  const group = intOf(node, 'group', 1)
  const rank = kernel.length
  if (coversInput(build.shapeOf(x), window)) return wholeWindow(dy, weight, group, build)
  const reach = kernel.map((size, axis) => extent(size, dilations[axis]!) - 1)
  const flippedPads = [...reach, ...reach].map((r, i) => r - pads[i]!)
  if (strides.every(stride => stride === 1) && flippedPads.every(pad => pad >= 0)) {
    return build.op('Conv', [dy, transposedKernel(node.inputs[1]!, group, build)], {
      kernel_shape: ints(kernel),
      dilations: ints(dilations),
      pads: ints(flippedPads),
      group: int(group),
    })
  }
  const spatial = fixed(build.shapeOf(x).slice(2), 'The gradient of a strided convolution')
  const length = fixed(window.output, 'The gradient of a strided convolution')
  const missing = spatial.map(
    (size, axis) =>
      size - ((length[axis]! - 1) * strides[axis]! + reach[axis]! + 1 - pads[axis]! - pads[axis + rank]!),
  )
  return build.op('ConvTranspose', [dy, weight], {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints(pads),
    output_padding: ints(missing),
    group: int(group),
  })
}

/** True when the kernel sees the whole input at once, as at the end of a MobileFaceNet. */
const coversInput = (input: readonly Dim[], { kernel, output, pads }: Window): boolean =>
  output.every(length => length === 1) &&
  pads.every(pad => pad === 0) &&
  kernel.every((size, axis) => size === input[axis + 2])

/** One output cell per channel: its gradient is the kernel itself, scaled by dy. */
const wholeWindow = (dy: string, weight: string, group: number, build: Builder): string => {
  const [outputs, inner, ...kernel] = fixed(build.shapeOf(weight), 'A convolution weight') as [
    number,
    number,
    ...number[],
  ]
  const batch = build.shapeOf(dy)[0]!
  if (inner === 1 && group === outputs) {
    return build.op('Mul', [dy, build.reshape(weight, [1, outputs, ...kernel])])
  }
  // [N, G, 1, M/G] x [G, M/G, C/G*k] -> [N, G, 1, C/G*k]
  const rows = build.reshape(dy, [batch, group, 1, outputs / group])
  const columns = build.reshape(weight, [group, outputs / group, inner * sizeOf(kernel)])
  return build.reshape(build.op('MatMul', [rows, columns]), [batch, group * inner, ...kernel])
}

/** [M, C/g, ...k] -> [C, M/g, ...k], flipped in space. Constant weights are turned here, once. */
const transposedKernel = (weight: string, group: number, build: Builder): string => {
  const shape = fixed(build.shapeOf(weight), 'A convolution weight')
  const [outputs, inner, ...kernel] = shape as [number, number, ...number[]]
  const perGroup = outputs / group
  const tensor = build.scope.constant(weight)
  if (tensor) return build.constant(flipTransposed(tensor as Tensor<Float32Array>, group))
  const axes = kernel.map((_, axis) => axis)
  const grouped = build.reshape(weight, [group, perGroup, inner, ...kernel])
  const swapped = build.op('Transpose', [grouped], { perm: ints([0, 2, 1, ...axes.map(axis => axis + 3)]) })
  const merged = build.reshape(swapped, [group * inner, perGroup, ...kernel])
  if (sizeOf(kernel) === 1) return merged
  return build.op('Slice', [
    merged,
    build.integers(kernel.map(() => -1)),
    build.integers(kernel.map(size => -size - 1)),
    build.integers(axes.map(axis => axis + 2)),
    build.integers(kernel.map(() => -1)),
  ])
}

const flipTransposed = ({ data, dims }: Tensor<Float32Array>, group: number): Tensor => {
  const [outputs, inner, ...kernel] = dims as readonly [number, number, ...number[]]
  const perGroup = outputs / group
  const cells = sizeOf(kernel)
  const result = new Float32Array(data.length)
  for (let m = 0; m < outputs; m++) {
    const g = Math.floor(m / perGroup)
    for (let c = 0; c < inner; c++) {
      const from = (m * inner + c) * cells
      const to = ((g * inner + c) * perGroup + (m - g * perGroup)) * cells
      // Reversing the flat cell order flips every spatial axis at once.
      for (let k = 0; k < cells; k++) result[to + cells - 1 - k] = data[from + k]!
    }
  }
  return float32(result, [group * inner, perGroup, ...kernel])
}

/** [N, G*C, ...] -> [C, G*N, ...]: the batch becomes the channels of each group. */
const exchangeGroups = (x: string, group: number, inner: number, build: Builder): string => {
  const [batch, , ...spatial] = build.shapeOf(x)
  const split = build.reshape(x, [batch!, group, inner, ...spatial])
  const turned = build.op('Transpose', [split], {
    perm: ints([2, 1, 0, ...spatial.map((_, axis) => axis + 3)]),
  })
  const merged = typeof batch === 'number' ? batch * group : `${batch}x${group}`
  return build.reshape(turned, [inner, merged, ...spatial])
}
