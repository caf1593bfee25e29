import { blur } from '../../image/blur.ts'
import type { Explain } from '../method.ts'
import type { Baseline } from '../method-options.ts'
import { inBatches } from '../samples.ts'
import type { Subject } from '../subject.ts'
import { addColours, byColour, joinColours } from './colours.ts'
import { meanFace } from './mean-face.ts'

/**
 * Integrated gradients: the mean gradient along the straight path from a baseline to the photo, times their difference. The
 * map adds up to the target's value less that of the baseline, as far as the steps (default 64) resolve it: `sum`. A face
 * that fades in is recognised all at once, so the steps are closer where the target changes faster.
 * @see Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017, eq. 1 and 3
 */
export const byIntegratedGradients: Explain = async (self, _other, options) => {
  const { samples = 64, baseline = 'black' } = options
  const start = baselinePhoto(self, baseline)
  const { photo } = self
  const sum = new Float64Array(photo.length)
  let done = 0
  const between = (share: number, out: Float32Array, offset: number): void => {
    for (let i = 0; i < photo.length; i++) out[offset + i] = start[i]! + share * (photo[i]! - start[i]!)
  }
  const knots = new Float32Array((KNOTS + 1) * photo.length)
  for (let knot = 0; knot <= KNOTS; knot++) between(knot / KNOTS, knots, knot * photo.length)
  const values = await self.scores(knots)
  const steps = stepsAlong(values, samples)
  // In an order that covers the whole path early: what is there when time is up is a coarser path, not a shorter one.
  const order = spread(samples)
  let length = 0
  await inBatches(samples, options, async batch => {
    const points = new Float32Array(batch.length * photo.length)
    batch.forEach((sample, n) => {
      between(steps[order[sample]!]!.at, points, n * photo.length)
    })
    const { gradients } = await self.gradients(points)
    batch.forEach((sample, n) => {
      const { width } = steps[order[sample]!]!
      length += width
      for (let i = 0; i < photo.length; i++) sum[i]! += width * gradients[n * photo.length + i]!
    })
    done += batch.length
  })
  const attributions = Float32Array.from(sum, (value, i) => (value / length) * (photo[i]! - start[i]!))
  const map = joinColours(self, attributions, addColours)
  return {
    map,
    parts: byColour(self, attributions),
    sum: {
      found: map.data.reduce((total, value) => total + value, 0),
      expected: values[KNOTS]! - values[0]!,
    },
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

/**
 * Where to look along a path from 0 to 1 whose values at even distances are known: in the middle of `count` stretches that
 * each hold the same mix of change and length. The widths of the stretches add up to 1.
 */
export const stepsAlong = (values: Float32Array, count: number): { at: number; width: number }[] => {
  const knots = values.length - 1
  const changes = Array.from({ length: knots }, (_, i) => Math.abs(values[i + 1]! - values[i]!))
  const change = changes.reduce((sum, value) => sum + value, 0)
  const densities = changes.map(value => (change > 0 ? EVEN + (1 - EVEN) * knots * (value / change) : 1))
  const ends = [0]
  for (const density of densities) ends.push(ends.at(-1)! + density / knots)
  const whereIs = (mass: number): number => {
    const found = ends.findIndex((end, i) => i > 0 && end >= mass)
    const knot = found < 0 ? knots : found
    return Math.min((knot - 1 + (mass - ends[knot - 1]!) / (densities[knot - 1]! / knots)) / knots, 1)
  }
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [whereIs(i / count), i === count - 1 ? 1 : whereIs((i + 1) / count)]
    return { at: (from + to) / 2, width: to - from }
  })
}

// --- internal ---

/** Stretches between the places where the target is looked at before the steps are chosen. */
const KNOTS = 32

/** Share of the steps that is spread evenly. */
const EVEN = 0.35

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
