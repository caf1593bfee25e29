import type { AlignedFace } from '../face/face.ts'
import type { RecogniserContract } from '../models/contract.ts'
import { dynamicBatch, withInputShape, withOutputs } from '../onnx/edit.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Runtime, Session } from '../onnx/runtime.ts'
import type { Tensor } from '../onnx/tensor.ts'
import { type Embedding, type FeatureGrid, normalise } from './embedding.ts'
import { toInput } from './input.ts'

export type EmbedOptions = {
  /** Returns the last feature grid as well. */
  grid?: boolean
}

/** The network of a recogniser and how it is used: all that an explanation needs to know. */
export type Network = {
  readonly contract: RecogniserContract
  /** The network with a free batch axis; explanations differentiate it. */
  readonly graph: Graph
  /** Whether an embedding is the average over the face and its mirror image. */
  readonly flip: boolean
}

/** A face recogniser that is loaded and ready. */
export type Recogniser = Network & {
  readonly pipeline: string
  /** Embeds aligned faces, in order. */
  embed(faces: readonly AlignedFace[], options?: EmbedOptions): Promise<Embedding[]>
  release(): Promise<void>
}

export type RecogniserOptions = {
  runtime: Runtime
  graph: Graph
  contract: RecogniserContract
  /** Id that the embeddings carry, see `pipelineId`. */
  pipeline: string
  /** Averages the face with its mirror image: twice the cost, a little more accurate. */
  flip?: boolean
}

/**
 * The part of a graph that leads from a face to its grid and its embedding, with a fixed face size and a free batch axis.
 * @throws XfmrError as `withInputShape`, `withOutputs` and `dynamicBatch` do
 */
export const networkOf = (
  graph: Graph,
  { input, output, grid, size }: RecogniserContract,
  keep: readonly string[] = [],
): Graph => {
  const batch = graph.inputs.find(({ name }) => name === input)?.shape[0] ?? 'N'
  // Some files leave the image size open; explanations need the sizes of all layers.
  const sized = withInputShape(graph, input, [batch, 3, size, size])
  return dynamicBatch(withOutputs(sized, [output, grid, ...keep]))
}

/** Loads a recogniser. */
export const createRecogniser = async ({
  runtime,
  graph,
  contract,
  pipeline,
  flip = false,
}: RecogniserOptions): Promise<Recogniser> => {
  const network = networkOf(graph, contract)
  const session = await runtime.load(network)
  const embed = async (
    faces: readonly AlignedFace[],
    { grid = false }: EmbedOptions = {},
  ): Promise<Embedding[]> => {
    const fetch = grid ? [contract.output, contract.grid] : [contract.output]
    const embeddings: Embedding[] = []
    // One face a run: on a CPU a batch is no faster, and the numbers must not depend on a face's neighbours.
    for (const face of faces) {
      const result = await session.run({ [contract.input]: toInput(face, contract) }, fetch)
      const output = result[contract.output]!.data as Float32Array
      const mirrored = flip ? await embedMirrored(session, contract, face) : undefined
      embeddings.push({
        ...normalise(mirrored ? output.map((value, i) => value + mirrored[i]!) : output),
        pipeline,
        ...(grid ? { grid: toGrid(result[contract.grid]!) } : {}),
      })
    }
    return embeddings
  }
  return { contract, graph: network, pipeline, flip, embed, release: () => session.release() }
}

// --- internal ---

const embedMirrored = async (
  session: Session,
  contract: RecogniserContract,
  face: AlignedFace,
): Promise<Float32Array> => {
  const input = toInput(face, contract, { mirror: true })
  const result = await session.run({ [contract.input]: input }, [contract.output])
  return result[contract.output]!.data as Float32Array
}

const toGrid = ({ data, dims }: Tensor): FeatureGrid => ({
  channels: dims[1]!,
  height: dims[2]!,
  width: dims[3]!,
  data: data as Float32Array,
})
