import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { Condition } from '../../../evaluation/calibration.ts'
import { cellContributions } from '../../../explanation/xcos/contributions.ts'
import { type XCosWeights, xcosGraph } from '../../../explanation/xcos/graph.ts'
import type { Graph } from '../../../onnx/graph.ts'
import type { Feeds, Runtime } from '../../../onnx/runtime.ts'
import { float32, int64 } from '../../../onnx/tensor.ts'
import { dotProduct } from '../../../recognition/compare.ts'
import type { Xfmr } from '../../../xfmr.ts'
import { runTraining } from '../../engine/fit.ts'
import { openRun } from '../../engine/node/run.ts'
import type { FitProgress } from '../../engine/progress.ts'
import { createTrainer } from '../../engine/trainer.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import { identitiesWithSeveral, isHeldBack } from '../../held-back.ts'
import { identityMeans } from '../../unmask/identities.ts'
import { type FacePair, lookAlikes, type PairFace, pairSampler } from '../pairs.ts'
import { initialXCos } from '../start.ts'
import { xcosStudent } from '../student.ts'
import { qualityOf, type Validation, type ValidationPair, xcosScores } from '../validation.ts'
import { cachedGrids, type Grids } from './grids.ts'

export type XCosRecipe = {
  readonly features: number
  /** Further layers of the features, each of which looks one cell further. */
  readonly layers: number
  readonly gates: number
  readonly batch: number
  readonly epochs: number
  readonly stepsPerEpoch: number
  readonly rate: number
  /** Weight of the identity loss; 0 leaves it out. */
  readonly identityWeight: number
  /** Trains on masked faces as well. */
  readonly masks: boolean
  /** The cosine to follow: of the `bare` photos, whatever the views show, or of the views as they are embedded in use (`own`). */
  readonly teacher: (typeof TEACHERS)[number]
}

export const TEACHERS = ['bare', 'own'] as const

/** What did best on validation people, see docs/xcos.md. */
export const XCOS_RECIPE: XCosRecipe = {
  features: 256,
  layers: 1,
  gates: 16,
  batch: 32,
  epochs: 25,
  stepsPerEpoch: 100,
  rate: 0.01,
  identityWeight: 0,
  masks: true,
  teacher: 'own',
}

export type XCosTrainOptions = {
  readonly runtime: Runtime
  /** Embeds faces as they will be embedded in use. */
  readonly xfmr: Pick<Xfmr, 'pipeline' | 'embed' | 'recogniser'>
  /** As in pipeline ids, `mobilefacenet:87aacdfe`. */
  readonly recogniser: string
  readonly set: FaceSet
  /** Where the set is kept, and the grids of its faces. */
  readonly work: string
  readonly seed: string
  readonly recipe?: Partial<XCosRecipe>
  /** Folder of the run, and whether to go on with one that is there. */
  readonly run: string
  readonly resume: boolean
  /** Identities that must not be trained on. */
  readonly excluded?: ReadonlySet<string>
  readonly threads: number
  onGrid?(done: number, all: number): void
  onProgress?(progress: FitProgress): void
}

export type XCosResult = {
  readonly xcos: Graph
  readonly recipe: XCosRecipe
  readonly steps: number
  readonly bestEpoch: number
  readonly faces: { readonly training: number; readonly validation: number }
  readonly identities: { readonly training: number; readonly validation: number }
  readonly validationPairs: number
  /** The weights that training starts from: no training but the average face and the axes of most variance. */
  readonly before: Validation
  readonly after: Validation
}

/** Trains xCos for one recogniser and measures it on people that it has not seen. */
export const trainXCos = async (options: XCosTrainOptions): Promise<XCosResult> => {
  const { runtime, xfmr, set, seed } = options
  const recipe = { ...XCOS_RECIPE, ...options.recipe }
  const { faces, rows, training, validation } = splitOf(set, seed, options.excluded)
  const key = createHash('sha256').update(`${xfmr.pipeline} ${rows.join()}`).digest('hex').slice(0, 16)
  const grids = await cachedGrids(xfmr, set, rows, {
    file: join(options.work, `grids-${key}.rows`),
    onRow: done => options.onGrid?.(done, rows.length),
  })
  const bareCosine = ({ a, b }: FacePair): number =>
    dotProduct(set.photos[a.photo]!.target, set.photos[b.photo]!.target)
  const ownCosine = (a: number, b: number): number => dotProduct(grids.vector(a), grids.vector(b))
  const teacherOf = (pair: FacePair): number =>
    recipe.teacher === 'bare' ? bareCosine(pair) : ownCosine(pair.a.row, pair.b.row)
  const start = await startWeights(options, recipe, training, grids)
  const identityCount = faces.identities.length
  const trainer = await createTrainer(
    runtime,
    xcosStudent({
      weights: start,
      batch: recipe.batch,
      identities: identityCount,
      identityWeight: recipe.identityWeight,
      seed,
    }),
  )
  const finished = (): Graph => {
    const weights = trainer.weights({ average: true })
    const own = [...start.keys()].map(name => [name, weights.get(name)!] as const)
    return xcosGraph(new Map(own), options.recogniser)
  }
  const pairs = validationPairs(validation, set, seed, bareCosine)
  const followed = pairs.map(({ a, b, teacher }) => (recipe.teacher === 'bare' ? teacher : ownCosine(a, b)))
  const scoresOf = (graph: Graph): Promise<Float64Array> =>
    xcosScores(runtime, graph, pairs, rows => grids.of(rows))
  const validate = async (graph: Graph): Promise<Validation> => qualityOf(pairs, await scoresOf(graph))
  const run = await openRun({
    folder: options.run,
    resume: options.resume,
    config: {
      recogniser: options.recogniser,
      pipeline: xfmr.pipeline,
      seed,
      threads: options.threads,
      ...recipe,
      rows: rows.length,
      training: training.length,
    },
  })
  const sampler = pairSampler({
    faces: training,
    alike: lookAlikes(meansOf(training, set, identityCount), 10),
    batch: recipe.batch,
    masks: recipe.masks,
    seed,
  })
  const before = await validate(xcosGraph(start, options.recogniser))
  const result = await runTraining({
    trainer,
    epochs: recipe.epochs,
    stepsPerEpoch: recipe.stepsPerEpoch,
    schedule: { kind: 'cosine', rate: recipe.rate, warmUp: 0.2 },
    batches: function* (epoch, first) {
      for (let number = first; number < recipe.stepsPerEpoch; number++) {
        yield feedsOf(sampler(epoch, number), grids, teacherOf)
      }
    },
    validate: async () => {
      const scores = await scoresOf(finished())
      const quality = qualityOf(pairs, scores)
      return {
        'root mean square': Math.sqrt(mean(followed.map((cosine, i) => (scores[i]! - cosine) ** 2))),
        eer: mean(CONDITIONS.map(condition => quality[condition].eer)),
        correlation: quality['bare-bare'].correlation,
        ...Object.fromEntries(CONDITIONS.map(condition => [`eer ${condition}`, quality[condition].eer])),
      }
    },
    // Error rates of so few people tell epochs apart badly.
    best: { metric: 'root mean square', better: 'lower' },
    run,
    ...(options.onProgress && { onProgress: options.onProgress }),
  })
  if (result.best) trainer.restore(result.best.state)
  const xcos = finished()
  await trainer.release()
  const after = await validate(xcos)
  grids.close()
  const count = (list: readonly PairFace[]): number => new Set(list.map(({ identity }) => identity)).size
  return {
    xcos,
    recipe,
    steps: result.steps,
    bestEpoch: result.best?.epoch ?? recipe.epochs,
    faces: { training: training.length, validation: validation.length },
    identities: { training: count(training), validation: count(validation) },
    validationPairs: pairs.length,
    before,
    after,
  }
}

// --- internal ---

const CONDITIONS: readonly Condition[] = ['bare-bare', 'bare-masked', 'masked-masked']

/** Validation pairs of each condition. */
const VALIDATION_PAIRS = 600
/** Masked views of a photo that training sees, beside the photo as it is and one degraded: more say little that is new. */
const MASKED_VIEWS = 1
/** Faces that the start is made from. */
const START_FACES = 300

/** Faces of people with several photos; `row` of a face is its place in `rows`. */
const splitOf = (set: FaceSet, seed: string, excluded: ReadonlySet<string> = new Set()) => {
  const identities = [...identitiesWithSeveral(set.photos)].filter(name => !excluded.has(name))
  const numbers = new Map(identities.map((name, i) => [name, i]))
  const taken = new Map<string, number>()
  const rows: number[] = []
  const all: PairFace[] = []
  set.rows.forEach(({ photo, mask, degraded }, row) => {
    const identity = numbers.get(set.photos[photo]!.identity)
    if (identity === undefined || mask?.coverage === 'chin') return
    const kind = `${photo} ${mask ? 'masked' : degraded ? 'degraded' : 'plain'}`
    const before = taken.get(kind) ?? 0
    if (before >= (mask ? MASKED_VIEWS : 1)) return
    taken.set(kind, before + 1)
    all.push({ row: rows.length, photo, identity, masked: mask !== null })
    rows.push(row)
  })
  const held = new Set(identities.filter(name => isHeldBack(seed, name)))
  const isHeld = ({ identity }: PairFace): boolean => held.has(identities[identity]!)
  const [training, validation] = [all.filter(face => !isHeld(face)), all.filter(isHeld)]
  if (identities.length - held.size < 2 || held.size < 2) {
    throw new XfmrError(
      'E_BAD_DATASET',
      `Training needs several photos each of more people: ${identities.length - held.size} are there to train on and ` +
        `${held.size} to validate on; both must be at least 2, better 20.`,
    )
  }
  return { faces: { identities }, rows, training, validation }
}

const startWeights = async (
  { runtime, xfmr, seed }: XCosTrainOptions,
  { features, layers, gates }: XCosRecipe,
  training: readonly PairFace[],
  grids: Grids,
): Promise<XCosWeights> => {
  const { graph, contract } = xfmr.recogniser
  const contributions = await cellContributions(runtime, graph, contract)
  const step = Math.max(1, Math.floor(training.length / START_FACES))
  const samples = training.filter((_, i) => i % step === 0).map(({ row }) => grids.one(row))
  const weights = await initialXCos({ contributions, samples, features, layers, gates, seed })
  await contributions.release()
  return weights
}

const meansOf = (faces: readonly PairFace[], { photos }: FaceSet, count: number): Float32Array[] => {
  const bare = faces.filter(({ masked }) => !masked)
  const means = identityMeans(
    bare.map(({ photo, identity }) => ({ identity: String(identity), vector: photos[photo]!.target })),
  )
  const size = photos[0]!.target.length
  return Array.from({ length: count }, (_, i) => means.get(String(i)) ?? new Float32Array(size))
}

/** Pairs drawn like those of training, the same number of each condition. */
const validationPairs = (
  faces: readonly PairFace[],
  set: FaceSet,
  seed: string,
  teacherOf: (pair: FacePair) => number,
): ValidationPair[] => {
  const count = 1 + Math.max(...faces.map(({ identity }) => identity))
  const options = { alike: lookAlikes(meansOf(faces, set, count), 10), batch: VALIDATION_PAIRS, seed }
  const pairs: ValidationPair[] = []
  const wanted = Object.fromEntries(CONDITIONS.map(condition => [condition, VALIDATION_PAIRS]))
  const draw = pairSampler({ ...options, faces, masks: true })
  for (let number = 0; Object.values(wanted).some(left => left > 0); number++) {
    for (const pair of draw(-1, number)) {
      const condition = CONDITIONS[Number(pair.a.masked) + Number(pair.b.masked)]!
      if (wanted[condition]! <= 0) continue
      wanted[condition]!--
      const genuine = pair.a.identity === pair.b.identity
      pairs.push({ condition, genuine, a: pair.a.row, b: pair.b.row, teacher: teacherOf(pair) })
    }
  }
  return pairs
}

const feedsOf = (pairs: readonly FacePair[], grids: Grids, teacherOf: (pair: FacePair) => number): Feeds => ({
  a: grids.of(pairs.map(({ a }) => a.row)),
  b: grids.of(pairs.map(({ b }) => b.row)),
  teacher: float32(pairs.map(teacherOf), [pairs.length]),
  label: int64([...pairs.map(({ a }) => a.identity), ...pairs.map(({ b }) => b.identity)]),
})

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
