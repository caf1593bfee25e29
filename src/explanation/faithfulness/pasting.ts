import type { AlignedFace, Face } from '../../face/face.ts'
import { createRandom } from '../../random.ts'
import { type RegionName, regionShares } from '../regions.ts'

/** Parts of a face that are taken from somebody else, to see whether an explanation finds them. */
export const HIDDEN_PARTS: readonly { readonly name: string; readonly regions: readonly RegionName[] }[] = [
  { name: 'eyes', regions: ['left-eye', 'right-eye', 'brows'] },
  { name: 'nose', regions: ['nose'] },
  { name: 'mouth', regions: ['mouth'] },
]

/**
 * How much of every pixel belongs to some parts of the face, 0 to 1, by its landmarks, on 2 x 2 pixels each.
 */
export const partOpacity = (
  face: { readonly face: Face; readonly aligned: AlignedFace },
  regions: readonly RegionName[],
): Float32Array => {
  const { width, height } = face.aligned
  const [across, down] = [width >> 1, height >> 1]
  const { shares } = regionShares(face, { width: across, height: down })
  return Float32Array.from({ length: width * height }, (_, i) => {
    const cell =
      Math.min(down - 1, Math.floor(i / width) >> 1) * across + Math.min(across - 1, (i % width) >> 1)
    return regions.reduce((sum, name) => sum + shares[name][cell]!, 0)
  })
}

/** A face with part of another one laid over it. @param opacity Of the other, 0 to 1 for each pixel */
export const paste = (
  face: AlignedFace,
  { data: other }: Pick<AlignedFace, 'data'>,
  opacity: ArrayLike<number>,
): AlignedFace => {
  const data = face.data.slice()
  for (let i = 0; i < data.length; i++) {
    const share = opacity[(i / 3) | 0]!
    data[i] = Math.round(share * other[i]! + (1 - share) * data[i]!)
  }
  return { ...face, data }
}

/** Cells on a side of the grid that patches are taken from: 16 pixels each on a face of 112. */
const CELLS = 7
/** As in Huber et al. (WACV 2024). */
const PATCHES = 27

/** 27 of the 49 cells of a face, chosen at random: 1 for their pixels, 0 for the others. */
export const patchOpacity = (
  { width, height }: AlignedFace,
  ...seed: readonly (string | number)[]
): Uint8Array => {
  const random = createRandom('patches', ...seed)
  const left = Array.from({ length: CELLS * CELLS }, (_, cell) => cell)
  const chosen = new Set(Array.from({ length: PATCHES }, () => left.splice(random.index(left.length), 1)[0]!))
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    return Number(chosen.has(Math.floor((y * CELLS) / height) * CELLS + Math.floor((x * CELLS) / width)))
  })
}

/** A face with noise on every pixel, normal with this standard deviation in colour steps. */
export const addNoise = (
  face: AlignedFace,
  deviation: number,
  ...seed: readonly (string | number)[]
): AlignedFace => {
  const random = createRandom('noise', ...seed)
  const data = face.data.map(value =>
    Math.max(0, Math.min(255, Math.round(value + deviation * random.normal()))),
  )
  return { ...face, data }
}
