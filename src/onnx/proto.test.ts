import fc from 'fast-check'
import onnxProto from 'onnx-proto'
import { describe, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runtime } from '../../test/run.ts'
import { XfmrError } from '../errors.ts'
import { buildOn, emptyGraph } from './builder.ts'
import type { Attribute, Dim, Graph, ValueInfo } from './graph.ts'
import { readModel, writeModel } from './proto.ts'
import { inferShapes } from './shapes.ts'
import { type ElementType, float32, int64, sizeOf, type Tensor, type TensorData } from './tensor.ts'

const { onnx } = onnxProto
const { DataType } = onnx.TensorProto

const arrays = {
  float32: (size: number) => fc.float32Array({ minLength: size, maxLength: size, noNaN: true }),
  float64: (size: number) => fc.float64Array({ minLength: size, maxLength: size, noNaN: true }),
  int32: (size: number) => fc.int32Array({ minLength: size, maxLength: size }),
  int64: (size: number) => fc.bigInt64Array({ minLength: size, maxLength: size }),
  uint8: (size: number) => fc.uint8Array({ minLength: size, maxLength: size }),
  int8: (size: number) => fc.int8Array({ minLength: size, maxLength: size }),
  bool: (size: number) => fc.uint8Array({ minLength: size, maxLength: size, max: 1 }),
} satisfies Record<ElementType, (size: number) => fc.Arbitrary<TensorData>>

const elementType = fc.constantFrom(...(Object.keys(arrays) as ElementType[]))
const name = fc.string({ unit: 'grapheme', maxLength: 8 })
const float = fc.float({ noNaN: true })
const integer = fc.oneof(fc.integer(), fc.constantFrom(2 ** 53, -(2 ** 53), 2 ** 63, -(2 ** 63)))

const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(elementType, fc.array(fc.nat(3), { maxLength: 3 }))
  .chain(([type, dims]) =>
    (arrays[type](sizeOf(dims)) as fc.Arbitrary<TensorData>).map(data => ({ type, dims, data })),
  )

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  integer.map((value): Attribute => ({ type: 'int', value })),
  float.map((value): Attribute => ({ type: 'float', value })),
  name.map((value): Attribute => ({ type: 'string', value })),
  fc.array(integer).map((value): Attribute => ({ type: 'ints', value })),
  fc.array(float).map((value): Attribute => ({ type: 'floats', value })),
  fc.array(name).map((value): Attribute => ({ type: 'strings', value })),
  tensor.map((value): Attribute => ({ type: 'tensor', value })),
)

const valueInfo: fc.Arbitrary<ValueInfo> = fc.record({
  name,
  type: elementType,
  shape: fc.array(
    fc.oneof(
      fc.integer({ min: 1, max: 2 ** 40 }),
      fc.string({ minLength: 1, maxLength: 4 }),
    ) as fc.Arbitrary<Dim>,
    { maxLength: 4 },
  ),
})

const graph: fc.Arbitrary<Graph> = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 8 }),
    opset: fc.integer({ min: 1, max: 30 }),
    inputs: fc.array(valueInfo, { maxLength: 2 }),
    outputs: fc.array(valueInfo, { minLength: 1, maxLength: 2 }),
    nodes: fc.array(
      fc.record(
        {
          op: name,
          name,
          inputs: fc.array(name, { maxLength: 3 }),
          outputs: fc.array(name, { maxLength: 3 }),
          attributes: fc.dictionary(name, attribute, { maxKeys: 3, noNullPrototype: true }),
          domain: fc.constantFrom('com.example', 'org.example'),
        },
        { requiredKeys: ['op', 'name', 'inputs', 'outputs', 'attributes'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    initializers: fc.array(fc.tuple(name, tensor), { maxLength: 3 }).map(entries => new Map(entries)),
    versions: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
  })
  .map(({ versions, ...graph }) => {
    const used = new Set(graph.nodes.flatMap(({ domain }) => domain ?? []))
    const domains = Object.fromEntries([...used].map((domain, i) => [domain, versions[i]!]))
    return {
      ...graph,
      // A weight that is an input as well is only a weight.
      inputs: graph.inputs.filter(({ name }) => !graph.initializers.has(name)),
      ...(used.size > 0 ? { domains } : {}),
    }
  })

const invalid = (message?: string) =>
  expect.objectContaining({
    code: 'E_MODEL_INVALID',
    ...(message === undefined ? {} : { message: expect.stringContaining(message) }),
  })

/** A model file written by hand: y = x + w, with parts to replace. */
const handmade = (parts: Record<string, unknown> = {}, model: Record<string, unknown> = {}): Uint8Array =>
  onnx.ModelProto.encode(
    onnx.ModelProto.fromObject({
      irVersion: 8,
      opsetImport: [{ domain: '', version: 17 }],
      graph: {
        name: 'hand',
        node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
        input: [value('x', DataType.FLOAT, [2])],
        output: [value('y', DataType.FLOAT, [2])],
        initializer: [{ name: 'w', dataType: DataType.FLOAT, dims: [2], floatData: [1, 2] }],
        ...parts,
      },
      ...model,
    }),
  ).finish()

const value = (name: string, elemType: number, dims: readonly (number | string | undefined)[]) => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: {
        dim: dims.map(dim =>
          dim === undefined ? {} : typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim },
        ),
      },
    },
  },
})

describe('round trip', () => {
  test('keeps everything in a graph', () => {
    fc.assert(
      fc.property(graph, graph => {
        expect(readModel(writeModel(graph))).toEqual(graph)
      }),
      { seed: 1, numRuns: 200 },
    )
  })

  test.each(['mobilefacenet', 'landmarks', 'detector'])('leaves what %s computes as it is', async model => {
    const bytes = await modelBytes(model)
    const { inputs } = readModel(bytes)
    const feeds = Object.fromEntries(
      inputs.map(({ name, shape }) => [name, uniform(randomOf(3), shape as number[])] as const),
    )
    const [before, after] = [await runtime.load(bytes), await runtime.load(writeModel(readModel(bytes)))]
    expect(await after.run(feeds)).toEqual(await before.run(feeds))
    await Promise.all([before.release(), after.release()])
  })

  test('keeps what it does not understand', () => {
    const nested = { name: 'inner', node: [{ opType: 'Relu', input: ['x'], output: ['z'] }] }
    const bytes = handmade({
      node: [
        {
          opType: 'If',
          input: ['c'],
          output: ['y'],
          attribute: [{ name: 'then_branch', type: onnx.AttributeProto.AttributeType.GRAPH, g: nested }],
        },
      ],
    })
    const again = onnx.ModelProto.decode(writeModel(readModel(bytes)))
    const [attribute] = again.graph!.node![0]!.attribute!
    expect(attribute!.name).toBe('then_branch')
    expect(attribute!.g!.node![0]!.opType).toBe('Relu')
  })

  test('"to the very end" survives and works', async () => {
    const build = buildOn(emptyGraph('slice', 17))
    build.input('x', { type: 'float32', shape: [4] })
    const y = build.op('Slice', ['x', build.integers([1]), build.integers([2 ** 63])])
    const z = build.op('Slice', [
      'x',
      build.integers([-1]),
      build.integers([-(2 ** 63)]),
      '',
      build.integers([-1]),
    ])
    const graph = readModel(writeModel(build.finish([y, z])))
    expect([...graph.initializers.values()].map(({ data }) => data[0])).toContain(2n ** 63n - 1n)
    const session = await runtime.load(graph)
    const results = await session.run({ x: float32([1, 2, 3, 4], [4]) })
    expect([...(results[y]!.data as Float32Array)]).toEqual([2, 3, 4])
    expect([...(results[z]!.data as Float32Array)]).toEqual([4, 3, 2, 1])
    await session.release()
  })
})

describe('other ways to write the same', () => {
  test('values in typed fields', () => {
    const fields = [
      { name: 'a', dataType: DataType.DOUBLE, dims: [1], doubleData: [0.1] },
      {
        name: 'b',
        dataType: DataType.INT64,
        dims: [2],
        int64Data: ['-9223372036854775808', '9223372036854775807'],
      },
      { name: 'c', dataType: DataType.INT8, dims: [2], int32Data: [-1, 127] },
      { name: 'd', dataType: DataType.BOOL, dims: [], int32Data: [1] },
    ]
    const { initializers } = readModel(handmade({ initializer: fields }))
    expect(initializers.get('a')).toEqual({ type: 'float64', dims: [1], data: Float64Array.of(0.1) })
    expect(initializers.get('b')).toEqual({
      type: 'int64',
      dims: [2],
      data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    })
    expect(initializers.get('c')).toEqual({ type: 'int8', dims: [2], data: Int8Array.of(-1, 127) })
    expect(initializers.get('d')).toEqual({ type: 'bool', dims: [], data: Uint8Array.of(1) })
  })

  test('weights among the inputs, as before IR version 4', () => {
    const input = [value('x', DataType.FLOAT, [2]), value('w', DataType.FLOAT, [2])]
    expect(readModel(handmade({ input }, { irVersion: 3 })).inputs.map(({ name }) => name)).toEqual(['x'])
  })

  test('open lengths: named, empty, 0 or -1', () => {
    const input = [value('x', DataType.FLOAT, ['batch', undefined, 0, -1, 2])]
    expect(readModel(handmade({ input })).inputs[0]!.shape).toEqual(['batch', 'x_1', 'x_2', 'x_3', 2])
  })

  test('the standard operators under their full name', () => {
    const node = [{ opType: 'Add', domain: 'ai.onnx', input: ['x', 'w'], output: ['y'] }]
    const graph = readModel(handmade({ node }, { opsetImport: [{ domain: 'ai.onnx', version: 18 }] }))
    expect(graph).toMatchObject({ opset: 18, nodes: [{ op: 'Add' }] })
    expect(graph.nodes[0]).not.toHaveProperty('domain')
  })
})

describe('float16 weights', () => {
  test('are read as float32, from bytes and from fields', () => {
    const w = { name: 'w', dataType: DataType.FLOAT16, dims: [2] }
    for (const part of [
      { rawData: Uint8Array.of(0x00, 0x3c, 0x00, 0xc0) },
      { int32Data: [0x3c00, 0xc000] },
    ]) {
      const graph = readModel(handmade({ initializer: [{ ...w, ...part }] }))
      expect(graph.initializers.get('w')).toEqual(float32([1, -2], [2]))
    }
    const broken = handmade({ initializer: [{ ...w, rawData: new Uint8Array(3) }] })
    expect(() => readModel(broken)).toThrow(invalid('"w"'))
  })

  test('are half the size, run as they are, and come back rounded and without a Cast', async () => {
    const build = buildOn(emptyGraph('half', 17))
    build.input('x', { type: 'float32', shape: [1, 64] })
    const weights = float32(
      Float32Array.from({ length: 64 * 32 }, (_, i) => Math.sin(i)),
      [64, 32],
    )
    build.alias(build.op('MatMul', ['x', build.constant(weights)]), 'y')
    const graph = build.finish(['y'])
    const bytes = writeModel(graph, { half: true })
    expect(bytes.length).toBeLessThan(0.6 * writeModel(graph).length)
    const read = readModel(bytes)
    expect(read.nodes.map(({ op }) => op)).toEqual(graph.nodes.map(({ op }) => op))
    expect([...read.initializers.keys()]).toEqual([...graph.initializers.keys()])
    const [original, found] = [graph, read].map(({ initializers }) => [...initializers.values()][0]!.data)
    found!.forEach((value, i) => {
      expect(Math.abs(Number(value) - Number(original![i]))).toBeLessThanOrEqual(2 ** -11)
    })
    const x = { x: float32(new Float32Array(64).fill(0.5), [1, 64]) }
    const [file, again] = await Promise.all(
      [bytes, read].map(async model => (await (await runtime.load(model)).run(x)).y!.data),
    )
    expect(file).toEqual(again)
  })
})

describe('refuses', () => {
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    [
      'text',
      new TextEncoder().encode('This is no model at all, but it is long enough to be parsed as something.'),
    ],
    ['zeros', new Uint8Array(100)],
    ['a graph without nodes', handmade({ node: [] })],
    ['a graph without outputs', handmade({ output: [] })],
  ])('%s', (_, bytes) => {
    expect(() => readModel(bytes)).toThrow(invalid('not an ONNX model'))
  })

  test('weights in a file beside the model', () => {
    const initializer = [
      {
        name: 'w',
        dataType: DataType.FLOAT,
        dims: [2],
        dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
        externalData: [{ key: 'location', value: 'weights.bin' }],
      },
    ]
    expect(() => readModel(handmade({ initializer }))).toThrow(
      invalid('"w" is kept in a file beside the model'),
    )
  })

  test('float16 inputs, saying what to do', () => {
    const input = [value('x', DataType.FLOAT16, [2])]
    expect(() => readModel(handmade({ input }))).toThrow(
      invalid(
        'Value "x" has the element type float16, which xfmr does not handle. Export the model in float32.',
      ),
    )
  })

  test.each([
    ['too few values', { dims: [3], floatData: [1, 2] }],
    ['half a value', { dims: [2], rawData: new Uint8Array(9) }],
    ['negative lengths', { dims: [-1, -2], floatData: [1, 2] }],
  ])('a weight with %s', (_, part) => {
    const initializer = [{ name: 'w', dataType: DataType.FLOAT, ...part }]
    expect(() => readModel(handmade({ initializer }))).toThrow(invalid('"w"'))
  })

  test('sparse weights, functions, and inputs of unknown shape', () => {
    const sparse = handmade({ sparseInitializer: [{ dims: [2] }] })
    expect(() => readModel(sparse)).toThrow(invalid('sparse weights'))
    const functions = handmade({}, { functions: [{ name: 'Twice', domain: 'local' }] })
    expect(() => readModel(functions)).toThrow(invalid('functions of its own'))
    const input = [{ name: 'x', type: { tensorType: { elemType: DataType.FLOAT } } }]
    expect(() => readModel(handmade({ input }))).toThrow(invalid('which shape "x" has'))
  })

  /** Reads, and then uses, what is left of a damaged model. */
  const use = (bytes: Uint8Array): unknown => {
    try {
      inferShapes(readModel(bytes))
      return undefined
    } catch (error) {
      return error
    }
  }

  test('any bytes, with a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        expect(() => readModel(bytes)).toThrow(invalid())
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  test('a model cut short, with a coded error', async () => {
    const bytes = await modelBytes('landmarks')
    for (let part = 1; part < 60; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 60))
      expect(() => readModel(cut)).toThrow(invalid())
    }
  })

  test('a model with damaged bytes, with a coded error or none', () => {
    const build = buildOn(emptyGraph('small', 17))
    build.input('x', { type: 'float32', shape: [1, 2, 6, 6] })
    const weight = build.constant(float32(new Float32Array(36).fill(1), [2, 2, 3, 3]))
    const conv = build.op('Conv', ['x', weight], { pads: { type: 'ints', value: [1, 1, 1, 1] } })
    const flat = build.op('Reshape', [conv, build.constant(int64([1, -1]))])
    const sliced = build.op('Slice', [flat, build.integers([2]), build.integers([9]), build.integers([1])])
    const bytes = writeModel(
      build.finish([build.op('Concat', [sliced, flat], { axis: { type: 'int', value: 1 } })]),
    )
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        flips => {
          const damaged = Uint8Array.from(bytes)
          for (const [at, byte] of flips) damaged[at] = byte
          const error = use(damaged)
          if (error !== undefined) expect(error).toBeInstanceOf(XfmrError)
        },
      ),
      { seed: 3, numRuns: 2000 },
    )
  })
})
