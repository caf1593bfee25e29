import type { FaceChoice } from '../face/choose.ts'
import type { Face } from '../face/face.ts'
import type { Photo } from '../image/photo.ts'
import { type RecipeWishes, randomRecipe } from '../masking/recipe.ts'
import { renderMask } from '../masking/render.ts'
import type { Xfmr } from '../xfmr.ts'

/** Something done to a photo before its face is found. It depends on the photo's pixels and path only. */
export type PhotoChange = {
  /** Names the change to this photo: a cache must tell apart what differs by it. */
  key(path: string): string
  /**
   * @param path As the data set names the photo.
   * @returns The changed photo, and the face that is meant in it where that is known.
   * @throws XfmrError when this photo can't be changed
   */
  apply(photo: Photo, path: string): Promise<{ photo: Photo; face?: Face }>
}

/** Whatever of the code that draws masks changes their pixels must change this, so that no cache serves old ones. */
const DRAWING = 'masks-1'

/**
 * Draws a synthetic mask on the face that is meant, found in the photo as it is. The mask follows from the seed and
 * the photo's path, whatever else is masked.
 * @param wishes What of the mask is fixed; by default any realistic one.
 * @param wishes.known Faces found before, by path: share it between maskers of the same photos to find each only once.
 */
export const masker = (
  findFace: Xfmr['findFace'],
  {
    seed,
    face,
    known = new Map(),
    ...wishes
  }: RecipeWishes & { seed: string; face?: FaceChoice | undefined; known?: Map<string, Face> },
): PhotoChange => ({
  key: path => `${DRAWING} ${JSON.stringify(randomRecipe(seed, path, wishes))}`,
  apply: async (photo, path) => {
    const bare = known.get(path) ?? (await findFace(photo, face))
    known.set(path, bare)
    return { photo: renderMask(photo, bare, randomRecipe(seed, path, wishes)).photo, face: bare }
  },
})

/**
 * Puts mid grey around photos: detectors need to see what surrounds a face, which tight crops lack.
 * @param share Of the width on the left and on the right, of the height above and below.
 */
export const padder = (share: number): PhotoChange => ({
  key: () => `pad ${share}`,
  apply: async photo => ({ photo: padPhoto(photo, share) }),
})

// --- internal ---

const GREY = 128

const padPhoto = ({ width, height, data, ...rest }: Photo, share: number): Photo => {
  const [left, top] = [Math.round(width * share), Math.round(height * share)]
  const wide = width + 2 * left
  const high = height + 2 * top
  const padded = new Uint8Array(wide * high * 3).fill(GREY)
  for (let y = 0; y < height; y++) {
    padded.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((y + top) * wide + left) * 3)
  }
  return { ...rest, width: wide, height: high, data: padded }
}
