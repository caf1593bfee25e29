import { XfmrError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import type { Embedding } from '../../recognition/embedding.ts'
import { compareAll, type EmbeddedPhoto } from '../all-against-all.ts'
import type { FolderPhoto } from '../folder-photos.ts'
import type { MeasurementOptions } from '../measurement.ts'
import type { SettingResult } from '../result.ts'
import { type EmbedPhotos, embedEach, failuresOf, ownersOf, sharedBytes } from './outcomes.ts'
import {
  baselineThresholds,
  measureSetting,
  type ProtocolRun,
  photosOf,
  type SettingScores,
  UNMASKED,
} from './verification.ts'

export type FolderOptions = MeasurementOptions & {
  /** Comparisons of each kind that are listed and resampled for intervals; of more, a random sample. Default 50,000. */
  readonly keep?: number
  /** Scores a pair. Default: the cosine. */
  readonly similarity?: (a: Embedding, b: Embedding) => number
}

/**
 * Real masks: every photo against every other one, in the settings bare-bare, bare-masked and masked-masked as far as
 * the photos allow; the masked ones also at the thresholds of the bare one.
 * @throws XfmrError `E_TOO_FEW_SCORES` when no setting has comparisons of both kinds.
 */
export const runFolder = async (
  photos: readonly FolderPhoto[],
  embedPhotos: EmbedPhotos,
  { keep = 50_000, similarity, ...options }: FolderOptions = {},
): Promise<ProtocolRun> => {
  const owners = ownersOf(photos)
  const outcomes = await embedEach(owners.keys(), embedPhotos)
  const embedded = (masked: boolean): EmbeddedPhoto[] =>
    photos
      .filter(photo => photo.masked === masked)
      .map(({ masked: _, ...photo }) => ({ ...photo, outcome: outcomes.get(photo.photo)! }))
  const [bare, masked] = [embedded(false), embedded(true)]
  const settings: SettingResult[] = []
  const lists: SettingScores[] = []
  const omitted: { name: string; reason: string }[] = []
  let baseline: { fmr100: number; fmr1000: number } | undefined
  for (const [name, references, probes] of [
    ['bare-bare', bare, bare],
    ['bare-masked', bare, masked],
    ['masked-masked', masked, masked],
  ] as const) {
    const { genuine, impostor, pairs, all } = compareAll(references, probes, {
      keep,
      random: createRandom(options.seed ?? 0, name, 'sample'),
      failurePolicy: options.failurePolicy ?? 'reject',
      similarity,
    })
    if (genuine === 0 || impostor === 0) {
      const lacking = genuine === 0 ? 'the same person' : 'different people'
      omitted.push({ name, reason: `no two photos of ${lacking} for it` })
      continue
    }
    const measured = { ...options, ...(all ? { scores: all.scores } : {}) }
    if (name === 'bare-bare') baseline = baselineThresholds(pairs, measured)
    settings.push(measureSetting({ name, condition: name, synthetic: false }, pairs, measured, baseline))
    lists.push({ pairs, masks: UNMASKED, ...(all ? { all } : {}) })
  }
  if (settings.length === 0) {
    throw new XfmrError(
      'E_TOO_FEW_SCORES',
      `The ${photos.length} photos of ${new Set(owners.values()).size} people allow no setting: ${omitted
        .map(({ name, reason }) => `${name}: ${reason}`)
        .join('; ')}.`,
    )
  }
  return {
    lists,
    result: {
      protocol: 'folder',
      settings,
      ...(omitted.length > 0 ? { omitted } : {}),
      photos: {
        ...photosOf({
          photos: owners.size,
          identities: new Set(owners.values()).size,
          failures: failuresOf(outcomes),
          sameBytes: sharedBytes(outcomes, owners),
        }),
        alone: aloneOf(photos),
      },
    },
  }
}

// --- internal ---

const aloneOf = (photos: readonly FolderPhoto[]): string[] => {
  const counts = new Map<string, number>()
  for (const { identity } of photos) counts.set(identity, (counts.get(identity) ?? 0) + 1)
  return [...counts].filter(([, count]) => count === 1).map(([identity]) => identity)
}
