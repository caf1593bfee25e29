import { createRandom } from '../../random.ts'
import type { Explain } from '../method.ts'
import { inBatches } from '../samples.ts'
import { addColours, byColour, joinColours, strongestColour } from './colours.ts'

/**
 * Gradient of the target with respect to the pixels: how strongly each could change it. The map is the size of the
 * strongest colour's; `parts` are the signed gradients by colour.
 * @see Simonyan et al., Deep Inside Convolutional Networks, ICLR workshop 2014
 */
export const byGradient: Explain = async self => {
  const { gradients } = await self.gradients(self.photo)
  return { map: joinColours(self, gradients, strongestColour), parts: byColour(self, gradients) }
}

/** Gradient times pixel as the network takes it, all colours added up. @see Shrikumar et al., 2016, 1605.01713 */
export const byGradientTimesInput: Explain = async self => {
  const { gradients } = await self.gradients(self.photo)
  const products = gradients.map((value, i) => value * self.photo[i]!)
  return { map: joinColours(self, products, addColours), parts: byColour(self, products) }
}

/**
 * Mean gradient over noisy copies of the photo; default 32 copies with noise of 15 % of the range of pixels.
 * @see Smilkov et al., SmoothGrad, 2017, 1706.03825
 */
export const bySmoothGrad: Explain = async (self, _other, options) => {
  const { samples = 32, seed = 1 } = options
  const sigma = NOISE * Math.abs(self.pixel(255) - self.pixel(0))
  const random = createRandom('smoothgrad', seed)
  const sum = new Float64Array(self.photo.length)
  const done = await inBatches(samples, options, async batch => {
    const copies = new Float32Array(batch.length * self.photo.length)
    for (let i = 0; i < copies.length; i++) {
      copies[i] = self.photo[i % self.photo.length]! + sigma * random.normal()
    }
    const { gradients } = await self.gradients(copies)
    for (let i = 0; i < gradients.length; i++) sum[i % sum.length]! += gradients[i]!
  })
  const mean = Float32Array.from(sum, value => value / done)
  return {
    map: joinColours(self, mean, strongestColour),
    parts: byColour(self, mean),
    ...(done < samples && { cutShort: true }),
  }
}

// --- internal ---

const NOISE = 0.15
