import type { AlignedFace } from '../face/face.ts'
import { blur } from '../image/blur.ts'
import type { Photo } from '../image/photo.ts'
import type { Builder } from '../onnx/builder.ts'
import { gradientName } from '../onnx/differentiate.ts'
import type { Runtime } from '../onnx/runtime.ts'
import { float32 } from '../onnx/tensor.ts'
import { createRandom } from '../random.ts'
import type { Embedding } from '../recognition/embedding.ts'
import type { Network } from '../recognition/recogniser.ts'
import { UNMASK_PREFIX } from '../recognition/unmask.ts'
import { resolveFilter } from './filters.ts'
import { defaultLayers, resolveLayers, spatialLayers } from './layers.ts'
import { channelObjective, cosineObjective, OBJECTIVE, type Objective } from './objective.ts'
import { createPasses } from './passes.ts'

/**
 * What a picture is made to do to a network:
 * - `channel`: activate one channel of a layer (activation maximisation; with a face as start, what the channel sees in it)
 * - `layer`: activate everything that a layer already does (deep dream)
 * - `like`: have the activations that a layer has for a face (inverted representation)
 * - `identity`: have the embedding of somebody. This is an attack on stored templates, see docs/explanations.md.
 */
export type Wish =
  /** Layers by name or size, see `resolveLayers`. */
  | { readonly channel: number; readonly layer: string }
  | { readonly layer: string }
  | { readonly like: AlignedFace; readonly layer: string }
  | { readonly identity: Embedding }

export type SynthesisOptions = {
  /** Where it begins; default grey with a little noise. */
  start?: AlignedFace
  /** Default 128. */
  steps?: number
  /** Longest step in brightness levels: how far the mean pixel moves. One that went too far is taken back, and halved. Default 3. */
  rate?: number
  /**
   * Standard deviation in pixels of the blur of the gradient in the last step, six times as much in the first: without it
   * pictures are fine noise. 0 leaves it out. Default 0.75.
   */
  smooth?: number
  /** Default 1. */
  seed?: number
  onProgress?: (share: number) => void
}

export type Synthesis = {
  readonly picture: Photo
  /** Value of the wish before the first step and after each; it never falls. */
  readonly values: readonly number[]
}

/**
 * Changes a picture along the gradient of a wish until the network sees what was wished for.
 * @throws XfmrError `E_UNKNOWN_LAYER` for a layer that the network does not have, `E_USAGE` for such a channel,
 * `E_UNSUPPORTED_OP` where it can't be differentiated
 * @see Simonyan et al. 2014 (maximisation, identity), Mahendran and Vedaldi 2015 (inversion), Mordvintsev et al. 2015 (dream)
 */
export const synthesise = async (
  runtime: Runtime,
  network: Network,
  wish: Wish,
  { start, steps = 128, rate = 3, smooth = 0.75, seed = 1, onProgress }: SynthesisOptions = {},
): Promise<Synthesis> => {
  const { contract } = network
  const { size, scale, mean, input } = contract
  const passes = createPasses(runtime, { ...network, flip: false })
  const layers = spatialLayers(network.graph, contract.output)
  const defaults = defaultLayers(layers, contract.grid)
  const nameOf = (layer: string): string => resolveLayers(layers, defaults, [layer], UNMASK_PREFIX)[0]!.name
  try {
    const objective = await objectiveOf(wish)
    let photo = start ? passes.photoOf(start).slice() : noise(size, scale, seed)
    const values: number[] = []
    const fetch = [OBJECTIVE, gradientName(input)]
    let pace = rate * Math.abs(scale)
    let gradient: Float32Array | undefined
    let best = Number.NEGATIVE_INFINITY
    let next = photo
    for (let step = 0; ; step++) {
      const results = await passes.run(next, { objective, fetch, wrt: [input] })
      const value = (results[OBJECTIVE]!.data as Float32Array)[0]!
      if (value >= best) {
        ;[best, photo, gradient] = [value, next, results[gradientName(input)]!.data as Float32Array]
        pace = Math.min(pace * LONGER, rate * Math.abs(scale))
      } else pace /= 2
      values.push(best)
      if (step === steps) break
      // First what is large, then what is small: coarse shapes would not come up through fine ones any more.
      const share = steps > 1 ? step / (steps - 1) : 1
      const direction = softened(gradient!, size, smooth * COARSEST ** (1 - share))
      next = moved(photo, direction, pace, contract)
      onProgress?.((step + 1) / steps)
    }
    return { picture: toPhoto(photo, contract), values }
  } finally {
    await passes.release()
  }

  async function objectiveOf(of: Wish): Promise<Objective> {
    if ('identity' in of) return cosineObjective(of.identity)
    if ('channel' in of) {
      const { layer, channel } = resolveFilter(of, { layers, defaults })
      return channelObjective(layer.name, channel)
    }
    const name = nameOf(of.layer)
    if (!('like' in of)) return energyObjective(name)
    const layer = { objective: energyObjective(name), fetch: [name] }
    const { data, dims } = (await passes.run(passes.photoOf(of.like), layer))[name]!
    return likenessObjective(name, data as Float32Array, dims)
  }

  function noise(side: number, factor: number, seeded: number): Float32Array {
    const random = createRandom('synthesis', seeded)
    const grey = (127.5 - mean) * factor
    return Float32Array.from({ length: 3 * side * side }, () => grey + 8 * factor * random.normal())
  }
}

// --- internal ---

/** How much wider the first steps are softened than the last. */
const COARSEST = 6
/** How much longer steps get after each that went well, up to the given rate. */
const LONGER = 1.2

const meanOf = (build: Builder, value: string): string =>
  build.op('ReduceMean', [value], {
    axes: { type: 'ints', value: [1, 2, 3] },
    keepdims: { type: 'int', value: 0 },
  })

const energyObjective = (layer: string): Objective => ({
  key: `energy of ${layer}`,
  add: build => meanOf(build, build.op('Mul', [layer, layer])),
  feeds: () => ({}),
})

/** Minus the mean squared distance to given activations. */
const likenessObjective = (layer: string, wanted: Float32Array, dims: readonly number[]): Objective => ({
  key: `likeness at ${layer}`,
  add: build => {
    const distance = build.op('Sub', [layer, build.constant(float32(wanted, dims))])
    return build.op('Neg', [meanOf(build, build.op('Mul', [distance, distance]))])
  },
  feeds: () => ({}),
})

type Pixels = {
  readonly size: number
  readonly mean: number
  readonly scale: number
  readonly channels: 'rgb' | 'bgr'
}

/** One step along the gradient, of a length that does not depend on the gradient's; inside the range of pixels. */
const moved = (
  photo: Float32Array,
  gradient: Float32Array,
  rate: number,
  { mean, scale }: Pixels,
): Float32Array => {
  const size = gradient.reduce((sum, value) => sum + Math.abs(value), 0) / gradient.length
  const ends = [(0 - mean) * scale, (255 - mean) * scale]
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  return photo.map((value, i) => Math.min(Math.max(value + (rate * gradient[i]!) / (size || 1), low), high))
}

const softened = (gradient: Float32Array, size: number, sigma: number): Float32Array => {
  const soft = gradient.slice()
  for (let start = 0; start < soft.length; start += size * size)
    blur(soft.subarray(start, start + size * size), size, size, sigma)
  return soft
}

const toPhoto = (photo: Float32Array, { size, mean, scale, channels }: Pixels): Photo => {
  const pixels = size * size
  const data = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++) {
    for (let colour = 0; colour < 3; colour++) {
      const plane = channels === 'rgb' ? colour : 2 - colour
      data[i * 3 + colour] = Math.min(Math.max(Math.round(photo[plane * pixels + i]! / scale + mean), 0), 255)
    }
  }
  return { width: size, height: size, data }
}
