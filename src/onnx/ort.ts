import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import { XfmrError } from '../errors.ts'
import { withAttributes } from './attributes.ts'
import type { Attribute, Graph } from './graph.ts'
import { writeModel } from './proto.ts'
import type { Feeds, Runtime, Session } from './runtime.ts'
import { type ElementType, sizeOf, type Tensor, type TensorData } from './tensor.ts'

/** What onnxruntime-node and onnxruntime-web have in common. */
export type Ort = {
  Tensor: typeof OrtTensor
  InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
}

/**
 * A runtime on one build of ONNX Runtime. `prepare` rewrites graphs, and those inside them, for that build before they are
 * loaded; models given as bytes run as they are.
 */
export const createRuntime = (
  name: string,
  ort: Ort,
  options: InferenceSession.SessionOptions,
  prepare: (graph: Graph) => Graph = graph => graph,
): Runtime => ({
  name,
  load: async model => {
    const bytes = model instanceof Uint8Array ? model : writeModel(prepared(model, prepare))
    let session: InferenceSession
    try {
      session = await ort.InferenceSession.create(bytes, options)
    } catch (cause) {
      throw new XfmrError('E_MODEL_INVALID', `ONNX Runtime can't load this model: ${reason(cause)}`, {
        cause,
      })
    }
    return wrap(ort, session)
  },
})

// --- internal ---

const prepared = (graph: Graph, prepare: (graph: Graph) => Graph): Graph =>
  prepare({
    ...graph,
    nodes: graph.nodes.map(node => {
      const inner = Object.entries(node.attributes).filter(([, { type }]) => type === 'graph')
      if (inner.length === 0) return node
      const graphs = inner.map(([name, { value }]): [string, Attribute] => [
        name,
        { type: 'graph', value: prepared(value as Graph, prepare) },
      ])
      return withAttributes(node, Object.fromEntries(graphs))
    }),
  })

const wrap = (ort: Ort, session: InferenceSession): Session => {
  const run = async (
    feeds: Feeds,
    fetch: readonly string[] = session.outputNames,
  ): Promise<Record<string, Tensor>> => {
    const unknown = fetch.find(name => !session.outputNames.includes(name))
    if (unknown !== undefined) {
      const known = session.outputNames.join(', ')
      throw new XfmrError('E_UNKNOWN_LAYER', `The model has no output "${unknown}"; it has ${known}.`)
    }
    const inputs: Record<string, OrtTensor> = {}
    for (const input of session.inputMetadata)
      inputs[input.name] = toOrt(ort, checked(feeds[input.name], input))
    let results: InferenceSession.OnnxValueMapType
    try {
      results = await session.run(inputs, fetch as string[])
    } catch (cause) {
      throw new XfmrError('E_RUNTIME', `ONNX Runtime could not run the model: ${reason(cause)}`, { cause })
    }
    const outputs: Record<string, Tensor> = {}
    for (const name of fetch) outputs[name] = fromOrt(results[name] as OrtTensor)
    return outputs
  }
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run,
    release: () => session.release(),
  }
}

/**
 * ONNX Runtime checks its inputs too, but says neither which input nor what it wants in one line, and its texts differ
 * between the native and the wasm build.
 */
const checked = (tensor: Tensor | undefined, input: InferenceSession.ValueMetadata): Tensor => {
  const { type, shape } = input.isTensor ? input : { type: 'no tensor', shape: [] }
  const wanted = `The model wants its input "${input.name}" as ${type} [${shape}]`
  if (!tensor) throw new XfmrError('E_MODEL_SHAPE', `${wanted}, but it was not given.`)
  // An empty shape stands for a scalar as well as for a shape that the model leaves open.
  const fits =
    shape.length === 0 ||
    (shape.length === tensor.dims.length &&
      shape.every((length, axis) => typeof length === 'string' || length < 0 || length === tensor.dims[axis]))
  if (tensor.type !== type || !fits) {
    throw new XfmrError('E_MODEL_SHAPE', `${wanted}, but got ${tensor.type} [${tensor.dims}].`)
  }
  if (tensor.data.length !== sizeOf(tensor.dims)) {
    const found = `${tensor.data.length} values for the shape [${tensor.dims}]`
    throw new XfmrError('E_MODEL_SHAPE', `${wanted}, but got ${found}.`)
  }
  return tensor
}

const toOrt = (ort: Ort, { type, data, dims }: Tensor): OrtTensor =>
  new ort.Tensor(type as 'float32', data as Float32Array, dims)

const fromOrt = (tensor: OrtTensor): Tensor => ({
  type: tensor.type as ElementType,
  dims: tensor.dims,
  data: tensor.data as TensorData,
})

const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!
