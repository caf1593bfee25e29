import { expect } from 'vitest'
import { type Builder, buildOn, emptyGraph } from '../src/onnx/builder.ts'
import { differentiate, gradientName } from '../src/onnx/differentiate.ts'
import type { Graph } from '../src/onnx/graph.ts'
import type { Feeds } from '../src/onnx/runtime.ts'
import { float32, sizeOf } from '../src/onnx/tensor.ts'
import type { Random } from './random-tensors.ts'
import { runOnce, runtime } from './run.ts'
import { directionsOf, slopesOf, weighted } from './slopes.ts'

/** Rows of a matrix as a feed. */
export const matrix = (rows: readonly (readonly number[])[]) =>
  float32(rows.flat(), [rows.length, rows[0]!.length])

/** The graph that `add` builds on inputs like the feeds, the first axis of those in `open` being free. */
export const lossGraph = (
  feeds: Feeds,
  open: readonly string[],
  add: (build: Builder) => Readonly<Record<string, string>>,
): Graph => {
  const build = buildOn(emptyGraph('loss', 17))
  for (const [name, { type, dims }] of Object.entries(feeds))
    build.input(name, { type, shape: open.includes(name) ? ['N', ...dims.slice(1)] : dims })
  const outputs = Object.entries(add(build))
  for (const [name, value] of outputs) build.alias(value, name)
  return build.finish(outputs.map(([name]) => name))
}

/** Every value as a plain array. */
export const evaluated = async (graph: Graph, feeds: Feeds): Promise<Record<string, number[]>> => {
  const results = await runOnce(graph, feeds)
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]),
  )
}

/** Expects the gradient of `loss` with respect to some feeds to be that of central differences. */
export const expectGradients = async (
  graph: Graph,
  feeds: Feeds,
  wrt: readonly string[],
  random: Random,
  step = 1 / 64,
): Promise<void> => {
  const session = await runtime.load(graph)
  const directions = wrt.flatMap(name => directionsOf(name, sizeOf(feeds[name]!.dims), random))
  const run = async (values: Feeds) => (await session.run(values, ['loss'])).loss!
  const expected = await slopesOf(run, feeds, float32([1], []), directions, step)
  await session.release()
  const gradients = await runOnce(differentiate(graph, { of: 'loss', wrt }), feeds)
  const largest = Math.max(...expected.map(Math.abs))
  expect(largest).toBeGreaterThan(1e-3)
  directions.forEach(({ input, along }, i) => {
    const found = weighted(along, gradients[gradientName(input)]!.data)
    expect(Math.abs(found - expected[i]!) / largest, `${input}, direction ${i}`).toBeLessThan(2e-3)
  })
}
