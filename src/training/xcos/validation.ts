import type { Condition } from '../../evaluation/calibration.ts'
import { exactDistribution } from '../../evaluation/distribution.ts'
import { measure } from '../../evaluation/metrics.ts'
import { scoresOf } from '../../evaluation/scores.ts'
import type { Graph } from '../../onnx/graph.ts'
import type { Runtime } from '../../onnx/runtime.ts'
import type { Tensor } from '../../onnx/tensor.ts'

/** How a score does on pairs that training has not seen. */
export type PairQuality = {
  readonly eer: number
  /** Correlation with the cosine of the same two people's unmasked photos. */
  readonly correlation: number
  readonly genuineMean: number
  readonly impostorMean: number
}

export type Validation = Readonly<Record<Condition, PairQuality>>

/** Pairs of one condition: the grids of both faces, and what to measure against. */
export type ValidationPair = {
  readonly condition: Condition
  readonly genuine: boolean
  readonly a: number
  readonly b: number
  readonly teacher: number
}

/** The scores of pairs by a finished xCos. @param gridsOf Grids [N, C, H, W] of rows. */
export const xcosScores = async (
  runtime: Runtime,
  graph: Graph,
  pairs: readonly Pick<ValidationPair, 'a' | 'b'>[],
  gridsOf: (rows: readonly number[]) => Tensor<Float32Array>,
): Promise<Float64Array> => {
  const session = await runtime.load(graph)
  const scores = new Float64Array(pairs.length)
  for (let start = 0; start < pairs.length; start += CHUNK) {
    const part = pairs.slice(start, start + CHUNK)
    const feeds = { a: gridsOf(part.map(({ a }) => a)), b: gridsOf(part.map(({ b }) => b)) }
    const result = await session.run(feeds, ['xcos'])
    scores.set(result.xcos!.data as Float32Array, start)
  }
  await session.release()
  return scores
}

/** Measures scores by condition. */
export const qualityOf = (pairs: readonly ValidationPair[], scores: Float64Array): Validation => {
  const of = (condition: Condition): PairQuality => {
    const chosen = pairs.flatMap((pair, i) =>
      pair.condition === condition ? [{ ...pair, score: scores[i]! }] : [],
    )
    const side = (genuine: boolean) =>
      exactDistribution(
        chosen.filter(pair => pair.genuine === genuine).map(({ score }) => score),
        0,
      )
    const metrics = measure(scoresOf(side(true), side(false)))
    return {
      eer: metrics.eer,
      correlation: correlation(
        chosen.map(({ score }) => score),
        chosen.map(({ teacher }) => teacher),
      ),
      genuineMean: metrics.gMean!,
      impostorMean: metrics.iMean!,
    }
  }
  return {
    'bare-bare': of('bare-bare'),
    'bare-masked': of('bare-masked'),
    'masked-masked': of('masked-masked'),
  }
}

/** Pearson's correlation of two lists of numbers. */
export const correlation = (x: readonly number[], y: readonly number[]): number => {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  let [xy, xx, yy] = [0, 0, 0]
  x.forEach((value, i) => {
    const [dx, dy] = [value - mx, y[i]! - my]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  })
  return xy / Math.sqrt(xx * yy)
}

// --- internal ---

const CHUNK = 32
