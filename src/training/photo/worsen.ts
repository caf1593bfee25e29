import type { Photo } from '../../image/photo.ts'
import { resize } from '../../image/resize.ts'
import type { Random } from '../../random.ts'
import { type Degradation, degrade, type JpegRoundTrip } from './degrade.ts'

/**
 * A photo as it may reach a recogniser: degraded, and one in three with other proportions, up to 1.35 times too wide or too
 * narrow, as thumbnails have. Its size and coordinates may differ from the original's.
 */
export const worsen = async (
  photo: Photo,
  recipe: Degradation,
  random: Random,
  jpeg?: JpegRoundTrip,
): Promise<Photo> => {
  const degraded = await degrade(photo, recipe, jpeg)
  if (!random.chance(1 / 3)) return degraded
  const factor = 1.35 ** random.uniform(-1, 1)
  return resize(degraded, Math.max(1, Math.round(degraded.width * factor)), degraded.height)
}
