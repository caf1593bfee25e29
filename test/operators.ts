import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildOn, emptyGraph } from '../src/onnx/builder.ts'
import { differentiate, gradientName } from '../src/onnx/differentiate.ts'
import type { Attribute, Attributes, Dim, Graph } from '../src/onnx/graph.ts'
import { rules } from '../src/onnx/ops/index.ts'
import type { Rule } from '../src/onnx/ops/rule.ts'
import type { Feeds } from '../src/onnx/runtime.ts'
import { sizeOf, type Tensor } from '../src/onnx/tensor.ts'
import { type Random, randomOf, uniform } from './random-tensors.ts'
import { runOnce, runtime } from './run.ts'
import { type Direction, directionsOf, slopesOf, weighted } from './slopes.ts'

/** One use of an operator: its inputs with their values, its attributes, and what may vary. */
export type Case = {
  /** An input left out is `undefined`. Integers become constants of the graph, everything else can be fed. */
  inputs: readonly (Tensor | undefined)[]
  /** Those that are `undefined` are left out. */
  attributes?: Readonly<Record<string, Attribute | undefined>>
  /** Number of outputs; one unless given. */
  outputs?: number
  /** Inputs to differentiate; all that are float32 unless given. */
  wrt?: readonly number[]
  /** Inputs with the batch as their first axis. */
  batched?: readonly number[]
  opset?: number
}

/** A generator of cases for every rule that a file of `src/onnx/ops` exports. */
export type Cases<M> = { readonly [K in keyof M as M[K] extends Rule ? K : never]: fc.Arbitrary<Case> }

/**
 * Property tests of every operator of a file: the inferred types and shapes are those that ONNX Runtime returns, and
 * the gradient is that of central differences.
 */
export const testRules = <M extends object>(file: M, cases: Cases<M>, samples = 16): void => {
  for (const [op, arbitrary] of Object.entries<fc.Arbitrary<Case>>(cases)) {
    describe(op, () => {
      test('infers the shapes that ONNX Runtime returns', () =>
        property(arbitrary, samples, sample => checkShapes(op, sample)))
      if (rules.get(op)!.gradient) {
        test('has the gradient of central differences', () =>
          property(arbitrary, samples, (sample, seed) => checkGradient(op, sample, seed)))
      }
    })
  }
  test('every rule of the file has its cases', () => {
    const exported = Object.entries(file).filter(([, value]) => typeof value === 'object' && 'infer' in value)
    expect(exported.map(([name]) => name).sort()).toEqual(Object.keys(cases).sort())
  })
}

/** Random shapes. */
export const dims = (rank: { min: number; max: number }, longest = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: longest }), { minLength: rank.min, maxLength: rank.max })

/** A case made from random settings and a source of random values. */
export const cases = <T>(
  settings: { [K in keyof T]: fc.Arbitrary<T[K]> },
  make: (settings: T, random: Random) => Case,
): fc.Arbitrary<Case> =>
  fc
    .tuple(fc.record(settings) as fc.Arbitrary<T>, fc.nat())
    .map(([chosen, seed]) => make(chosen, randomOf(seed)))

/** What an inferred length is for a batch N: sums and products of N and numbers. */
export const lengthOf = (dim: Dim, batch: number): number => {
  if (typeof dim === 'number') return dim
  const sum = dim
    .split('+')
    .map(term => term.split('*').map(factor => (factor === 'N' ? batch : Number(factor))))
  return sum.map(sizeOf).reduce((a, b) => a + b)
}

// --- internal ---

/** Same cases on every run. Few are enough to meet every setting only if small values are not preferred. */
const property = (
  arbitrary: fc.Arbitrary<Case>,
  numRuns: number,
  check: (sample: Case, seed: number) => Promise<void>,
): Promise<void> => fc.assert(fc.asyncProperty(fc.noBias(arbitrary), fc.nat(), check), { seed: 20, numRuns })

const nameOf = (index: number): string => `x${index}`

type Variant = { weights: 'constant' | 'fed'; batch: 'fixed' | 'N' }

const isFed = (sample: Case, index: number, { weights }: Variant): boolean => {
  const tensor = sample.inputs[index]
  if (!tensor || tensor.type === 'int64') return false
  return (
    weights === 'fed' || index === 0 || (sample.batched?.includes(index) ?? false) || tensor.type === 'bool'
  )
}

/** The graph of one node. */
const graphOf = (op: string, sample: Case, variant: Variant): Graph => {
  const build = buildOn(emptyGraph('case', sample.opset ?? 17))
  const initializers = new Map<string, Tensor>()
  sample.inputs.forEach((tensor, index) => {
    if (!tensor) return
    const free = variant.batch === 'N' && sample.batched?.includes(index)
    const shape: readonly Dim[] = free ? ['N', ...tensor.dims.slice(1)] : tensor.dims
    if (isFed(sample, index, variant)) build.input(nameOf(index), { type: tensor.type, shape })
    else {
      initializers.set(nameOf(index), tensor)
      build.scope.addConstant(nameOf(index), tensor)
    }
  })
  // An optional input at the end is left out, one before others is the empty name.
  const count = sample.inputs.findLastIndex(tensor => tensor !== undefined) + 1
  const inputs = sample.inputs.slice(0, count).map((tensor, index) => (tensor ? nameOf(index) : ''))
  const given = Object.entries(sample.attributes ?? {}).filter(([, value]) => value !== undefined)
  const attributes = Object.fromEntries(given) as Attributes
  const outputs = build.ops(op, inputs, sample.outputs ?? 1, attributes)
  return { ...build.finish(outputs), initializers }
}

const feedsOf = (sample: Case, variant: Variant): Feeds =>
  Object.fromEntries(
    sample.inputs.flatMap((tensor, index) =>
      isFed(sample, index, variant) ? [[nameOf(index), tensor!] as const] : [],
    ),
  )

/** Another batch out of the same values, repeated or cut. */
const withBatch = (sample: Case, batch: number): Case => ({
  ...sample,
  inputs: sample.inputs.map((tensor, index) => {
    if (!tensor || !sample.batched?.includes(index)) return tensor
    const shape = tensor.dims.with(0, batch)
    const data = tensor.data.constructor as Float32ArrayConstructor
    const source = tensor.data as Float32Array
    return {
      type: tensor.type,
      dims: shape,
      data: data.from({ length: sizeOf(shape) }, (_, i) => source[i % source.length]!),
    }
  }),
})

const checkShapes = async (op: string, sample: Case): Promise<void> => {
  const compare = async (batch: 'fixed' | 'N', lengths: readonly number[]): Promise<void> => {
    const variant: Variant = { weights: 'fed', batch }
    const graph = graphOf(op, sample, variant)
    const session = await runtime.load(graph)
    for (const length of lengths) {
      const results = await session.run(feedsOf(batch === 'N' ? withBatch(sample, length) : sample, variant))
      for (const { name, type, shape } of graph.outputs) {
        const real = results[name]!
        const inferred = { type, shape: shape.map(dim => lengthOf(dim, length)) }
        expect(inferred).toEqual({ type: real.type, shape: [...real.dims] })
      }
    }
    await session.release()
  }
  await compare('fixed', [Number.NaN])
  if (sample.batched) await compare('N', [1, 3])
}

/** Differences between the slopes may be this large a part of the largest one (or of a tenth). */
const TOLERANCE = 1e-3

const checkGradient = async (op: string, sample: Case, seed: number): Promise<void> => {
  const plain = graphOf(op, sample, { weights: 'fed', batch: 'fixed' })
  const feeds = feedsOf(sample, { weights: 'fed', batch: 'fixed' })
  const random = randomOf(seed)
  const wrt = sample.inputs.flatMap((tensor, index) =>
    tensor?.type === 'float32' && (sample.wrt?.includes(index) ?? true) ? [index] : [],
  )
  expect(wrt).not.toEqual([])
  const directions = wrt.flatMap(index =>
    directionsOf(nameOf(index), sizeOf(sample.inputs[index]!.dims), random),
  )
  const session = await runtime.load(plain)
  try {
    for (const { name: of, type, shape } of plain.outputs) {
      if (type !== 'float32') continue
      const weights = uniform(random, shape as number[], 0.2, 1)
      const run = async (values: Feeds): Promise<Tensor> => (await session.run(values, [of]))[of]!
      const expected = await slopesOf(run, feeds, weights, directions)
      for (const variant of variantsOf(sample, random)) {
        const graph = graphOf(op, sample, variant)
        const backward = differentiate(graph, { of, wrt: wrt.map(nameOf), seed: 'seed' })
        const gradients = await runOnce(backward, { ...feedsOf(sample, variant), seed: weights })
        compareSlopes(sample, variant, directions, expected, gradients)
      }
    }
  } finally {
    await session.release()
  }
}

/** Two opposite variants, so that each setting of either is tested in every case. */
const variantsOf = (sample: Case, random: Random): Variant[] => {
  if (!sample.batched) return (['constant', 'fed'] as const).map(weights => ({ weights, batch: 'fixed' }))
  const [first, second] = random() < 0.5 ? (['constant', 'fed'] as const) : (['fed', 'constant'] as const)
  return [
    { weights: first, batch: 'fixed' },
    { weights: second, batch: 'N' },
  ]
}

const compareSlopes = (
  sample: Case,
  variant: Variant,
  directions: readonly Direction[],
  expected: readonly number[],
  gradients: Record<string, Tensor>,
): void => {
  sample.inputs.forEach((tensor, index) => {
    const input = nameOf(index)
    const gradient = gradients[gradientName(input)]
    if (!gradient) return
    expect(gradient.dims).toEqual(tensor!.dims)
    const mine = directions.flatMap((direction, i) => (direction.input === input ? [i] : []))
    const scale = mine.reduce((largest, i) => Math.max(largest, Math.abs(expected[i]!)), 0.1)
    for (const i of mine) {
      const found = weighted(directions[i]!.along, gradient.data)
      const error = Math.abs(found - expected[i]!) / scale
      const where = `input ${index}, direction ${i}, weights ${variant.weights}, batch ${variant.batch}`
      if (!(error <= TOLERANCE)) throw new Error(`${where}: ${found}, central difference ${expected[i]}`)
    }
  })
}
