import type { onnx as Onnx } from 'onnx-proto'
import onnxProto from 'onnx-proto'
import { XfmrError } from '../errors.ts'
import { fromHalf, toHalf } from './half.ts'
import { type ElementType, sizeOf, type Tensor, type TensorData } from './tensor.ts'

const { onnx } = onnxProto
const { DataType } = onnx.TensorProto

/** ONNX's numbers for element types. */
export const TYPE_CODES: Record<ElementType, number> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  int32: DataType.INT32,
  int64: DataType.INT64,
  uint8: DataType.UINT8,
  int8: DataType.INT8,
  bool: DataType.BOOL,
}

/** @throws XfmrError `E_MODEL_INVALID` naming the value when xfmr does not compute with this type */
export const elementType = (code: number | null | undefined, name: string): ElementType => {
  const type = TYPE_NAMES.get(code ?? 0)
  if (type) return type
  const label = (DataType[code ?? 0] ?? `number ${code}`).toLowerCase()
  throw new XfmrError(
    'E_MODEL_INVALID',
    `Value "${name}" has the element type ${label}, which xfmr does not handle. Export the model in float32.`,
  )
}

export const readTensor = (proto: Onnx.ITensorProto): Tensor => {
  const name = proto.name ?? ''
  if (proto.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL) {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `Weight "${name}" is kept in a file beside the model. Save the model as one file and try again.`,
    )
  }
  const half = proto.dataType === DataType.FLOAT16
  const type = half ? 'float32' : elementType(proto.dataType, name)
  const dims = (proto.dims ?? []).map(Number)
  const data = half
    ? readHalf(proto)
    : proto.rawData?.length
      ? fromRaw(proto.rawData, type)
      : fromFields(proto, type)
  if (data?.length !== sizeOf(dims) || dims.some(dim => dim < 0)) {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `Weight "${name}" does not hold the values of its shape [${dims}].`,
    )
  }
  return { type, dims, data }
}

export const writeTensor = ({ type, dims, data }: Tensor, name = ''): Onnx.ITensorProto => ({
  name,
  dataType: TYPE_CODES[type],
  dims: [...dims],
  rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
})

/** Stores float32 values as float16. */
export const writeHalf = ({ dims, data }: Tensor, name: string): Onnx.ITensorProto => ({
  name,
  dataType: DataType.FLOAT16,
  dims: [...dims],
  rawData: new Uint8Array(toHalf(data as Float32Array).buffer),
})

// --- internal ---

const TYPE_NAMES = new Map(Object.entries(TYPE_CODES).map(([name, code]) => [code, name as ElementType]))

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const

const fromRaw = (raw: Uint8Array, type: ElementType): TensorData | undefined => {
  if (raw.byteLength % ARRAYS[type].BYTES_PER_ELEMENT !== 0) return undefined
  // The raw bytes sit at any offset of the file; a copy gives them an aligned buffer of their own.
  return new ARRAYS[type](new Uint8Array(raw).buffer)
}

const readHalf = ({ rawData, int32Data }: Onnx.ITensorProto): Float32Array | undefined => {
  if (!rawData?.length) return fromHalf(Uint16Array.from(int32Data ?? []))
  return rawData.byteLength % 2 === 0 ? fromHalf(new Uint16Array(new Uint8Array(rawData).buffer)) : undefined
}

const fromFields = (proto: Onnx.ITensorProto, type: ElementType): TensorData => {
  if (type === 'float32') return Float32Array.from(proto.floatData ?? [])
  if (type === 'float64') return Float64Array.from(proto.doubleData ?? [])
  if (type === 'int64') return BigInt64Array.from(proto.int64Data ?? [], value => BigInt(value.toString()))
  return ARRAYS[type].from(proto.int32Data ?? [])
}
