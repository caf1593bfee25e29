import type { FloatMap } from '../../image/map.ts'
import { createRandom } from '../../random.ts'
import { ranksOf } from '../faithfulness/order.ts'
import type { Explain } from '../method.ts'
import { signParts } from '../sign-parts.ts'
import { fillPatch, type Patch, scoreChanged } from './changed.ts'

/**
 * CorrRISE (Lu, Xu, Ebrahimi, WACV 2024): for every pixel the rank correlation, over random occlusions, of whether the pixel
 * was kept with the score. 500 masks of three black patches of 30 x 30 pixels each by default (`samples`); pixels that no
 * mask covers have 0. The same masks for all faces of a size.
 */
export const explain: Explain = async (self, _, options) => {
  const { size } = self.network.contract
  const masks = occlusions(options.samples ?? 500, size, options.seed ?? 1)
  const black = self.pixel(0)
  const { scores, cutShort } = await scoreChanged(
    self,
    masks.length,
    (photo, k) => {
      for (const patch of masks[k]!) fillPatch(photo, size, patch, black)
    },
    options,
  )
  const map = keptCorrelation(masks.slice(0, scores.length), scores, size)
  return { map, parts: signParts(map), ...(cutShort && { cutShort }) }
}

/** Three patches each, fully inside the face, anywhere. */
export const occlusions = (count: number, side: number, seed: number): Patch[][] => {
  const random = createRandom('corrrise', seed)
  const size = Math.round((PATCH * side) / 112)
  return Array.from({ length: count }, () =>
    Array.from({ length: PATCHES }, () => ({
      left: random.index(side - size + 1),
      top: random.index(side - size + 1),
      size,
    })),
  )
}

/**
 * For every pixel Spearman's correlation of (1 where it was kept, 0 where covered) with the scores. Ranks of the former are
 * the same up to scale, so that it is the difference of mean ranks, in units of the spread of the ranks.
 */
export const keptCorrelation = (
  masks: readonly (readonly Patch[])[],
  scores: ArrayLike<number>,
  side: number,
): FloatMap => {
  const ranks = ranksOf(scores)
  const n = ranks.length
  const mean = (n + 1) / 2
  const covered = new Int32Array(side * side)
  const sums = new Float64Array(side * side)
  const last = new Int32Array(side * side).fill(-1)
  let spread = 0
  masks.forEach((patches, k) => {
    const rank = ranks[k]! - mean
    spread += rank * rank
    for (const { left, top, size } of patches) {
      for (let y = top; y < top + size; y++) {
        for (let i = y * side + left; i < y * side + left + size; i++) {
          if (last[i] === k) continue // patches may overlap
          last[i] = k
          covered[i]!++
          sums[i]! += rank
        }
      }
    }
  })
  const data = new Float32Array(side * side)
  for (let i = 0; i < data.length; i++) {
    const share = covered[i]! * (n - covered[i]!)
    // The centred ranks of the kept add up to the opposite of those of the covered.
    if (share > 0 && spread > 0) data[i] = -sums[i]! / Math.sqrt((spread * share) / n)
  }
  return { width: side, height: side, data }
}

// --- internal ---

const PATCHES = 3
/** Side of a patch, in pixels of a face of 112 x 112. */
const PATCH = 30
