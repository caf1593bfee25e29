import type { Graph } from '../src/onnx/graph.ts'
import { nodeRuntime } from '../src/onnx/node.ts'
import type { Feeds } from '../src/onnx/runtime.ts'
import type { Tensor } from '../src/onnx/tensor.ts'

export const runtime = nodeRuntime()

/** Loads a graph, runs it once and frees it. */
export const runOnce = async (graph: Graph, feeds: Feeds): Promise<Record<string, Tensor>> => {
  const session = await runtime.load(graph)
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}
