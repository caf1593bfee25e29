import { smoothMap } from '../../image/smooth-map.ts'
import type { Explain } from '../method.ts'
import { signParts } from '../sign-parts.ts'
import { colourMean, unitDirection } from './xssab.ts'

/**
 * FGGB (Lu et al., FG 2024): one gradient with respect to the pixels for every dimension of the unit vector, brought to
 * length 1, its size averaged over the colours, and weighed by that dimension's term of the cosine less its part of the
 * threshold. Positive and negative weights give the similarity and the dissimilarity map. Softened by a Gaussian of sigma 5
 * (25 taps). As many backward passes as the embedding has dimensions.
 */
export const explain: Explain = async (self, other, options) => {
  const { threshold = 0.3, batch = 16, deadline = Number.POSITIVE_INFINITY, onProgress } = options
  const [f1, f2] = [self.face.embedding.vector, other.face.embedding.vector]
  const { size, dimensions } = self.network.contract
  const { photo } = self
  const photos = new Float32Array(batch * photo.length)
  for (let k = 0; k < batch; k++) photos.set(photo, k * photo.length)
  // Those that weigh most come first, in case time is short.
  const weights = f1.map((value, i) => value * f2[i]! - threshold / dimensions)
  const order = [...weights.keys()].sort((i, j) => Math.abs(weights[j]!) - Math.abs(weights[i]!))
  const data = new Float32Array(size * size)
  let cutShort = false
  for (let start = 0; start < dimensions; start += batch) {
    cutShort = start > 0 && performance.now() > deadline
    if (cutShort) break
    const here = order.slice(start, start + batch)
    const directions = new Float32Array(here.length * dimensions)
    here.forEach((k, row) => {
      const axis = new Float32Array(dimensions)
      axis[k] = 1
      directions.set(unitDirection(self, axis), row * dimensions)
    })
    const gradients = await self.gradientsAlong(photos.subarray(0, here.length * photo.length), directions)
    here.forEach((k, row) => {
      const gradient = gradients.subarray(row * photo.length, (row + 1) * photo.length)
      const length = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
      if (length === 0) return
      const sizes = colourMean(gradient, size).data
      for (let i = 0; i < data.length; i++) data[i]! += (weights[k]! / length) * sizes[i]!
    })
    onProgress?.(Math.min(1, (start + batch) / dimensions))
  }
  const map = smoothMap({ width: size, height: size, data }, 5, 12)
  return { map, parts: signParts(map), ...(cutShort && { cutShort }) }
}
