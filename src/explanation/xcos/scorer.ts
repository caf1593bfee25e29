import { XfmrError } from '../../errors.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime, Session } from '../../onnx/runtime.ts'
import { float32, type Tensor } from '../../onnx/tensor.ts'
import type { Embedding, FeatureGrid } from '../../recognition/embedding.ts'
import type { Network } from '../../recognition/recogniser.ts'
import { cellContributions } from './contributions.ts'
import { type XCos, xcosOf, xcosOfContributions } from './xcos.ts'

/** Scores pairs by xCos. */
export type XCosScorer = {
  /**
   * The score of two faces, whose embeddings must hold their grids. Exchanging the faces gives the same, bit for bit.
   * @throws XfmrError `E_MODEL_SHAPE` when a grid is missing or the grids do not fit each other, `E_PIPELINE_MISMATCH`
   * when the embeddings come from different pipelines
   */
  score(a: Embedding, b: Embedding): Promise<XCos>
  release(): Promise<void>
}

export type XCosParts = {
  readonly recogniser: Pick<Network, 'graph' | 'contract'>
  /** The network of faces whose embedding says `unmasked`. */
  readonly corrected?: Pick<Network, 'graph' | 'contract'> | undefined
  /** A trained xCos of this recogniser, see `xcosGraph`. Without it the form that needs no training. */
  readonly trained?: Graph | undefined
}

/** Prepares xCos for one recogniser. Sessions are made when they are first needed, and kept. */
export const createXCosScorer = (
  runtime: Runtime,
  { recogniser, corrected, trained }: XCosParts,
): XCosScorer => {
  const own = kept(() => cellContributions(runtime, recogniser.graph, recogniser.contract))
  const others = corrected && kept(() => cellContributions(runtime, corrected.graph, corrected.contract))
  const session = trained && kept(() => runtime.load(trained))
  const partsOf = async ({ unmasked }: Embedding, grid: FeatureGrid): Promise<Float32Array> => {
    if (!unmasked) return (await own.get()).of(grid)
    if (!others) {
      throw new XfmrError(
        'E_PIPELINE_MISMATCH',
        'This face was embedded with a correction for masks that this xCos does not have.',
      )
    }
    return (await others.get()).of(grid)
  }
  return {
    score: async (a, b) => {
      const [gridA, gridB] = gridsOf(a, b)
      if (session) return runTrained(await session.get(), gridA, gridB)
      return xcosOfContributions(await partsOf(a, gridA), await partsOf(b, gridB), gridA)
    },
    release: async () => {
      await Promise.all([own, others, session].map(part => part?.release()))
    },
  }
}

// --- internal ---

/** Makes something on first use, and only then has something to free. */
const kept = <T extends { release(): Promise<void> }>(make: () => Promise<T>) => {
  let made: Promise<T> | undefined
  return {
    get: (): Promise<T> => {
      made ??= make()
      return made
    },
    release: async (): Promise<void> => (await made)?.release(),
  }
}

const gridsOf = (a: Embedding, b: Embedding): [FeatureGrid, FeatureGrid] => {
  if (a.pipeline !== b.pipeline) {
    throw new XfmrError(
      'E_PIPELINE_MISMATCH',
      `These embeddings come from different pipelines and can't be compared: "${a.pipeline}" and "${b.pipeline}". ` +
        'Embed both photos with the same models and options.',
    )
  }
  if (!a.grid || !b.grid) {
    throw new XfmrError(
      'E_MODEL_SHAPE',
      'xCos needs the grids of both faces: embed them with { grid: true }.',
    )
  }
  if (a.grid.width !== b.grid.width || a.grid.height !== b.grid.height) {
    const size = ({ height, width }: FeatureGrid): string => `${height}x${width}`
    throw new XfmrError(
      'E_MODEL_SHAPE',
      `xCos compares faces cell by cell, but their grids differ: ${size(a.grid)} and ${size(b.grid)}.`,
    )
  }
  return [a.grid, b.grid]
}

const runTrained = async (session: Session, a: FeatureGrid, b: FeatureGrid): Promise<XCos> => {
  const input = ({ channels, height, width, data }: FeatureGrid): Tensor<Float32Array> =>
    float32(data, [1, channels, height, width])
  const result = await session.run({ a: input(a), b: input(b) }, ['similarity', 'attention'])
  const values = (name: string): Float32Array => result[name]!.data as Float32Array
  return xcosOf(values('similarity'), values('attention'), a)
}
