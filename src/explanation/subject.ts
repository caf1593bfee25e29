import type { Network } from '../recognition/recogniser.ts'
import type { ExplainedFace } from './face-explainer.ts'
import type { LayerState } from './gradients.ts'
import type { Layer } from './layers.ts'

/** Passes of single photos through the network. */
export type Cost = { readonly forward: number; readonly backward: number }

/**
 * One face of a pair together with the network that embedded it and the target that is explained: all that a method gets to
 * work with. Photos are float32 planes [N, 3, size, size] as the network takes them (see `toInput`), N of any size; they are
 * run in batches by the caller. With mirror averaging every photo is also run as its mirror image.
 */
export type Subject = {
  readonly face: ExplainedFace
  readonly network: Network
  /** Every layer that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** One layer of every resolution. */
  readonly defaults: readonly Layer[]
  /** The last feature grid. */
  readonly grid: Layer
  /** The face as the network takes it: [3, size, size]. */
  readonly photo: Float32Array
  /** What the network takes for a pixel of this brightness, 0 to 255. */
  pixel(brightness: number): number
  /** Value of the target for each of N photos. */
  scores(photos: Float32Array): Promise<Float32Array>
  /** What the network returns for each of N photos, [N, D], before it becomes a unit vector. */
  outputs(photos: Float32Array): Promise<Float32Array>
  /** Value of the target and its gradient with respect to the pixels, [N, 3, size, size]. */
  gradients(photos: Float32Array): Promise<{ scores: Float32Array; gradients: Float32Array }>
  /** Gradient of the sum of output times direction, [N, D], with respect to the pixels of each photo. */
  gradientsAlong(photos: Float32Array, directions: Float32Array): Promise<Float32Array>
  /** Activations of layers and gradients of the target there, for the face itself. Asked for again, they are not run again. */
  states(layers: readonly Layer[]): Promise<LayerState[]>
  /** What was run so far. */
  cost(): Cost
}
