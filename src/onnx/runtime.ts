import type { Graph } from './graph.ts'
import type { Tensor } from './tensor.ts'

export type Feeds = Readonly<Record<string, Tensor>>

/** A model that is loaded and ready to run. */
export type Session = {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /**
   * Runs the model. Only the outputs named in `fetch` are computed and returned (default: all).
   * Feeds that the model does not take are ignored. Throws `XfmrError` `E_MODEL_SHAPE` when a feed is missing or
   * does not fit the model, `E_UNKNOWN_LAYER` for an output that it does not have, `E_RUNTIME` on any other failure.
   */
  run(feeds: Feeds, fetch?: readonly string[]): Promise<Record<string, Tensor>>
  /** Frees native memory. The session can't be used afterwards. */
  release(): Promise<void>
}

/** Runs ONNX graphs: ONNX Runtime's native build in Node, its wasm or WebGPU build in the browser. */
export type Runtime = {
  readonly name: string
  /**
   * Loads a model. A graph may first be rewritten for the machine, with results that differ by rounding; the bytes of a
   * model file run as they are. Throws `XfmrError` `E_MODEL_INVALID` when ONNX Runtime can't load it.
   */
  load(model: Graph | Uint8Array): Promise<Session>
}

export type RuntimeOptions = {
  /** Threads for the operators of one run. Default 1: several photos in parallel beat several threads on one. */
  threads?: number
}
