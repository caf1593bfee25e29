import { XfmrError } from '../../../errors.ts'
import type { Metrics } from '../../../evaluation/metrics.ts'
import type { Graph } from '../../../onnx/graph.ts'
import { timesMatrix } from '../../../recognition/counterpart.ts'
import { normalise } from '../../../recognition/embedding.ts'
import type { Xfmr } from '../../../xfmr.ts'
import type { FaceSet } from '../../faces/node/face-set.ts'
import { compareViews, type EmbeddedView, measureViews } from '../../faces/view-scores.ts'
import { identitiesWithSeveral, isHeldBack } from '../../held-back.ts'
import { counterpartGraph } from '../graph.ts'
import { createRegression } from '../regression.ts'

export type CounterpartOptions = {
  /** Opened with the correction that the counterpart is for. */
  readonly xfmr: Pick<Xfmr, 'embed' | 'recogniser'>
  /** Tags of the recogniser and of that correction. */
  readonly owner: string
  readonly set: FaceSet
  readonly seed: string
  /** Identities that must not be trained on. */
  readonly excluded?: ReadonlySet<string>
  onView?(done: number, all: number): void
}

export type CounterpartResult = {
  readonly counterpart: Graph
  /** How much of the bare embedding itself is kept beside what a mask would leave of it. */
  readonly share: number
  readonly rows: { readonly training: number; readonly validation: number }
  readonly identities: { readonly training: number; readonly validation: number }
  /** Masked, corrected views against other photos of the same people without masks. */
  readonly before: Metrics
  readonly after: Metrics
  /** The FDR of every share that was tried. */
  readonly tried: readonly { readonly share: number; readonly fdr: number }[]
}

/**
 * Learns how a bare face's embedding is best compared with the corrected embedding of a masked one: ridge regression from the
 * embeddings of bare photos to the corrected ones of the same photos with masks, and a share of the bare embedding itself that
 * gives the best FDR on people held back, whom the correction does not know either where it was trained with the same seed.
 */
export const trainCounterpart = async (options: CounterpartOptions): Promise<CounterpartResult> => {
  const { xfmr, owner, set, seed, onView = () => {} } = options
  const views = viewsOf(set, seed, options.excluded)
  const size = set.photos[0]!.target.length
  const regression = createRegression(size)
  const probes: EmbeddedView[] = []
  const rgb = new Uint8Array(112 * 112 * 3)
  for (const [done, { row, photo, held }] of views.entries()) {
    set.read(row, rgb)
    const face = { width: 112, height: 112, data: rgb, transform: [1, 0, 0, 0, 1, 0] as const }
    const [corrected] = await xfmr.embed([face], { unmask: 'always' })
    if (held) probes.push({ photo, vector: corrected!.vector })
    else regression.add(set.photos[photo]!.target, corrected!.vector)
    onView(done + 1, views.length)
  }
  const left = regression.matrix(RIDGE)
  const judged = (share: number | undefined): Metrics => {
    const matrix = share === undefined ? undefined : withShare(left, size, share)
    return judge(set, probes, matrix)
  }
  const tried = SHARES.map(share => ({ share, ...judged(share) }))
  const best = tried.reduce((one, other) => (other.fdr! > one.fdr! ? other : one))
  return {
    counterpart: counterpartGraph(withShare(left, size, best.share), xfmr.recogniser.contract, owner),
    share: best.share,
    rows: { training: regression.pairs, validation: probes.length },
    identities: { training: peopleIn(set, views, false), validation: peopleIn(set, views, true) },
    before: judged(undefined),
    after: judged(best.share),
    tried: tried.map(({ share, fdr }) => ({ share, fdr: fdr! })),
  }
}

// --- internal ---

const RIDGE = 1e-4
const SHARES = [0, 0.25, 0.5, 1, 2]
/** Masked views of a photo. */
const VIEWS = 2

type MaskedView = { readonly row: number; readonly photo: number; readonly held: boolean }

const peopleIn = (set: FaceSet, views: readonly MaskedView[], held: boolean): number =>
  new Set(views.filter(view => view.held === held).map(({ photo }) => set.photos[photo]!.identity)).size

const viewsOf = (set: FaceSet, seed: string, excluded: ReadonlySet<string> = new Set()) => {
  const several = identitiesWithSeveral(set.photos)
  const taken = new Map<number, number>()
  const views = set.rows.flatMap(({ photo, mask }, row) => {
    const { identity } = set.photos[photo]!
    if (mask === null || mask.coverage === 'chin' || excluded.has(identity)) return []
    const held = isHeldBack(seed, identity)
    // Somebody with a single photo can't be compared with another one.
    if (held && !several.has(identity)) return []
    const before = taken.get(photo) ?? 0
    if (before >= VIEWS) return []
    taken.set(photo, before + 1)
    return [{ row, photo, held }]
  })
  const people = (held: boolean): number => peopleIn(set, views, held)
  if (people(false) > 1 && people(true) > 1) return views
  throw new XfmrError(
    'E_BAD_DATASET',
    `Training needs masked views of more people: ${people(false)} are there to train on and ${people(true)} with several photos to ` +
      'validate on; both must be at least 2, better 20.',
  )
}

/** [D, D]: what a mask leaves of a bare embedding, and a share of the embedding itself. */
const withShare = (left: Float32Array, size: number, share: number): Float32Array => {
  const matrix = left.slice()
  for (let i = 0; i < size; i++) matrix[i * size + i]! += share
  return matrix
}

/** Compares masked views with the other bare photos of the held people, by their counterparts where there is a matrix. */
const judge = (
  { photos }: FaceSet,
  probes: readonly EmbeddedView[],
  matrix: Float32Array | undefined,
): Metrics => {
  const references = [...new Set(probes.map(({ photo }) => photo))].map(photo => {
    const { target } = photos[photo]!
    return { photo, vector: matrix ? normalise(timesMatrix(target, matrix)).vector : target }
  })
  return measureViews(compareViews(photos, references, probes))
}
