import type { Explain } from '../method.ts'
import { productsOf } from './xcos.ts'

/** S W of the pair: the same map for both faces, whatever the target. The cells add up to xCos. */
export const explain: Explain = async (self, other) => {
  const xcos = await self.xcosWith(other)
  const { width, height, score } = xcos
  const data = Float32Array.from(productsOf(xcos))
  return { map: { width, height, data }, sum: { found: data.reduce((a, b) => a + b, 0), expected: score } }
}
