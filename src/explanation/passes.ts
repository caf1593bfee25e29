import { XfmrError } from '../errors.ts'
import type { AlignedFace } from '../face/face.ts'
import { mirrorRows } from '../image/mirror.ts'
import { type Builder, buildOn } from '../onnx/builder.ts'
import { type BackwardRules, differentiate, gradientName } from '../onnx/differentiate.ts'
import { extract, withOutputs, withoutUnused } from '../onnx/edit.ts'
import type { Graph } from '../onnx/graph.ts'
import type { Feeds, Runtime, Session } from '../onnx/runtime.ts'
import { float32, type Tensor } from '../onnx/tensor.ts'
import { toInput } from '../recognition/input.ts'
import type { Network } from '../recognition/recogniser.ts'
import { OBJECTIVE, type Objective, objectiveGraph, pairFeeds } from './objective.ts'

/** Another backward pass than the gradient. */
export type BackwardStyle = { readonly key: string; readonly rules: BackwardRules }

/** A value that is worked out behind the passes: `add` adds its nodes. Those with the same name are the same. */
export type Derived = { readonly name: string; readonly add: (build: Builder) => string }

export type PassOptions = {
  readonly objective: Objective
  /** Values to return: inner ones, gradients, derived ones. The objective itself is `OBJECTIVE`. */
  readonly fetch: readonly string[]
  /** Values whose gradients are needed; `gradientName` names them. */
  readonly wrt?: readonly string[]
  /** Values to work out from others, gradients included. */
  readonly derived?: readonly Derived[]
  readonly style?: BackwardStyle | undefined
  /** A value inside the network that is given in `inner` instead of computed: what follows from it is run anew. */
  readonly from?: string
  readonly inner?: Feeds
}

/** Runs one network forward and backward. Sessions are made when they are first needed; the last few are kept. */
export type Passes = {
  /**
   * Runs N photos [N, 3, size, size] in one batch. With mirror averaging values inside the network have 2 N rows, each
   * photo followed by its mirror image.
   */
  run(photos: Float32Array, options: PassOptions): Promise<Record<string, Tensor>>
  /** A face as the network takes it, [3, size, size]. */
  photoOf(face: AlignedFace): Float32Array
  /** Copies of each photo that the network sees: 2 with mirror averaging, else 1. */
  readonly views: 1 | 2
  release(): Promise<void>
}

export const createPasses = (runtime: Runtime, network: Network): Passes => {
  const { contract, flip } = network
  const kept = keptOf(network)
  const open = new Map<string, Open>()
  const openFor = (options: PassOptions): Open => {
    const { objective, fetch, wrt = [], style, from } = options
    const key = [objective.key, fetch.join('\n'), wrt.join('\n'), style?.key, from].join('\0')
    const existing = open.get(key)
    if (existing) {
      // Moves to the end: the first of the map is the one that was not used for longest.
      open.delete(key)
      open.set(key, existing)
      return existing
    }
    const created = {
      session: Promise.resolve().then(() => runtime.load(graphOf(network, options))),
      runs: 0,
    }
    open.set(key, created)
    created.session.catch(() => open.delete(key))
    return created
  }
  const makeRoom = async (): Promise<void> => {
    for (const [key, { session, runs }] of open) {
      if (open.size <= kept) return
      if (runs > 0) continue
      open.delete(key)
      await (await session).release()
    }
  }
  const views = flip ? 2 : 1
  return {
    views,
    run: async (photos, options) => {
      const entry = openFor(options)
      entry.runs++
      try {
        const session = await entry.session
        const { size } = contract
        const count = photos.length / (3 * size * size)
        const input = float32(flip ? withMirrors(photos, size) : photos, [count * views, 3, size, size])
        return await session.run({
          [contract.input]: input,
          ...options.inner,
          ...(flip && pairFeeds(count)),
          ...options.objective.feeds(count),
        })
      } finally {
        entry.runs--
        await makeRoom()
      }
    },
    photoOf: face => toInput(face, contract).data,
    release: async () => {
      for (const { session } of open.values()) await (await session).release()
      open.clear()
    },
  }
}

/** Gradients of photos and of their mirror images, interleaved, as gradients of the photos. */
export const withoutMirrors = (gradients: Float32Array, size: number): Float32Array => {
  const photo = 3 * size * size
  const sums = new Float32Array(gradients.length / 2)
  for (let at = 0; at < sums.length; at += photo) {
    const mirrored = mirrorRows(gradients.subarray(2 * at + photo, 2 * (at + photo)), size)
    for (let i = 0; i < photo; i++) sums[at + i] = gradients[2 * at + i]! + mirrored[i]!
  }
  return sums
}

// --- internal ---

/** How many sessions to keep: each holds a copy of the weights. */
const keptOf = ({ graph }: Network): number => {
  let bytes = 0
  for (const { data } of graph.initializers.values()) bytes += data.byteLength
  return Math.max(FEWEST_KEPT, Math.min(MOST_KEPT, Math.floor(KEPT_BYTES / bytes)))
}

const FEWEST_KEPT = 6
/** More than the methods of this package ask for, one after the other. */
const MOST_KEPT = 20
const KEPT_BYTES = 2 ** 28

type Open = { readonly session: Promise<Session>; runs: number }

const graphOf = (
  network: Network,
  { objective, fetch, wrt = [], derived = [], style, from }: PassOptions,
): Graph => {
  const graph = objectiveGraph(network, objective)
  if (from !== undefined) return after(graph, from, fetch)
  if (wrt.length === 0) return withOutputs(graph, fetch)
  const later = new Set([...wrt.map(gradientName), ...derived.map(({ name }) => name)])
  const keep = [...fetch.filter(name => !later.has(name)), ...wrt]
  const build = buildOn(
    differentiate(graph, { of: OBJECTIVE, wrt, keep, ...(style && { rules: style.rules }) }),
  )
  for (const { name, add } of derived) build.alias(add(build), name)
  return withoutUnused(build.finish(fetch))
}

/** What comes after a value. Where a branch leads around it, that branch is computed from the photos. */
const after = (graph: Graph, from: string, outputs: readonly string[]): Graph => {
  const [photos, ...given] = graph.inputs.map(({ name }) => name) as [string, ...string[]]
  try {
    return extract(graph, { inputs: [from, ...given], outputs })
  } catch (error) {
    if (!(error instanceof XfmrError && error.code === 'E_MODEL_INVALID')) throw error
    return extract(graph, { inputs: [from, photos, ...given], outputs })
  }
}

const withMirrors = (photos: Float32Array, size: number): Float32Array => {
  const photo = 3 * size * size
  const both = new Float32Array(photos.length * 2)
  for (let at = 0; at < photos.length; at += photo) {
    const one = photos.subarray(at, at + photo)
    both.set(one, 2 * at)
    both.set(mirrorRows(one, size), 2 * at + photo)
  }
  return both
}
