import type { Layer } from './layers.ts'

/** What one layer did for one face: `channels` planes of `height` x `width`, row by row. */
export type LayerState = {
  readonly layer: Layer
  readonly activation: Float32Array
  /** Gradient of the target with respect to the activation, same layout. */
  readonly gradient: Float32Array
}
