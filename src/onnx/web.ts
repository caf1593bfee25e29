import * as ort from 'onnxruntime-web'
import { createRuntime } from './ort.ts'
import type { Runtime, RuntimeOptions } from './runtime.ts'

export type WebRuntimeOptions = RuntimeOptions & {
  /**
   * Where ONNX Runtime's wasm files are served: the URL of a folder that ends in a slash. Default: beside the script,
   * as bundlers place them. Nothing is fetched from any other host.
   */
  wasmPaths?: string
}

/**
 * ONNX Runtime's wasm build. More than one thread needs a cross-origin isolated page.
 */
export const webRuntime = ({ threads = 1, wasmPaths }: WebRuntimeOptions = {}): Runtime => {
  ort.env.wasm.numThreads = threads
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths
  return createRuntime('onnxruntime-web', ort, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}
