import { describe, expect, test } from 'vitest'
import { modelBytes } from '../../test/models.ts'
import { lengthOf } from '../../test/operators.ts'
import { randomOf, uniform } from '../../test/random-tensors.ts'
import { runOnce, runtime } from '../../test/run.ts'
import { int, ints } from './attributes.ts'
import { type Builder, buildOn, emptyGraph } from './builder.ts'
import { dynamicBatch, withOutputs } from './edit.ts'
import type { Dim } from './graph.ts'
import { readModel } from './proto.ts'
import { emptyScope } from './scope.ts'
import { inferShapes } from './shapes.ts'
import { int64 } from './tensor.ts'

test.each(['mobilefacenet', 'landmarks', 'detector'])(
  'every value of %s has the shape that it has when run',
  async name => {
    const graph = dynamicBatch(readModel(await modelBytes(name)))
    const shapes = inferShapes(graph)
    const values = graph.nodes.flatMap(({ outputs }) => outputs)
    const session = await runtime.load(withOutputs(graph, values))
    const photo = uniform(randomOf(1), [2, ...(graph.inputs[0]!.shape.slice(1) as number[])])
    const results = await session.run({ input: photo })
    for (const value of values) {
      const { type, shape } = shapes.get(value)!
      expect({ value, type, shape: shape.map(dim => lengthOf(dim, 2)) }).toEqual({
        value,
        type: results[value]!.type,
        shape: [...results[value]!.dims],
      })
    }
    await session.release()
  },
)

/** The inferred shape of what is made from x, and the real one for a batch of five. */
const shapesOf = async (shape: readonly Dim[], make: (build: Builder) => string) => {
  const build = buildOn(emptyGraph('made', 17))
  build.input('x', { type: 'float32', shape })
  const graph = build.finish([make(build)])
  const dims = shape.map(dim => (typeof dim === 'string' ? 5 : dim))
  const results = await runOnce(graph, { x: uniform(randomOf(1), dims) })
  return { inferred: graph.outputs[0]!.shape, real: Object.values(results)[0]!.dims }
}

describe('shapes that the graph computes', () => {
  test('flattening as PyTorch exports it: Shape, Gather, Unsqueeze, Concat, Reshape', async () => {
    const { inferred, real } = await shapesOf(['N', 3, 4], build => {
      const shape = build.op('Shape', ['x'])
      const batch = build.op('Gather', [
        shape,
        build.constant({ type: 'int64', dims: [], data: BigInt64Array.of(0n) }),
      ])
      const first = build.op('Unsqueeze', [batch, build.integers([0])])
      return build.op('Reshape', ['x', build.op('Concat', [first, build.integers([-1])], { axis: int(0) })])
    })
    expect(inferred).toEqual(['N', 12])
    expect(real).toEqual([5, 12])
  })

  test('arithmetic on lengths: Slice, Mul, Cast, Div', async () => {
    const { inferred, real } = await shapesOf(['N', 6, 4], build => {
      const shape = build.op('Shape', ['x'])
      const rest = build.op('Slice', [shape, build.integers([1]), build.integers([2 ** 63])])
      const more = build.op('Mul', [rest, build.integers([2])])
      const half = build.op('Div', [build.op('Cast', [more], { to: int(7) }), build.integers([4])])
      return build.op('Reshape', ['x', build.op('Concat', [build.integers([-1, 4]), half], { axis: int(0) })])
    })
    expect(inferred).toEqual(['N', 4, 3, 2])
    expect(real).toEqual([5, 4, 3, 2])
  })

  test('symbols multiply and cancel', async () => {
    const { inferred, real } = await shapesOf(['N', 6, 4], build => {
      const all = build.op('Reshape', ['x', build.integers([-1])])
      const rows = build.op('Reshape', [all, build.integers([-1, 4])])
      expect(build.shapeOf(all)).toEqual(['N*24'])
      expect(build.shapeOf(rows)).toEqual(['N*6', 4])
      return build.op('Reshape', [rows, build.integers([-1, 12, 2])])
    })
    expect(inferred).toEqual(['N', 12, 2])
    expect(real).toEqual([5, 12, 2])
  })

  test('a padded convolution with stride one keeps open image sizes', async () => {
    const { inferred, real } = await shapesOf(['N', 2, 'H', 'W'], build => {
      const weight = build.constant(uniform(randomOf(1), [2, 2, 3, 3]))
      return build.op('Conv', ['x', weight], { pads: ints([1, 1, 1, 1]) })
    })
    expect(inferred).toEqual(['N', 2, 'H', 'W'])
    expect(real).toEqual([5, 2, 5, 5])
  })
})

describe('refuses', () => {
  const scope = () => {
    const scope = emptyScope()
    scope.addInput('x', { type: 'float32', shape: [2, 6] })
    scope.addInput('image', { type: 'float32', shape: [1, 2, 3] })
    scope.addConstant('five', int64([5]))
    scope.addInput('free', { type: 'int64', shape: [2] })
    return scope
  }
  const node = (op: string, inputs: string[], attributes = {}, domain?: string) => ({
    op,
    name: 'here',
    inputs,
    outputs: ['y'],
    attributes,
    ...(domain ? { domain } : {}),
  })

  test.each([
    ['an unknown operator', node('Mystery', ['x']), 'E_UNSUPPORTED_OP', 'Operator Mystery (node "here")'],
    [
      'a known name of another set',
      node('Relu', ['x'], {}, 'acme'),
      'E_UNSUPPORTED_OP',
      'Operator acme.Relu',
    ],
    [
      'a target shape that is fed',
      node('Reshape', ['x', 'free']),
      'E_UNSUPPORTED_OP',
      'not known before it runs',
    ],
    ['a value that nothing computes', node('Relu', ['z']), 'E_MODEL_INVALID', '"z" before it is computed'],
    ['an axis beyond the last', node('Concat', ['x', 'x'], { axis: int(2) }), 'E_MODEL_INVALID', 'no axis 2'],
    ['a node without its inputs', node('Conv', ['x']), 'E_MODEL_INVALID', ''],
    [
      'a kernel larger than the image',
      node('MaxPool', ['image'], { kernel_shape: ints([4]) }),
      'E_MODEL_SHAPE',
      'does not fit into [1,2,3]',
    ],
    ['lengths that do not broadcast', node('Add', ['x', 'image']), 'E_MODEL_SHAPE', 'do not broadcast'],
    [
      'a shape for another number of elements',
      node('Reshape', ['x', 'five']),
      'E_MODEL_SHAPE',
      '(node "here") can\'t bring [2,6] to [5]',
    ],
  ] as const)('%s', (_, wrong, code, message) => {
    expect(() => scope().add(wrong)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })
})
