import type { FloatMap } from '../../image/map.ts'
import type { Explain } from '../method.ts'
import type { Subject } from '../subject.ts'

/**
 * xSSAB (Huber et al., WACV 2024): the terms of the dot product of both unit vectors, a_i = f1_i f2_i, fall into those of at
 * least a D-th of the threshold (D: dimensions) and the others. The gradient of either sum with respect to the pixels, its
 * size averaged over the colours, is the similarity and the dissimilarity map; their difference is the map.
 */
export const explain: Explain = async (self, other, { threshold = 0.3 }) => {
  const [f1, f2] = [self.face.embedding.vector, other.face.embedding.vector]
  const dimensions = f1.length
  const bound = threshold / dimensions
  const chosen = f1.map((value, i) => Number(value * f2[i]! >= bound))
  const { photo } = self
  const photos = new Float32Array(2 * photo.length)
  photos.set(photo)
  photos.set(photo, photo.length)
  const directions = new Float32Array(2 * dimensions)
  directions.set(
    unitDirection(
      self,
      f2.map((value, i) => value * chosen[i]!),
    ),
  )
  directions.set(
    unitDirection(
      self,
      f2.map((value, i) => value * (1 - chosen[i]!)),
    ),
    dimensions,
  )
  const gradients = await self.gradientsAlong(photos, directions)
  const { size } = self.network.contract
  const similar = colourMean(gradients.subarray(0, photo.length), size)
  const dissimilar = colourMean(gradients.subarray(photo.length), size)
  const map = { ...similar, data: similar.data.map((value, i) => value - dissimilar.data[i]!) }
  return { map, parts: { similar, dissimilar } }
}

/**
 * Along which direction the network's output has to be differentiated to get the gradient of <unit vector, along>: the part
 * of `along` that is at right angles to the unit vector, divided by the length of the output.
 */
export const unitDirection = (
  { face: { embedding } }: Pick<Subject, 'face'>,
  along: Float32Array,
): Float32Array => {
  const { vector, norm } = embedding
  const share = vector.reduce((sum, value, i) => sum + value * along[i]!, 0)
  return along.map((value, i) => (value - share * vector[i]!) / norm)
}

/** Mean size over the three colours of a gradient [3, size, size]. */
export const colourMean = (gradient: Float32Array, size: number): FloatMap => {
  const plane = size * size
  const data = Float32Array.from(
    { length: plane },
    (_, i) =>
      (Math.abs(gradient[i]!) + Math.abs(gradient[i + plane]!) + Math.abs(gradient[i + 2 * plane]!)) / 3,
  )
  return { width: size, height: size, data }
}
