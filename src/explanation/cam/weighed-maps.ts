import type { Builder } from '../../onnx/builder.ts'
import { gradientName } from '../../onnx/differentiate.ts'
import type { Layer } from '../layers.ts'
import type { Derived } from '../passes.ts'
import { WEIGHINGS, type WeighedMethod } from './weighing.ts'

/** Maps of layers by one way of weighing. */
export type WeighedLayers = { readonly method: WeighedMethod; readonly layers: readonly Layer[] }

/** The weighted activations of a layer, [N, C, H, W]. */
export const weightedActivations = (method: WeighedMethod, { name }: Layer): Derived => ({
  name: `xfmr/${method} by channel of ${name}`,
  add: build => weighted(build, method, name),
})

/** The map of a layer, [N, H, W]: the sum over its weighted channels. */
export const weighedMap = (method: WeighedMethod, { name }: Layer): Derived => ({
  name: `xfmr/${method} of ${name}`,
  add: build =>
    build.op('ReduceSum', [weighted(build, method, name), build.integers([1])], {
      keepdims: { type: 'int', value: 0 },
    }),
})

// --- internal ---

const weighted = (build: Builder, method: WeighedMethod, layer: string): string =>
  WEIGHINGS[method](build, layer, gradientName(layer))
