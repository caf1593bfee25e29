import { mapParallel } from '../../../parallel.ts'
import type { Xfmr } from '../../../xfmr.ts'
import type { TrainingPhoto } from '../training-photo.ts'
import {
  type FaceSet,
  openFaceSet,
  openShards,
  type PhotoResult,
  SHARD_PHOTOS,
  writeShard,
} from './face-set.ts'
import { type ViewSettings, viewPool } from './view-pool.ts'

export type BuildOptions = ViewSettings & {
  /** Where the set is kept, for this run and later ones. */
  readonly folder: string
  /** Photos worked on at the same time. */
  readonly jobs: number
  readonly onPhoto?: (done: number) => void
}

/** Makes the views of all photos, or of those that an earlier run with the same settings left, and opens the set. */
export const buildFaceSet = async (
  xfmr: Xfmr,
  photos: readonly TrainingPhoto[],
  { folder, jobs, onPhoto = () => {}, open, views }: BuildOptions,
): Promise<FaceSet> => {
  const { done } = await openShards(folder, {
    pipeline: xfmr.pipeline,
    ...views,
    photos: photos.length,
    first: photos[0]?.name ?? '',
    last: photos.at(-1)?.name ?? '',
  })
  const pool = viewPool(jobs, { open, views }, xfmr)
  let finished = 0
  const work = async (photo: TrainingPhoto): Promise<PhotoResult> => {
    const result = await pool.run(photo)
    onPhoto(++finished)
    return result
  }
  try {
    for (let shard = 0; shard * SHARD_PHOTOS < photos.length; shard++) {
      const part = photos.slice(shard * SHARD_PHOTOS, (shard + 1) * SHARD_PHOTOS)
      if (done.has(shard)) {
        finished += part.length
        onPhoto(finished)
        continue
      }
      await writeShard(folder, shard, await mapParallel(part, jobs, work))
    }
  } finally {
    await pool.close()
  }
  return openFaceSet(folder)
}
