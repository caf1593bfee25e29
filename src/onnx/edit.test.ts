import { describe, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runOnce, runtime } from '../../test/run.ts'
import { int, ints } from './attributes.ts'
import { type Builder, buildOn, emptyGraph } from './builder.ts'
import { dynamicBatch, extract, withInputShape, withOutputs } from './edit.ts'
import type { Dim, Graph } from './graph.ts'
import { readModel } from './proto.ts'
import { float32, int64, type Tensor } from './tensor.ts'

const coded = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) })

const graphWith = (
  inputs: Record<string, readonly Dim[]>,
  make: (build: Builder) => Record<string, string>,
): Graph => {
  const build = buildOn(emptyGraph('made', 17))
  for (const [name, shape] of Object.entries(inputs)) build.input(name, { type: 'float32', shape })
  const outputs = Object.entries(make(build)).map(([name, value]) => {
    build.alias(value, name)
    return name
  })
  return build.finish(outputs)
}

/** double = 2x, sum = 2x + y, and root, which nothing else needs. */
const branched = (): Graph =>
  graphWith({ x: [2], y: [2] }, build => {
    build.alias(build.op('Mul', ['x', build.constant(float32([2, 2], [2]))]), 'double')
    return { sum: build.op('Add', ['double', 'y']), root: build.op('Sqrt', ['y']) }
  })

const x = float32([1, 2], [2])
const y = float32([10, 20], [2])

describe('extract', () => {
  test('takes the part between values, and drops the rest', async () => {
    const part = extract(branched(), { inputs: ['double', 'y'], outputs: ['sum'] })
    expect(part.inputs).toEqual([
      { name: 'double', type: 'float32', shape: [2] },
      { name: 'y', type: 'float32', shape: [2] },
    ])
    expect(part.outputs).toEqual([{ name: 'sum', type: 'float32', shape: [2] }])
    expect(part.nodes.map(({ op }) => op)).not.toContain('Mul')
    expect(part.initializers.size).toBe(0)
    expect((await runOnce(part, { double: x, y })).sum!.data).toEqual(Float32Array.of(11, 22))
  })

  test('makes a weight an input', async () => {
    const graph = branched()
    const [weight] = graph.initializers.keys()
    const part = extract(graph, { inputs: ['x', weight!], outputs: ['double'] })
    expect(part.initializers.size).toBe(0)
    expect((await runOnce(part, { x, [weight!]: y })).double!.data).toEqual(Float32Array.of(10, 40))
  })

  test('keeps a node of which one output is given and another needed', async () => {
    const graph = graphWith({ x: [2] }, build => {
      const [first, second] = build.ops('Split', ['x', build.integers([1, 1])], 2, { axis: int(0) })
      return { first: first!, sum: build.op('Add', [first!, second!]) }
    })
    const given = graph.nodes[0]!.outputs[0]!
    const part = extract(graph, { inputs: ['x', given], outputs: ['sum'] })
    const results = await runOnce(part, { x, [given]: float32([100], [1]) })
    expect(results.sum!.data).toEqual(Float32Array.of(102))
  })

  test('an output may be an input, or named twice', async () => {
    const part = extract(branched(), { inputs: ['x'], outputs: ['x', 'double', 'double'] })
    expect(part.outputs.map(({ name }) => name)).toEqual(['x', 'double'])
    const results = await runOnce(part, { x })
    expect([...results.x!.data]).toEqual([1, 2])
    expect([...results.double!.data]).toEqual([2, 4])
  })

  test('does not mind unknown operators in the part that is dropped', () => {
    const graph = branched()
    const nodes = graph.nodes.map(node => (node.op === 'Sqrt' ? { ...node, op: 'Mystery' } : node))
    expect(() => extract({ ...graph, nodes }, { inputs: ['x'], outputs: ['double'] })).not.toThrow()
    expect(() => extract({ ...graph, nodes }, { inputs: ['y'], outputs: ['root'] })).toThrow(
      coded('E_UNSUPPORTED_OP', 'Mystery'),
    )
  })

  test.each<[string, string[], string[], ReturnType<typeof coded>]>([
    ['an unknown output', ['x'], ['nope'], coded('E_UNKNOWN_LAYER', '"nope"')],
    ['an unknown input', ['nope', 'x'], ['double'], coded('E_UNKNOWN_LAYER', '"nope"')],
    ['an input left out', ['x'], ['sum'], coded('E_MODEL_INVALID', 'also depends on the input "y"')],
  ])('refuses %s', (_, inputs, outputs, error) => {
    expect(() => extract(branched(), { inputs, outputs })).toThrow(error)
  })

  test('cuts the recogniser in two that together are the whole', async () => {
    const graph = readModel(await modelBytes('mobilefacenet'))
    const photo = uniform(randomOf(4), [1, 3, 112, 112])
    const layer = '471'
    const [body, head] = [
      withOutputs(graph, [layer]),
      extract(graph, { inputs: [layer], outputs: ['output'] }),
    ]
    expect(body.nodes.length + head.nodes.length).toBe(graph.nodes.length)
    const middle = (await runOnce(body, { input: photo }))[layer]!
    expect(head.inputs[0]!.shape).toEqual(middle.dims)
    const { output } = await runOnce(head, { [layer]: middle })
    expect(output!.dims).toEqual([1, 512])
    // Not bit for bit: ONNX Runtime fuses across the cut.
    const whole = (await runOnce(graph, { input: photo })).output!.data as Float32Array
    const scale = Math.max(...whole.map(Math.abs))
    const apart = (output!.data as Float32Array).map((value, i) => Math.abs(value - whole[i]!))
    expect(Math.max(...apart)).toBeLessThan(1e-5 * scale)
  })
})

test('withInputShape settles an open image size', () => {
  const graph = graphWith({ x: ['N', 2, 'H', 'W'] }, build => ({ y: build.op('GlobalAveragePool', ['x']) }))
  const sized = withInputShape(graph, 'x', ['N', 2, 8, 8])
  expect(sized.inputs[0]!.shape).toEqual(['N', 2, 8, 8])
  expect(() => withInputShape(graph, 'z', [1])).toThrow(coded('E_UNKNOWN_LAYER', '"z"'))
})

describe('dynamicBatch', () => {
  const single = (batch: Tensor, index: number): Tensor => {
    const size = batch.data.length / batch.dims[0]!
    const data = (batch.data as Float32Array).slice(index * size, (index + 1) * size)
    return float32(data, batch.dims.with(0, 1))
  }

  test.each(['mobilefacenet', 'landmarks', 'detector'])(
    'three images at once are three times one in %s',
    async name => {
      const graph = readModel(await modelBytes(name))
      const open = dynamicBatch(graph)
      expect([...open.inputs, ...open.outputs].map(({ shape }) => shape[0])).toEqual(
        [...graph.inputs, ...graph.outputs].map(() => 'N'),
      )
      const [one, many] = [await runtime.load(graph), await runtime.load(open)]
      const batch = uniform(randomOf(6), [3, ...(graph.inputs[0]!.shape.slice(1) as number[])])
      const together = await many.run({ input: batch })
      for (let image = 0; image < 3; image++) {
        const alone = await one.run({ input: single(batch, image) })
        for (const { name: output } of graph.outputs) {
          const values = single(together[output]!, image)
          expect(values.dims).toEqual(alone[output]!.dims)
          const expected = alone[output]!.data as Float32Array
          const scale = Math.max(...expected.map(Math.abs))
          const apart = (values.data as Float32Array).map((value, i) => Math.abs(value - expected[i]!))
          expect(Math.max(...apart)).toBeLessThan(1e-5 * scale)
        }
      }
      await Promise.all([one.release(), many.release()])
    },
  )

  test('a graph with a free batch stays the same object', () => {
    const graph = graphWith({ x: ['batch', 3] }, build => ({ y: build.op('Relu', ['x']) }))
    expect(dynamicBatch(graph)).toBe(graph)
  })

  test('two reshapes that share a target may differ', async () => {
    // The target [1, 4] belongs to the images in one place, to a weight in the other.
    const graph = graphWith({ x: [1, 2, 2] }, build => {
      const target = build.constant(int64([1, 4]))
      const weight = build.op('Reshape', [build.constant(float32([1, 2, 3, 4], [2, 2])), target])
      return { y: build.op('Mul', [build.op('Reshape', ['x', target]), weight]) }
    })
    const open = dynamicBatch(graph)
    const results = await runOnce(open, { x: float32([1, 1, 1, 1, 2, 2, 2, 2], [2, 2, 2]) })
    expect(results.y).toEqual(float32([1, 2, 3, 4, 2, 4, 6, 8], [2, 4]))
  })

  test.each<[string, Graph, string]>([
    [
      'an output that does not grow',
      graphWith({ x: [1, 3] }, build => ({ y: build.op('ReduceSum', ['x', build.integers([0])]) })),
      'keeps the shape [1,3]',
    ],
    [
      'a batch of four',
      graphWith({ x: [4, 3] }, build => ({ y: build.op('Relu', ['x']) })),
      'the fixed shape [4,3]',
    ],
    [
      'a batch that moved to the second axis',
      graphWith({ x: [1, 3] }, build => ({ y: build.op('Transpose', ['x'], { perm: ints([1, 0]) }) })),
      'keeps the shape [3,N]',
    ],
  ])('refuses %s', (_, graph, message) => {
    expect(() => dynamicBatch(graph)).toThrow(coded('E_MODEL_SHAPE', message))
  })
})
