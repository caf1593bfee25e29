import type { FloatMap } from '../image/map.ts'
import type { Layer } from './layers.ts'
import type { MethodOptions } from './method-options.ts'
import type { Subject } from './subject.ts'

/**
 * Where a map comes from: `cam` activations of a layer, `pixels` gradients carried back to the photo, `black-box` scores
 * of changed photos alone, `face` gradients used in a way that only embeddings of faces have, `baseline` no look at the
 * network at all: what every other method has to beat.
 */
export type MethodFamily = 'cam' | 'pixels' | 'black-box' | 'face' | 'baseline'

/**
 * What a method found on one face: raw values, unscaled, with the sign that they have. Of a `signed` method, values above
 * zero raised the target, and those below zero lowered it.
 */
export type FaceMaps = {
  /** The one map that is shown first, ranked and measured. Of any size; covers the whole aligned face. */
  readonly map: FloatMap
  /** The maps of single layers that `map` was joined from, first to last. */
  readonly layers?: readonly LayerMap[]
  /** Further maps by name, for instance `similar` and `dissimilar`. */
  readonly parts?: Readonly<Record<string, FloatMap>>
  /** Where theory says what the map has to add up to: both sides of that equation. */
  readonly sum?: { readonly found: number; readonly expected: number }
  /** True when time was up before all samples were drawn: the map is what they gave so far. */
  readonly cutShort?: boolean
}

export type LayerMap = { readonly layer: Layer; readonly map: FloatMap }

/**
 * Explains the target on one face of a pair, the other held fixed. Whatever it does with the network goes through the
 * subjects, which count it.
 */
export type Explain = (self: Subject, other: Subject, options: MethodOptions) => Promise<FaceMaps>

/** One way to explain a score. */
export type Method = {
  /** Name for people. */
  readonly label: string
  readonly family: MethodFamily
  /** One sentence: what a value of the map means. Ends with the source. */
  readonly about: string
  /** Whether the network has to be differentiated: then every operator needs a rule. */
  readonly gradients: boolean
  /** Whether values below zero mean something: evidence against. */
  readonly signed: boolean
  /** Target when none is asked for; by default `frozen` with gradients, `cosine` without. */
  readonly target?: 'frozen' | 'cosine'
  /** Layers that it looks at when none are asked for; absent where layers are not its business. */
  readonly layers?: 'grid' | 'every-size'
  /** True where the maps come from the explainable cosine, so that they change with its training. */
  readonly usesXCos?: true
  /** Passes through the network for one face with default options, about: decides what fits into a time budget. */
  readonly passes: number
  /** Loads the code when it is first needed. */
  load(): Promise<Explain>
}
