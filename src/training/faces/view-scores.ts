import { exactDistribution } from '../../evaluation/distribution.ts'
import { type Metrics, measure } from '../../evaluation/metrics.ts'
import { scoresOf } from '../../evaluation/scores.ts'
import { dotProduct } from '../../recognition/compare.ts'
import type { SetPhoto } from './node/face-set.ts'

/** The unit embedding of a view, and the place of its photo in the set. */
export type EmbeddedView = { readonly vector: Float32Array; readonly photo: number }

export type ViewScores = { readonly genuine: readonly number[]; readonly impostor: readonly number[] }

/** Scores every probe against every reference; two views of one photo are never compared. */
export const compareViews = (
  photos: readonly Pick<SetPhoto, 'identity'>[],
  references: readonly EmbeddedView[],
  probes: readonly EmbeddedView[],
): ViewScores => {
  const [genuine, impostor]: [number[], number[]] = [[], []]
  for (const probe of probes) {
    const { identity } = photos[probe.photo]!
    for (const reference of references) {
      if (reference.photo === probe.photo) continue
      const side = photos[reference.photo]!.identity === identity ? genuine : impostor
      side.push(dotProduct(probe.vector, reference.vector))
    }
  }
  return { genuine, impostor }
}

export const measureViews = ({ genuine, impostor }: ViewScores): Metrics =>
  measure(scoresOf(exactDistribution(genuine), exactDistribution(impostor)))
