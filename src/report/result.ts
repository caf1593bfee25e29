import type { FaceExplanation, PairExplanation } from '../explanation/explainer.ts'
import { REGIONS, sumByRegion } from '../explanation/regions.ts'
import type { FloatMap } from '../image/map.ts'
import type { Decision } from '../recognition/decide.ts'
import type { Comparison, EmbeddedFace } from '../xfmr.ts'
import type { ModelFacts } from './models.ts'
import type { Cells, CompareResult } from './schema.ts'

export type ResultParts = {
  /** Version of xfmr. */
  version: string
  /** Names of the two photos. */
  photos: readonly [string, string]
  comparison: Comparison
  decision: Decision
  models: readonly ModelFacts[]
  explanation?: PairExplanation
  /** Milliseconds that the explanation took. */
  explainTime?: number
}

/** Puts everything that is known about a comparison into its JSON form. */
export const toCompareResult = (parts: ResultParts): CompareResult => {
  const { version, photos, comparison, decision, models, explanation, explainTime } = parts
  const { a, b, cosine, pipeline, timings } = comparison
  return {
    version,
    verdict: decision.verdict,
    score: { cosine, evidence: decision.evidence },
    threshold: thresholdJson(decision.threshold),
    faces: [faceJson(photos[0], a), faceJson(photos[1], b)],
    pipeline,
    ...(explanation ? explanationJson(explanation) : {}),
    models: models.map(model => ({ ...model })),
    timings: explainTime === undefined ? { ...timings } : { ...timings, explain: explainTime },
  }
}

/** A map as rows of numbers; float32 values with the digits that they have. */
export const toCells = ({ width, height, data }: FloatMap): number[][] =>
  Array.from({ length: height }, (_, row) =>
    Array.from(data.subarray(row * width, (row + 1) * width), value => Number(value.toPrecision(8))),
  )

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

const faceJson = (photo: string, { face, mask, unmasked }: EmbeddedFace): CompareResult['faces'][number] => ({
  photo,
  box: [...face.box],
  score: face.score,
  landmarks: face.landmarks.map(([x, y]) => [x, y]),
  mask: mask && { worn: mask.worn, probability: mask.probability, state: mask.state },
  unmasked,
})

const explanationJson = ({ a, b, exact }: PairExplanation): Partial<CompareResult> => {
  const regions = { a: sumByRegion(a.contributions), b: sumByRegion(b.contributions) }
  return {
    contributions: {
      a: toCells(a.contributions),
      b: toCells(b.contributions),
      bias: { a: a.bias, b: b.bias },
      exact,
    },
    regions: REGIONS.map(({ name, label }) => ({ name, label, a: regions.a[name], b: regions.b[name] })),
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
