import type { onnx as Onnx } from 'onnx-proto'
import onnxProto from 'onnx-proto'
import { XfmrError } from '../errors.ts'
import type { Attribute, Dim, Graph, Node, ValueInfo } from './graph.ts'
import { elementType, readTensor, TYPE_CODES, writeHalf, writeTensor } from './proto-tensors.ts'
import type { Tensor } from './tensor.ts'

const { onnx } = onnxProto

/** ONNX file format version that we write; every ONNX Runtime since 1.13 reads it. */
const IR_VERSION = 8

/**
 * Reads an ONNX model file. Weights that are stored as float16 come as float32, without the Cast behind them.
 * @throws XfmrError `E_MODEL_INVALID` when the bytes are no ONNX model, or one with parts that xfmr does not read:
 * weights in external files, sparse weights, functions, element types such as float16 in the computation itself.
 */
export const readModel = (bytes: Uint8Array): Graph => {
  try {
    return readGraph(onnx.ModelProto.decode(bytes))
  } catch (cause) {
    if (cause instanceof XfmrError) throw cause
    throw new XfmrError(
      'E_MODEL_INVALID',
      'This is not an ONNX model, or it is damaged (the file can not be parsed).',
      { cause },
    )
  }
}

export type WriteOptions = {
  /** Stores float32 weights as float16 with a Cast behind each: half the size, 3 digits. Default false. */
  half?: boolean
}

/** Writes a graph as an ONNX model file. */
export const writeModel = (graph: Graph, { half = false }: WriteOptions = {}): Uint8Array => {
  const domains = new Set(graph.nodes.map(node => node.domain ?? '').filter(Boolean))
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'xfmr',
    opsetImport: [
      { domain: '', version: graph.opset },
      ...[...domains].map(domain => ({ domain, version: graph.domains?.[domain] ?? 1 })),
    ],
    graph: writeGraph(graph, half),
  })
  return onnx.ModelProto.encode(model).finish()
}

// --- internal ---

const readGraph = ({ graph, functions, opsetImport }: Onnx.IModelProto): Graph => {
  if (!graph?.node?.length || !graph.output?.length) {
    throw new XfmrError('E_MODEL_INVALID', 'This is not an ONNX model (it has no graph).')
  }
  if (functions?.length || graph.sparseInitializer?.length) {
    const part = functions?.length ? 'functions of its own' : 'sparse weights'
    throw new XfmrError(
      'E_MODEL_INVALID',
      `The model has ${part}, which xfmr does not read. Export it without.`,
    )
  }
  const initializers = new Map<string, Tensor>()
  const halved = new Set<string>()
  for (const tensor of graph.initializer ?? []) {
    initializers.set(tensor.name ?? '', readTensor(tensor))
    if (tensor.dataType === DataType.FLOAT16) halved.add(tensor.name ?? '')
  }
  const nodes = graph.node.map(readNode).filter(({ op, inputs, outputs, attributes }) => {
    const widened = op === 'Cast' && halved.has(inputs[0]!) && attributes.to?.value === DataType.FLOAT
    if (widened) initializers.set(outputs[0]!, initializers.get(inputs[0]!)!)
    return !widened
  })
  const used = new Set([...nodes.flatMap(({ inputs }) => inputs), ...graph.output.map(({ name }) => name)])
  for (const name of halved) if (!used.has(name)) initializers.delete(name)
  const versions = (opsetImport ?? []).map(
    ({ domain, version }) => [domain || 'ai.onnx', Number(version ?? 1)] as const,
  )
  const { 'ai.onnx': opset = 1, ...domains } = Object.fromEntries(versions)
  return {
    name: graph.name || 'graph',
    opset,
    ...(Object.keys(domains).length > 0 ? { domains } : {}),
    // Before IR version 4 weights were listed among the inputs too.
    inputs: (graph.input ?? []).filter(({ name }) => !initializers.has(name ?? '')).map(readValue),
    outputs: graph.output.map(readValue),
    nodes,
    initializers,
  }
}

const { DataType } = onnx.TensorProto
const { AttributeType } = onnx.AttributeProto

const readValue = (proto: Onnx.IValueInfoProto): ValueInfo => {
  const name = proto.name ?? ''
  const { elemType, shape } = proto.type?.tensorType ?? {}
  const type = elementType(elemType, name)
  if (!shape) {
    throw new XfmrError(
      'E_MODEL_INVALID',
      `The model does not say which shape "${name}" has. Export it again.`,
    )
  }
  const dims = (shape.dim ?? []).map(({ dimParam, dimValue }, axis): Dim => {
    // Some exporters write an open length as 0 or -1.
    const length = Number(dimValue ?? 0)
    return dimParam || (length > 0 ? length : `${name}_${axis}`)
  })
  return { name, type, shape: dims }
}

const writeValue = ({ name, type, shape }: ValueInfo): Onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: {
      elemType: TYPE_CODES[type],
      shape: { dim: shape.map(dim => (typeof dim === 'number' ? { dimValue: dim } : { dimParam: dim })) },
    },
  },
})

const writeGraph = (graph: Graph, half: boolean): Onnx.IGraphProto => {
  const halved = (tensor: Tensor): boolean => half && tensor.type === 'float32'
  const weights = [...graph.initializers]
  return {
    name: graph.name,
    input: graph.inputs.map(writeValue),
    output: graph.outputs.map(writeValue),
    node: [
      ...weights.flatMap(([name, tensor]) => (halved(tensor) ? [castNode(name)] : [])),
      ...graph.nodes.map(writeNode),
    ],
    initializer: weights.map(([name, tensor]) =>
      halved(tensor) ? writeHalf(tensor, `${name}${HALF_SUFFIX}`) : writeTensor(tensor, name),
    ),
  }
}

const HALF_SUFFIX = '/half'

const castNode = (name: string): Onnx.INodeProto =>
  writeNode({
    op: 'Cast',
    name: `${name}/cast`,
    inputs: [`${name}${HALF_SUFFIX}`],
    outputs: [name],
    attributes: { to: { type: 'int', value: DataType.FLOAT } },
  })

const readNode = (proto: Onnx.INodeProto): Node => ({
  op: proto.opType ?? '',
  name: proto.name ?? '',
  inputs: proto.input ?? [],
  outputs: proto.output ?? [],
  attributes: Object.fromEntries(
    (proto.attribute ?? []).map(attribute => [attribute.name ?? '', readAttribute(attribute)]),
  ),
  ...(proto.domain && proto.domain !== 'ai.onnx' ? { domain: proto.domain } : {}),
})

const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text)

const readAttribute = (proto: Onnx.IAttributeProto): Attribute => {
  switch (proto.type) {
    case AttributeType.INT:
      return { type: 'int', value: Number(proto.i) }
    case AttributeType.FLOAT:
      return { type: 'float', value: proto.f ?? 0 }
    case AttributeType.STRING:
      return { type: 'string', value: decodeText(proto.s ?? new Uint8Array()) }
    case AttributeType.INTS:
      return { type: 'ints', value: (proto.ints ?? []).map(Number) }
    case AttributeType.FLOATS:
      return { type: 'floats', value: proto.floats ?? [] }
    case AttributeType.STRINGS:
      return { type: 'strings', value: (proto.strings ?? []).map(decodeText) }
    case AttributeType.TENSOR:
      return { type: 'tensor', value: readTensor(proto.t ?? {}) }
    default:
      return { type: 'opaque', value: proto }
  }
}

const writeAttribute = (name: string, { type, value }: Attribute): Onnx.IAttributeProto => {
  switch (type) {
    case 'int':
      return { name, type: AttributeType.INT, i: toLong(value) }
    case 'float':
      return { name, type: AttributeType.FLOAT, f: value }
    case 'string':
      return { name, type: AttributeType.STRING, s: encodeText(value) }
    case 'ints':
      return { name, type: AttributeType.INTS, ints: value.map(toLong) }
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [...value] }
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: value.map(encodeText) }
    case 'tensor':
      return { name, type: AttributeType.TENSOR, t: writeTensor(value) }
    case 'graph':
      return { name, type: AttributeType.GRAPH, g: writeGraph(value, false) }
    case 'opaque':
      return value as Onnx.IAttributeProto
  }
}

/** The largest int64 (ONNX for "to the end") is read as 2^63, which int64 itself can't hold: write it back as it was. */
const toLong = (value: number): number =>
  value < 2 ** 63 ? value : ({ low: -1, high: 0x7fffffff, unsigned: false } as unknown as number)

const writeNode = ({ op, name, inputs, outputs, attributes, domain }: Node): Onnx.INodeProto => ({
  opType: op,
  name,
  input: [...inputs],
  output: [...outputs],
  domain: domain ?? '',
  attribute: Object.entries(attributes).map(([key, attribute]) => writeAttribute(key, attribute)),
})
