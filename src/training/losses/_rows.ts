import { int, ints } from '../../onnx/attributes.ts'
import type { Builder } from '../../onnx/builder.ts'

/** Cosine between the rows of two [N, D] values, [N]. A row of zeros has cosine 0 with everything. */
export const rowCosine = (build: Builder, a: string, b: string): string =>
  build.op('Div', [rowDot(build, a, b), build.op('Mul', [rowLength(build, a), rowLength(build, b)])])

/** Squared distance 2 - 2 cos between the L2-normalised rows of two [N, D] values, [N], from 0 to 4. */
export const rowDistance = (build: Builder, a: string, b: string): string =>
  build.op('Sub', [build.number(2), build.op('Mul', [rowCosine(build, a, b), build.number(2)])])

/** Rows of an [N, D] value brought to length 1. */
export const unitRows = (build: Builder, rows: string): string =>
  build.op('Div', [rows, build.op('Unsqueeze', [rowLength(build, rows), build.integers([1])])])

/** Mean of an [N] value, a scalar. */
export const mean = (build: Builder, name: string): string =>
  build.op('ReduceMean', [name], { axes: ints([0]), keepdims: int(0) })

// --- internal ---

const rowDot = (build: Builder, a: string, b: string): string =>
  build.op('ReduceSum', [build.op('Mul', [a, b]), build.integers([1])], { keepdims: int(0) })

/** Far below the square of any real embedding, it keeps the gradient finite at a row of zeros. */
const TINY = 1e-12

/** Lengths that a graph has already: with one of each there is one gradient of each, too. */
const known = new WeakMap<Builder, Map<string, string>>()

// ONNX Runtime's sum of squares over rows takes three times as long as a product and a sum.
const rowLength = (build: Builder, rows: string): string => {
  const lengths = known.get(build) ?? new Map<string, string>()
  known.set(build, lengths)
  const length =
    lengths.get(rows) ?? build.op('Sqrt', [build.op('Add', [rowDot(build, rows, rows), build.number(TINY)])])
  lengths.set(rows, length)
  return length
}
