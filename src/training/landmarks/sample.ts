import { CROP_SIZE, type CropPlace, cropTransform, greyCrop, sharesOf } from '../../face/crop.ts'
import { MIRROR } from '../../face/mirror.ts'
import type { Photo, Point } from '../../image/photo.ts'
import type { Random } from '../../random.ts'

/** What the landmark model gets to see, and what it should answer. */
export type LandmarkSample = {
  /** Grey, 0 to 255, {@link CROP_SIZE} rows of as many pixels. */
  readonly crop: Uint8Array
  /** The 68 points as shares of the crop, x and y in turn. */
  readonly shares: Float32Array
  /** Whether a mask was drawn. */
  readonly masked: boolean
}

/** How far a crop is moved at random: normal draws with these standard deviations. */
export type Jitter = {
  /** Of the centre, in sides. */
  readonly shift: number
  /** Of the natural logarithm of the side. */
  readonly scale: number
  /** Degrees; draws beyond 25 are cut there. */
  readonly turn: number
}

/** Cuts out a crop and says where in it the landmarks (pixels of the photo) lie. */
export const sampleAt = (
  photo: Photo,
  landmarks: readonly Point[],
  place: CropPlace,
  masked: boolean,
): LandmarkSample => {
  const toCrop = cropTransform(place)
  const crop = Uint8Array.from(greyCrop(photo, toCrop), value => Math.floor(value * 256 + 0.5))
  return { crop, shares: sharesOf(landmarks, toCrop), masked }
}

/** Moves, scales and turns a crop at random. */
export const jittered = (
  { centre: [x, y], side, level: [cosine, sine] }: CropPlace,
  random: Random,
  { shift, scale, turn }: Jitter,
): CropPlace => {
  const angle = (Math.max(-25, Math.min(25, random.normal() * turn)) * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return {
    centre: [x + random.normal() * shift * side, y + random.normal() * shift * side],
    side: side * Math.exp(random.normal() * scale),
    level: [cosine * cos - sine * sin, sine * cos + cosine * sin],
  }
}

/** Writes samples into the tensors of a batch at row `row`, seen in a mirror where asked. */
export const putSample = (
  { crop, shares }: LandmarkSample,
  row: number,
  mirrored: boolean,
  input: Float32Array,
  target: Float32Array,
): void => {
  const pixels = CROP_SIZE * CROP_SIZE
  for (let y = 0, i = row * pixels; y < CROP_SIZE; y++) {
    const start = y * CROP_SIZE
    for (let x = 0; x < CROP_SIZE; x++, i++) {
      input[i] = crop[start + (mirrored ? CROP_SIZE - 1 - x : x)]! / 256
    }
  }
  MIRROR.forEach((twin, point) => {
    const at = row * 2 * MIRROR.length + 2 * point
    target[at] = mirrored ? 1 - shares[2 * twin]! : shares[2 * point]!
    target[at + 1] = shares[2 * (mirrored ? twin : point) + 1]!
  })
}
