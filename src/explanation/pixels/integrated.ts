import { blur } from '../../image/blur.ts'
import type { Explain } from '../method.ts'
import type { Baseline } from '../method-options.ts'
import { inBatches } from '../samples.ts'
import type { Subject } from '../subject.ts'
import { addColours, byColour, joinColours } from './colours.ts'
import { meanFace } from './mean-face.ts'

/**
 * Integrated gradients: the mean gradient along the straight path from a baseline to the photo, times their difference. The
 * map adds up to the target's value less that of the baseline, as far as the steps (default 64, midpoints) resolve it: `sum`.
 * @see Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017, eq. 1 and 3
 */
export const byIntegratedGradients: Explain = async (self, _other, options) => {
  const { samples = 64, baseline = 'black' } = options
  const start = baselinePhoto(self, baseline)
  const { photo } = self
  const sum = new Float64Array(photo.length)
  let done = 0
  // In an order that covers the whole path early: what is there when time is up is a coarser path, not a shorter one.
  const order = spread(samples)
  await inBatches(samples, options, async batch => {
    const points = new Float32Array(batch.length * photo.length)
    batch.forEach((sample, n) => {
      const share = (order[sample]! + 0.5) / samples
      for (let i = 0; i < photo.length; i++) {
        points[n * photo.length + i] = start[i]! + share * (photo[i]! - start[i]!)
      }
    })
    const { gradients } = await self.gradients(points)
    for (let i = 0; i < gradients.length; i++) sum[i % sum.length]! += gradients[i]!
    done += batch.length
  })
  const attributions = Float32Array.from(sum, (value, i) => (value / done) * (photo[i]! - start[i]!))
  const ends = new Float32Array(2 * photo.length)
  ends.set(photo)
  ends.set(start, photo.length)
  const [target, without] = await self.scores(ends)
  const map = joinColours(self, attributions, addColours)
  return {
    map,
    parts: byColour(self, attributions),
    sum: { found: map.data.reduce((total, value) => total + value, 0), expected: target! - without! },
    ...(done < samples && { cutShort: true }),
  }
}

/** The photo that a path starts from, as the network takes it. */
export const baselinePhoto = (self: Subject, baseline: Baseline): Float32Array => {
  const { photo, network } = self
  const { size, channels } = network.contract
  if (baseline === 'black') return new Float32Array(photo.length).fill(self.pixel(0))
  if (baseline === 'mean-face') {
    return Float32Array.from(meanFace(size, channels), brightness => self.pixel(brightness))
  }
  const blurred = photo.slice()
  for (let start = 0; start < photo.length; start += size * size) {
    blur(blurred.subarray(start, start + size * size), size, size, BLUR * size)
  }
  return blurred
}

// --- internal ---

/** Standard deviation of the blurred baseline, as a share of the face's width: no part of a face is left. */
const BLUR = 0.1

/** The numbers below `count`, those of coarse steps first. */
const spread = (count: number): number[] => {
  let stride = 1
  while (stride * 2 < count) stride *= 2
  const order: number[] = []
  const seen = new Set<number>()
  for (; stride >= 1; stride /= 2) {
    for (let i = Math.floor(stride / 2); i < count; i += stride) {
      if (!seen.has(i)) order.push(i)
      seen.add(i)
    }
  }
  for (let i = 0; i < count; i++) if (!seen.has(i)) order.push(i)
  return order
}
