import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common'
import { XfmrError } from '../errors.ts'
import { writeModel } from './proto.ts'
import type { Feeds, Runtime, Session } from './runtime.ts'
import type { ElementType, Tensor, TensorData } from './tensor.ts'

/** What onnxruntime-node and onnxruntime-web have in common. */
export type Ort = {
  Tensor: typeof OrtTensor
  InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>
  }
}

export const createRuntime = (name: string, ort: Ort, options: InferenceSession.SessionOptions): Runtime => ({
  name,
  load: async model => {
    const bytes = model instanceof Uint8Array ? model : writeModel(model)
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

const wrap = (ort: Ort, session: InferenceSession): Session => {
  const run = async (
    feeds: Feeds,
    fetch: readonly string[] = session.outputNames,
  ): Promise<Record<string, Tensor>> => {
    const inputs: Record<string, OrtTensor> = {}
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = toOrt(ort, tensor)
    let results: InferenceSession.OnnxValueMapType
    try {
      results = await session.run(inputs, fetch as string[])
    } catch (cause) {
      const message = reason(cause)
      const code = /invalid dimensions|Invalid rank|Unexpected input data type|is missing in/.test(message)
        ? 'E_MODEL_SHAPE'
        : 'E_RUNTIME'
      throw new XfmrError(code, `ONNX Runtime could not run the model: ${message}`, { cause })
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

const toOrt = (ort: Ort, { type, data, dims }: Tensor): OrtTensor =>
  new ort.Tensor(type as 'float32', data as Float32Array, dims)

const fromOrt = (tensor: OrtTensor): Tensor => ({
  type: tensor.type as ElementType,
  dims: tensor.dims,
  data: tensor.data as TensorData,
})

const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!
