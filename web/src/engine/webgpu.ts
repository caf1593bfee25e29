import * as ort from 'onnxruntime-web/webgpu'
import { createRuntime } from '../../../src/onnx/ort.ts'
import type { Runtime } from '../../../src/onnx/runtime.ts'

/** ONNX Runtime on the graphics card; operators that it does not have there run on the processor. */
export const webgpuRuntime = async ({ wasmPaths }: { wasmPaths: string }): Promise<Runtime> => {
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmPaths = wasmPaths
  return createRuntime('onnxruntime-webgpu', ort, {
    executionProviders: ['webgpu', 'wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  })
}
