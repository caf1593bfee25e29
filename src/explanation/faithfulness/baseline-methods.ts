import type { Explain } from '../method.ts'
import { centreMap, edgeMap, randomMap, randomPixels } from './baselines.ts'

/** Baselines as methods: they look at the face at most, never at the network. */
export const centre: Explain = async ({ face }) => ({ map: centreMap(face.aligned) })
export const edges: Explain = async ({ face }) => ({ map: edgeMap(face.aligned) })
export const random: Explain = async ({ face }, _, { seed = 1 }) => ({ map: randomMap(face.aligned, seed) })
export const randomPixel: Explain = async ({ face }, _, { seed = 1 }) => ({
  map: randomPixels(face.aligned, seed),
})
