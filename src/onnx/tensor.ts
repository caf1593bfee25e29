/** Element types that xfmr reads, writes and runs. */
export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool'

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array

/** A dense row-major tensor. `dims` is empty for a scalar. `bool` data is one byte per element. */
export type Tensor<D extends TensorData = TensorData> = {
  readonly type: ElementType
  readonly dims: readonly number[]
  readonly data: D
}

/** Number of elements of a shape. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1)

export const float32 = (data: ArrayLike<number>, dims: readonly number[]): Tensor<Float32Array> => ({
  type: 'float32',
  dims,
  data: data instanceof Float32Array ? data : Float32Array.from(data),
})

/** Integers as int64. What lies beyond the type's range (ONNX writes "to the end" that way) becomes its limit. */
export const int64 = (
  values: readonly number[],
  dims: readonly number[] = [values.length],
): Tensor<BigInt64Array> => ({
  type: 'int64',
  dims,
  data: BigInt64Array.from(values, value =>
    value >= 2 ** 63 ? 2n ** 63n - 1n : value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(value),
  ),
})

export const scalar = (value: number): Tensor<Float32Array> => float32([value], [])
