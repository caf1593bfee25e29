import type { FloatMap } from '../image/map.ts'
import { mirrorRows } from '../image/mirror.ts'
import { gradientName } from '../onnx/differentiate.ts'
import { float32 } from '../onnx/tensor.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Network } from '../recognition/recogniser.ts'
import { finite } from './cam/cam.ts'
import { type WeighedLayers, weighedMap, weightedActivations } from './cam/weighed-maps.ts'
import type { WeighedMethod } from './cam/weighing.ts'
import type { ExplainedFace } from './face-explainer.ts'
import type { LayerState } from './layer-state.ts'
import type { Layer } from './layers.ts'
import { linearObjective, OBJECTIVE, type Objective } from './objective.ts'
import { type BackwardStyle, type Derived, type Passes, withoutMirrors } from './passes.ts'
import type { Target } from './target.ts'
import type { XCosScorer } from './xcos/scorer.ts'
import type { XCos } from './xcos/xcos.ts'

/** Passes of single photos through the network. */
export type Cost = {
  readonly forward: number
  readonly backward: number
  /** Passes through the layers behind a layer only, which cost less. */
  readonly partial: number
}

/**
 * One face of a pair together with the network that embedded it and the target that is explained: all that a method gets to
 * work with. Photos are float32 planes [N, 3, size, size] as the network takes them (see `toInput`); each call runs all of
 * them in one batch. With mirror averaging every photo is also run as its mirror image.
 */
export type Subject = {
  readonly face: ExplainedFace
  readonly network: Network
  readonly target: Target
  /** Every layer that has a map, first to last. */
  readonly layers: readonly Layer[]
  /** One layer of every resolution. */
  readonly defaults: readonly Layer[]
  /** The last feature grid. */
  readonly grid: Layer
  /** The layers that were asked for, or else those that the method looks at. */
  readonly chosen: readonly Layer[]
  /** The face as the network takes it: [3, size, size]. */
  readonly photo: Float32Array
  /** What the network takes for a pixel of this brightness, 0 to 255. */
  pixel(brightness: number): number
  /** Value of the target for each of N photos. */
  scores(photos: Float32Array): Promise<Float32Array>
  /** What the network returns for each of N photos, [N, D], before it becomes a unit vector. */
  outputs(photos: Float32Array): Promise<Float32Array>
  /** Value of the target and its gradient with respect to the pixels, [N, 3, size, size]; or another backward pass. */
  gradients(
    photos: Float32Array,
    style?: BackwardStyle,
  ): Promise<{ scores: Float32Array; gradients: Float32Array }>
  /** Gradient of the sum of output times direction, [N, D], with respect to the pixels of each photo. */
  gradientsAlong(photos: Float32Array, directions: Float32Array): Promise<Float32Array>
  /**
   * Activations of layers and gradients of the target there, for the face itself: for each layer one state for each view
   * (the mirror image is turned back). Asked for again, they are not run again.
   */
  states(layers: readonly Layer[]): Promise<LayerState[][]>
  /** Activations alone, which need no gradient; the gradients are empty. Of the face itself, or of another photo. */
  activations(layers: readonly Layer[], photo?: Float32Array): Promise<LayerState[][]>
  /**
   * Maps of layers by weighing activations with gradients of the target: for each layer one for each view (the mirror image
   * is turned back). Of the face itself, or of another photo. @throws XfmrError `E_NOT_FINITE` when one overflows
   */
  maps(wanted: WeighedLayers, photo?: Float32Array): Promise<FloatMap[][]>
  /** The weighted activations, [C, H, W], that those maps are the sums of. */
  weighted(wanted: WeighedLayers, photo?: Float32Array): Promise<Float32Array[][]>
  /** Computes states and maps of the face itself in one run, for when they are asked for. */
  prepare(states: readonly Layer[], maps: readonly WeighedLayers[]): Promise<void>
  /** xCos of this face and another one: trained where there is a trained one, else the form that needs no training. */
  xcosWith(other: Subject): Promise<XCos>
  /** Value of the target when a layer has other activations, [N, C, H, W] (of all views, one after the other). */
  scoresFrom(layer: Layer, activations: Float32Array): Promise<Float32Array>
  /** The values of a backward pass at values of the graph, weights included, for the face itself. */
  backward(wrt: readonly string[], style?: BackwardStyle): Promise<{ score: number; at: Float32Array[] }>
  /** What was run so far, as if nothing had been kept from other methods. */
  cost(): Cost
}

/** Values inside the network, and gradients, of one face and target, by name: several methods share them. */
export type ValueMemo = Map<string, Float32Array>

export type SubjectParts = Pick<
  Subject,
  'face' | 'network' | 'target' | 'layers' | 'defaults' | 'grid' | 'chosen'
> & {
  readonly passes: Passes
  readonly objective: Objective
  readonly memo: ValueMemo
  readonly xcos: XCosScorer
}

export const createSubject = ({ passes, objective, memo, xcos, ...facts }: SubjectParts): Subject => {
  const { face, network } = facts
  const { contract } = network
  const photo = passes.photoOf(face.aligned)
  const cost = { forward: 0, backward: 0, partial: 0 }
  const size3 = photo.length
  const count = (photos: Float32Array): number => passes.views * (photos.length / size3)

  const { views } = passes

  /** Values of the face itself are kept, those of another photo are not. @returns the value of a name */
  const read = async (
    { fetch, wrt = [], derived = [] }: Wanted,
    of: Float32Array,
  ): Promise<(name: string) => Float32Array> => {
    // A value may be asked for twice, as the last grid's map is, which is a method of its own too.
    const names = [...new Set(fetch)].filter(name => of !== photo || !memo.has(name))
    const results =
      names.length > 0
        ? await passes.run(of, {
            objective,
            fetch: names,
            wrt: wrt.map(({ name }) => name),
            derived: names.flatMap(name => derived.find(one => one.name === name) ?? []),
          })
        : {}
    if (of === photo) for (const name of names) memo.set(name, values(results[name]))
    return name => (of === photo ? memo.get(name)! : values(results[name]))
  }
  const tally = (of: Float32Array, backward: boolean): void => {
    cost.forward += count(of)
    if (backward) cost.backward += count(of)
  }
  const derivedViews = async (
    { method, layers }: WeighedLayers,
    derivedOf: (method: WeighedMethod, layer: Layer) => Derived,
    of: Float32Array,
  ): Promise<Float32Array[][]> => {
    tally(of, true)
    const derived = layers.map(layer => derivedOf(method, layer))
    const value = await read({ fetch: derived.map(({ name }) => name), wrt: layers, derived }, of)
    return layers.map((layer, i) => viewsOf(layer, views, value(derived[i]!.name)))
  }
  const pixelGradients = async (photos: Float32Array, other: Objective, style?: BackwardStyle) => {
    cost.forward += count(photos)
    cost.backward += count(photos)
    const results = await passes.run(photos, {
      objective: other,
      fetch: [OBJECTIVE, gradientName(contract.input)],
      wrt: [contract.input],
      style,
    })
    const all = values(results[gradientName(contract.input)])
    return {
      scores: values(results[OBJECTIVE]),
      gradients: passes.views === 2 ? withoutMirrors(all, contract.size) : all,
    }
  }

  const own: Subject = {
    ...facts,
    photo,
    pixel: brightness => (brightness - contract.mean) * contract.scale,
    scores: async photos => {
      cost.forward += count(photos)
      return values((await passes.run(photos, { objective, fetch: [OBJECTIVE] }))[OBJECTIVE])
    },
    outputs: async photos => {
      cost.forward += count(photos)
      const { output, dimensions } = contract
      const all = values((await passes.run(photos, { objective, fetch: [output] }))[output])
      return passes.views === 2 ? pairSums(all, dimensions) : all
    },
    gradients: (photos, style) => pixelGradients(photos, objective, style),
    gradientsAlong: async (photos, directions) =>
      (await pixelGradients(photos, linearObjective(directions, contract.dimensions))).gradients,
    states: async layers => {
      tally(photo, true)
      const value = await read(statesWanted(layers), photo)
      return layers.map(layer => {
        const activations = viewsOf(layer, views, value(layer.name))
        const gradients = viewsOf(layer, views, value(gradientName(layer.name)))
        return activations.map((activation, view) => ({ layer, activation, gradient: gradients[view]! }))
      })
    },
    activations: async (layers, of = photo) => {
      tally(of, false)
      const value = await read({ fetch: layers.map(({ name }) => name) }, of)
      return layers.map(layer =>
        viewsOf(layer, views, value(layer.name)).map(activation => ({ layer, activation, gradient: NONE })),
      )
    },
    maps: async (wanted, of = photo) => {
      const found = await derivedViews(wanted, weighedMap, of)
      return wanted.layers.map((layer, i) => found[i]!.map(data => finite(wanted.method, { layer }, data)))
    },
    weighted: (wanted, of = photo) => derivedViews(wanted, weightedActivations, of),
    prepare: async (states, maps) => {
      const derived = maps.flatMap(({ method, layers }) => layers.map(layer => weighedMap(method, layer)))
      const { fetch } = statesWanted(states)
      const wrt = new Set([...states, ...maps.flatMap(({ layers }) => layers)])
      await read({ fetch: [...fetch, ...derived.map(({ name }) => name)], wrt: [...wrt], derived }, photo)
    },
    xcosWith: async other => {
      const [a, b] = [await withGrid(own), await withGrid(other)]
      return xcos.score(a, b)
    },
    scoresFrom: async (layer, activations) => {
      const { channels, height, width, name } = layer
      const rows = activations.length / (channels * height * width)
      cost.partial += rows
      const photos = new Float32Array((rows / passes.views) * size3)
      for (let at = 0; at < photos.length; at += size3) photos.set(photo, at)
      const inner = { [name]: float32(activations, [rows, channels, height, width]) }
      const results = await passes.run(photos, { objective, fetch: [OBJECTIVE], from: name, inner })
      return values(results[OBJECTIVE])
    },
    backward: async (wrt, style) => {
      cost.forward += passes.views
      cost.backward += passes.views
      const fetch = [OBJECTIVE, ...wrt.map(gradientName)]
      const results = await passes.run(photo, { objective, fetch, wrt, style })
      return {
        score: values(results[OBJECTIVE])[0]!,
        at: wrt.map(name => values(results[gradientName(name)])),
      }
    },
    cost: () => ({ ...cost }),
  }
  return own
}

// --- internal ---

type Wanted = {
  readonly fetch: readonly string[]
  readonly wrt?: readonly Layer[]
  readonly derived?: readonly Derived[]
}

/** The face's embedding together with its grid, that of the face as it is and not of its mirror image. */
const withGrid = async (subject: Subject): Promise<Embedding> => {
  const { channels, height, width } = subject.grid
  const [views] = await subject.activations([subject.grid])
  return { ...subject.face.embedding, grid: { channels, height, width, data: views![0]!.activation } }
}

const NONE = new Float32Array(0)

const values = (tensor: { readonly data: unknown } | undefined): Float32Array => tensor!.data as Float32Array

const statesWanted = (layers: readonly Layer[]): Wanted => ({
  fetch: layers.flatMap(({ name }) => [name, gradientName(name)]),
  wrt: layers,
})

/** Planes of each view in the photo's orientation. */
const viewsOf = ({ width }: Layer, views: number, all: Float32Array): Float32Array[] =>
  Array.from({ length: views }, (_, view) => {
    const planes = all.subarray((view * all.length) / views, ((view + 1) * all.length) / views)
    return view === 0 ? planes : mirrorRows(planes, width)
  })

const pairSums = (rows: Float32Array, dimensions: number): Float32Array => {
  const sums = new Float32Array(rows.length / 2)
  for (let i = 0; i < sums.length; i++) {
    const at = Math.floor(i / dimensions) * 2 * dimensions + (i % dimensions)
    sums[i] = rows[at]! + rows[at + dimensions]!
  }
  return sums
}
