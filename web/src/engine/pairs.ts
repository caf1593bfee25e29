import { XfmrError } from '../../../src/errors.ts'
import type { Calibration } from '../../../src/evaluation/calibration.ts'
import { type CalibrationFile, parseCalibrationFile } from '../../../src/evaluation/calibration-file.ts'
import type { PairExplanation } from '../../../src/explanation/explainer.ts'
import { sizeLabel } from '../../../src/explanation/layers.ts'
import { METHOD_IDS, type MethodId, methodOf } from '../../../src/explanation/methods.ts'
import * as codec from '../../../src/image/web.ts'
import { decide } from '../../../src/recognition/decide.ts'
import { defaultCalibration } from '../../../src/recognition/default-calibration.ts'
import { calibratorOf, fittingCalibration } from '../../../src/report/compare-photos.ts'
import { buildReport } from '../../../src/report/html.ts'
import { modelFacts } from '../../../src/report/models.ts'
import { toCompareResult } from '../../../src/report/result.ts'
import type { CompareResult } from '../../../src/report/schema.ts'
import { densities } from '../../../src/report/sections/scale.ts'
import type { Comparison, Xfmr } from '../../../src/xfmr.ts'
import { toBitmap } from './bitmaps.ts'
import type { PhotoShelf } from './photos.ts'
import type { CompareRequest, Hills, MethodFacts, MethodMaps, Pair } from './protocol.ts'
import { type NetworkClock, networksSince } from './timed-runtime.ts'

type HeldPair = {
  readonly comparison: Comparison
  readonly calibration: Calibration
  readonly refs: CompareRequest
  result: CompareResult
  explained: Promise<CompareResult> | undefined
}

/** The comparisons that the page refers to by number. */
export type PairShelf = {
  readonly methods: readonly MethodFacts[]
  compare(refs: CompareRequest): Promise<Pair>
  explain(pair: number): Promise<CompareResult>
  maps(pair: number, method: string): Promise<MethodMaps>
  /** The report that the command line writes. */
  report(pair: number): Promise<Blob>
  forget(pairs: readonly number[]): void
}

export type PairShelfOptions = {
  /** Of xfmr. */
  readonly version: string
  readonly clock: NetworkClock
  /** Address of the error rates of searches. */
  readonly searchCalibration: string
}

export const createPairShelf = (
  xfmr: Xfmr,
  photos: PhotoShelf,
  { version, clock, searchCalibration }: PairShelfOptions,
): PairShelf => {
  const held = new Map<number, HeldPair>()
  let last = 0
  const get = (id: number): HeldPair => {
    const found = held.get(id)
    if (found) return found
    throw new XfmrError('E_INTERNAL', `There is no comparison ${id} any more.`)
  }
  const resultOf = (
    { comparison, calibration, refs }: Omit<HeldPair, 'result' | 'explained'>,
    explanation?: PairExplanation,
    explainTime?: number,
  ): CompareResult => {
    const plain = refs.unmask === 'never'
    return toCompareResult({
      version,
      photos: [photos.get(refs.a.photo).photo.name ?? 'A', photos.get(refs.b.photo).photo.name ?? 'B'],
      comparison,
      decision: decide(
        comparison.cosine,
        calibratorOf(calibration),
        refs.threshold === undefined ? {} : { threshold: refs.threshold },
      ),
      models: modelFacts(xfmr.models.filter(({ role }) => !plain || !CORRECTION.has(role))),
      ...(explanation && { explanation }),
      ...(explainTime !== undefined && { explainTime }),
    })
  }
  const explain = async (pair: HeldPair): Promise<CompareResult> => {
    const start = performance.now()
    const explanation = await xfmr.explain(pair.comparison)
    pair.result = resultOf(pair, explanation, performance.now() - start)
    return pair.result
  }
  const explainOnce = (id: number): Promise<CompareResult> => {
    const pair = get(id)
    pair.explained ??= explain(pair)
    return pair.explained
  }
  return {
    methods: METHOD_IDS.map(name => {
      const { label, about, family, passes } = methodOf(name)
      return { name, label, about, family, passes }
    }),
    compare: async refs => {
      const a = await photos.examine(refs.a, refs.unmask)
      const b = await photos.examine(refs.b, refs.unmask)
      // As the search did, so that the match that it found is explained.
      const asSearched = isOfSearch(refs)
      const compared = await xfmr.compareFaces(a.result, b.result, { counterparts: !asSearched })
      const timings = {
        ...compared.timings,
        find: photos.get(refs.a.photo).faces.time + photos.get(refs.b.photo).faces.time,
        embed: a.time + b.time,
      }
      const comparison = { ...compared, timings }
      const scoreId = asSearched ? compared.pipeline : xfmr.scoreId('cosine', refs.unmask)
      const file = asSearched ? await loadCalibration(searchCalibration) : defaultCalibration(scoreId)
      const calibration = fittingCalibration(file, comparison.condition, scoreId)
      const id = ++last
      const result = resultOf({ comparison, calibration, refs })
      held.set(id, { comparison, calibration, refs, result, explained: undefined })
      return {
        id,
        result,
        aligned: await Promise.all([toBitmap(a.result.aligned), toBitmap(b.result.aligned)]),
        hills: hillsOf(calibration, comparison.cosine),
        networks: networksSince(clock, refs.since),
      }
    },
    explain: explainOnce,
    maps: async (pair, method) => {
      const { comparison } = get(pair)
      const id = method as MethodId
      const { layers, passes, signed } = methodOf(id)
      // Every resolution, for the slider, unless that would take too long.
      const wanted = layers && passes <= FEW_PASSES && xfmr.explainer.defaults.map(sizeLabel)
      const { a, b } = await xfmr.explain(comparison, {
        methods: [id],
        channels: 0,
        deadline: performance.now() + MOST_TIME,
        ...(wanted && { layers: wanted }),
      })
      const [mapsA, mapsB] = [a.maps[0]!, b.maps[0]!]
      const single = mapsA.layers.map(({ layer, map }, i) => ({
        label: sizeLabel(layer),
        signed,
        a: map,
        b: mapsB.layers[i]!.map,
      }))
      const joined = { label: '', signed: signed && single.length === 0, a: mapsA.map, b: mapsB.map }
      return { method, maps: single.length === 1 ? single : [...single, joined] }
    },
    report: async id => {
      await explainOnce(id)
      const { result, refs, comparison, calibration } = get(id)
      const both = [photos.get(refs.a.photo).photo, photos.get(refs.b.photo).photo] as const
      const aligned = [comparison.a.aligned, comparison.b.aligned] as const
      const page = await buildReport({ result, photos: both, aligned, calibration }, codec)
      return new Blob([page], { type: 'text/html' })
    },
    forget: pairs => {
      for (const id of pairs) held.delete(id)
    },
  }
}

// --- internal ---

/** Methods with more passes through the network look at their usual layer only. */
const FEW_PASSES = 20

/** Milliseconds after which sampling methods stop with what they have. */
const MOST_TIME = 20_000

/** Models that only matter where faces are corrected. */
const CORRECTION: ReadonlySet<string> = new Set(['unmask', 'mask-landmarks', 'counterpart'])

/** Whether a pair is a match of a gallery: these come with the threshold of their search. */
const isOfSearch = ({ threshold, unmask }: CompareRequest): boolean =>
  threshold !== undefined && unmask === 'auto'

const loadCalibration = async (address: string): Promise<CalibrationFile> => {
  const response = await fetch(address).catch(() => undefined)
  if (response?.ok) return parseCalibrationFile(await response.json(), address)
  throw new XfmrError('E_BAD_CALIBRATION', 'The error rates of searches can not be loaded. Reload the page.')
}

/** The same scale for all pairs, unless one lies below it. */
const hillsOf = ({ genuine, impostor, bins }: Calibration, score: number): Hills => {
  const low = Math.min(-0.25, Math.floor(score * 4) / 4)
  return { low, genuine: densities(genuine, bins, low), impostor: densities(impostor, bins, low) }
}
