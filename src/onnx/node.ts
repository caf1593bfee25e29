import * as ort from 'onnxruntime-node'
import { forBlockedLayout } from './blocked.ts'
import { createRuntime } from './ort.ts'
import type { Runtime, RuntimeOptions } from './runtime.ts'

/** ONNX Runtime's native build. Importing this module loads it (about 50 ms), so import it lazily. */
export const nodeRuntime = ({ threads = 1 }: RuntimeOptions = {}): Runtime =>
  createRuntime(
    'onnxruntime-node',
    ort,
    {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    },
    // Measured to help there; in wasm, which has no blocked layout, it does harm.
    process.arch === 'x64' ? forBlockedLayout : undefined,
  )
