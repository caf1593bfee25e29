import type { FaceExplanation, PairExplanation } from '../explanation/explainer.ts'
import { mainRegion, REGIONS, regionShares, sharedRegions, sumByRegion } from '../explanation/regions.ts'
import { productsOf } from '../explanation/xcos/xcos.ts'
import type { FloatMap } from '../image/map.ts'
import type { Decision } from '../recognition/decide.ts'
import type { Comparison, EmbeddedFace, ScoreName } from '../xfmr.ts'
import type { ModelFacts } from './models.ts'
import type { Cells, CompareResult } from './schema.ts'

export type ResultParts = {
  /** Version of xfmr. */
  version: string
  /** Names of the two photos. */
  photos: readonly [string, string]
  comparison: Comparison
  decision: Decision
  /** The score that the decision rests on. Default `cosine`. */
  by?: ScoreName
  models: readonly ModelFacts[]
  explanation?: PairExplanation
  /** Milliseconds that the explanation took. */
  explainTime?: number
}

/** Puts everything that is known about a comparison into its JSON form. */
export const toCompareResult = (parts: ResultParts): CompareResult => {
  const { version, photos, comparison, decision, models, explanation, explainTime, by = 'cosine' } = parts
  const { a, b, cosine, xcos, pipeline, timings } = comparison
  return {
    version,
    verdict: decision.verdict,
    score: { cosine, xcos: xcos.score, by, evidence: decision.evidence },
    threshold: thresholdJson(decision.threshold),
    faces: [faceJson(photos[0], a), faceJson(photos[1], b)],
    pipeline,
    ...xcosJson(comparison, explanation),
    ...(explanation ? explanationJson(explanation) : {}),
    models: models.map(model => ({ ...model })),
    timings: explainTime === undefined ? { ...timings } : { ...timings, explain: explainTime },
  }
}

/** A map as rows of numbers; float32 values with the digits that they have. */
export const toCells = ({ width, height, data }: FloatMap): number[][] =>
  inRows(data, { width, height }).map(row => row.map(value => Number(value.toPrecision(8))))

/** The reverse of {@link toCells}. */
export const fromCells = (cells: Cells): FloatMap => ({
  width: cells[0]!.length,
  height: cells.length,
  data: Float32Array.from(cells.flat()),
})

// --- internal ---

const thresholdJson = ({ intervals, ...threshold }: Decision['threshold']): CompareResult['threshold'] => ({
  ...threshold,
  intervals: { level: intervals.level, fmr: [...intervals.fmr], fnmr: [...intervals.fnmr] },
})

const faceJson = (
  photo: string,
  { face, mask, unmasked, embedding }: EmbeddedFace,
): CompareResult['faces'][number] => ({
  photo,
  box: [...face.box],
  score: face.score,
  landmarks: face.landmarks.map(([x, y]) => [x, y]),
  mask: mask && { worn: mask.worn, probability: mask.probability, state: mask.state },
  unmasked,
  counterpart: embedding.counterpart ?? false,
})

const inRows = <T>(values: ArrayLike<T>, { width, height }: { width: number; height: number }): T[][] => {
  const list = Array.from(values)
  return Array.from({ length: height }, (_, row) => list.slice(row * width, (row + 1) * width))
}

/** S and W as they are, unrounded: their products add up to the score. */
const xcosJson = (
  { a, b, xcos }: Comparison,
  explanation: PairExplanation | undefined,
): Pick<CompareResult, 'xcos' | 'regions'> => {
  const own = [regionShares(a, xcos), regionShares(b, xcos)] as const
  const shared = sharedRegions(...own)
  const attention = sumByRegion(xcos.attention, shared)
  const products = sumByRegion(productsOf(xcos), shared)
  const sums = (side: 'a' | 'b') => {
    const map = explanation?.[side].contributions
    const face = side === 'a' ? a : b
    return map && sumByRegion(map.data, regionShares(face, map))
  }
  const [sumsA, sumsB] = [sums('a'), sums('b')]
  const main = Array.from(xcos.attention, (_, cell) => mainRegion(shared, cell).name)
  return {
    xcos: {
      similarity: inRows(xcos.similarity, xcos),
      attention: inRows(xcos.attention, xcos),
      regions: inRows(main, xcos),
    },
    regions: REGIONS.map(({ name, label }) => ({
      name,
      label,
      attention: attention[name],
      product: products[name],
      ...(sumsA && sumsB ? { a: sumsA[name], b: sumsB[name] } : {}),
    })),
  }
}

const explanationJson = ({ a, b, exact }: PairExplanation): Partial<CompareResult> => {
  return {
    contributions: {
      a: toCells(a.contributions),
      b: toCells(b.contributions),
      bias: { a: a.bias, b: b.bias },
      exact,
    },
    channels: { a: a.channels.map(channelJson), b: b.channels.map(channelJson) },
    layers: a.maps.flatMap(({ method, layers }, m) =>
      layers.map(({ layer, map }, l) => {
        const other = b.maps[m]!.layers[l]!
        return {
          method,
          name: layer.name,
          ...(other.layer.name === layer.name ? {} : { nameB: other.layer.name }),
          channels: layer.channels,
          a: toCells(map),
          b: toCells(other.map),
        }
      }),
    ),
  }
}

const channelJson = ({
  channel,
  contribution,
  activation,
  contributions,
}: FaceExplanation['channels'][number]) => ({
  channel,
  contribution,
  activation: toCells(activation),
  contributions: toCells(contributions),
})
