import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { RecogniserContract } from '../../../models/contract.ts'
import type { Graph } from '../../../onnx/graph.ts'
import type { Feeds, Runtime } from '../../../onnx/runtime.ts'
import { float32 } from '../../../onnx/tensor.ts'
import { runTraining } from '../../engine/fit.ts'
import { openRun } from '../../engine/node/run.ts'
import type { FitProgress } from '../../engine/progress.ts'
import { createTrainer } from '../../engine/trainer.ts'
import type { FaceRow, FaceSet } from '../../faces/node/face-set.ts'
import { identitiesWithSeveral, isHeldBack } from '../../held-back.ts'
import { eumStudent } from '../embeddings.ts'
import { type Features, liveFeatures } from '../features.ts'
import { layerStudent } from '../layers.ts'
import { RECIPES, type Recipe, type UnmaskMethod } from '../recipes.ts'
import { batchesInEpoch, type Example, epochSampler, type SamplerOptions } from '../sampler.ts'
import { checkStart, startOfDeepPart, startOfHead } from '../start.ts'
import { NEGATIVE, type Student, TARGET } from '../student.ts'
import { type Validation, type ValidationRows, validate } from '../validation.ts'
import { cachedFeatures } from './cached-features.ts'

export type UnmaskOptions = {
  readonly runtime: Runtime
  /** The recogniser as it is, without a correction. */
  readonly graph: Graph
  readonly contract: RecogniserContract
  /** As in pipeline ids, `mobilefacenet:87aacdfe`. */
  readonly recogniser: string
  readonly set: FaceSet
  /** Where the set is kept, and what is computed from it. */
  readonly work: string
  readonly method: UnmaskMethod
  readonly seed: string
  /** Layer where training begins; by default it follows from the method. */
  readonly from?: string
  readonly epochs?: number
  /** Folder of the run, and whether to go on with one that is there. */
  readonly run: string
  readonly resume: boolean
  /** Identities that must not be trained on, and why is the caller's business. */
  readonly excluded?: ReadonlySet<string>
  readonly threads: number
  onFeature?(done: number, all: number): void
  onProgress?(progress: FitProgress): void
}

export type UnmaskResult = {
  readonly correction: Graph
  readonly start: string
  readonly recipe: Recipe
  readonly steps: number
  readonly bestEpoch: number
  readonly rows: { readonly masked: number; readonly bare: number; readonly validation: number }
  readonly identities: { readonly training: number; readonly validation: number }
  readonly before: Validation
  readonly after: Validation
}

/** Trains a correction for masked faces and measures it on people that it has not seen. */
export const trainUnmask = async (options: UnmaskOptions): Promise<UnmaskResult> => {
  const { runtime, graph, contract, set, method, seed } = options
  const recipe = { ...RECIPES[method], ...(options.epochs ? { epochs: options.epochs } : {}) }
  const split = splitOf(set, seed, options.excluded)
  const student = studentOf(options, recipe)
  const features = await featuresFor(options, student, recipe)
  const validation = { set, features, rows: split.validation }
  const trainer = await createTrainer(runtime, student.training)
  const averaged = student.training.average !== undefined
  const finished = () => student.correction(trainer.weights({ average: averaged }))
  const sampler: SamplerOptions = {
    ...split.training,
    ...recipe,
    seed,
    identityOf: row => set.photos[set.rows[row]!.photo]!.identity,
  }
  const run = await openRun({
    folder: options.run,
    resume: options.resume,
    config: {
      method,
      recogniser: options.recogniser,
      start: student.start,
      seed,
      threads: options.threads,
      ...recipe,
      faces: set.key,
      rows: set.rows.length,
      training: split.training.masked.length + split.training.bare.length,
    },
  })
  const stepsPerEpoch = batchesInEpoch(sampler)
  const result = await runTraining({
    trainer,
    epochs: recipe.epochs,
    stepsPerEpoch,
    schedule: recipe.schedule,
    batches: (epoch, first) => feedsOf(student, set, features, sampler, { epoch, first, stepsPerEpoch }),
    validate: async () => {
      const { masked, bare } = await validate(runtime, finished(), validation)
      return { eer: masked.eer, bareEer: bare.eer, gMean: masked.gMean! }
    },
    best: { metric: 'eer', better: 'lower' },
    run,
    checkpointSteps: Math.max(50, Math.ceil(stepsPerEpoch / 4)),
    ...(options.onProgress && { onProgress: options.onProgress }),
  })
  if (result.best) trainer.restore(result.best.state)
  const correction = finished()
  await trainer.release()
  const untrained = layerStudent(graph, contract, {
    start: contract.grid,
    batch: 1,
    method: 'none',
    recogniser: options.recogniser,
  })
  const plain = await liveFeatures(runtime, graph, contract, set, contract.grid)
  const before = await validate(runtime, untrained.correction(new Map()), { ...validation, features: plain })
  const after = await validate(runtime, correction, validation)
  await Promise.all([plain.release(), features.release()])
  return {
    correction,
    start: student.start,
    recipe,
    steps: result.steps,
    bestEpoch: result.best?.epoch ?? recipe.epochs,
    rows: {
      masked: split.training.masked.length,
      bare: split.training.bare.length,
      validation: split.validation.masked.length + split.validation.bare.length,
    },
    identities: split.identities,
    before,
    after,
  }
}

// --- internal ---

/** Validation views of each kind, chosen evenly: more only cost time after every epoch. */
const MOST_VALIDATION = 1500

const splitOf = (set: FaceSet, seed: string, excluded: ReadonlySet<string> = new Set()) => {
  const identityOf = ({ photo }: FaceRow): string => set.photos[photo]!.identity
  const usable = set.rows.flatMap((row, index) => (excluded.has(identityOf(row)) ? [] : [{ row, index }]))
  const held = (row: FaceRow): boolean => isHeldBack(seed, identityOf(row))
  const isMasked = ({ mask }: FaceRow): boolean => mask !== null && mask.coverage !== 'chin'
  const indices = (keep: (row: FaceRow) => boolean): number[] =>
    usable.filter(({ row }) => keep(row)).map(({ index }) => index)
  const several = identitiesWithSeveral(set.photos)
  const forValidation = (row: FaceRow): boolean => held(row) && several.has(identityOf(row))
  const training = {
    masked: indices(row => !held(row) && isMasked(row)),
    bare: indices(row => !held(row) && !isMasked(row)),
  }
  const validation: ValidationRows = {
    masked: thinned(indices(row => forValidation(row) && isMasked(row))),
    bare: thinned(indices(row => forValidation(row) && !isMasked(row))),
  }
  const count = (rows: readonly number[]) => new Set(rows.map(row => identityOf(set.rows[row]!))).size
  const identities = { training: count(training.masked), validation: count(validation.masked) }
  if (identities.training < 2 || identities.validation < 2 || validation.bare.length === 0) {
    throw new XfmrError(
      'E_BAD_DATASET',
      `Training needs photos of more people: ${identities.training} are there to train on and ` +
        `${identities.validation} with several photos to validate on; both must be at least 2, better 20.`,
    )
  }
  return { training, validation, identities }
}

const thinned = (rows: readonly number[]): number[] => {
  const step = Math.max(1, rows.length / MOST_VALIDATION)
  return Array.from({ length: Math.floor(rows.length / step) }, (_, i) => rows[Math.floor(i * step)]!)
}

const studentOf = (
  { graph, contract, method, recogniser, seed, from }: UnmaskOptions,
  { batch }: Recipe,
): Student => {
  if (method === 'eum-srt' || method === 'eum-triplet' || method === 'eum-cosine') {
    const loss = method.slice('eum-'.length) as 'srt' | 'triplet' | 'cosine'
    return eumStudent(contract, { loss, batch, seed, recogniser })
  }
  const natural = method === 'head' ? startOfHead : startOfDeepPart
  const start = from === undefined ? natural(graph, contract) : checkStart(graph, contract, from)
  return layerStudent(graph, contract, { start, batch, method, recogniser })
}

const featuresFor = async (
  { runtime, graph, contract, set, work, onFeature }: UnmaskOptions,
  { start }: Student,
  { cached }: Recipe,
): Promise<Features> => {
  const live = await liveFeatures(runtime, graph, contract, set, start)
  if (!cached) return live
  const file = join(work, `values-${start.replace(/[^\w.-]/g, '_')}.f32`)
  const rows = set.rows.length
  return cachedFeatures(live, { file, rows, onRow: done => onFeature?.(done, rows) })
}

async function* feedsOf(
  { start, triplets }: Student,
  set: FaceSet,
  features: Features,
  sampler: SamplerOptions,
  { epoch, first, stepsPerEpoch }: { epoch: number; first: number; stepsPerEpoch: number },
): AsyncGenerator<Feeds> {
  const examplesOf = epochSampler(sampler, epoch)
  for (let batch = first; batch < stepsPerEpoch; batch++) {
    const examples = examplesOf(batch)
    yield {
      [start]: await features.of(examples),
      [TARGET]: targetsOf(set, examples),
      ...(triplets && {
        [NEGATIVE]: targetsOf(
          set,
          examples.map(({ other }) => ({ row: other, mirrored: false })),
        ),
      }),
    }
  }
}

const targetsOf = (set: FaceSet, examples: readonly Pick<Example, 'row' | 'mirrored'>[]) => {
  const vectors = examples.map(({ row, mirrored }) => {
    const photo = set.photos[set.rows[row]!.photo]!
    return mirrored ? photo.mirrored : photo.target
  })
  const dimensions = vectors[0]!.length
  const all = new Float32Array(vectors.length * dimensions)
  vectors.forEach((vector, i) => void all.set(vector, i * dimensions))
  return float32(all, [vectors.length, dimensions])
}
