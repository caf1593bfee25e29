import { join } from 'node:path'
import { XfmrError } from '../../../errors.ts'
import type { Pair } from '../../../evaluation/pairs.ts'
import type { Face } from '../../../face/face.ts'
import { readPhoto } from '../../../image/node.ts'
import type { Photo } from '../../../image/photo.ts'
import { randomRecipe } from '../../../masking/recipe.ts'
import { alignRegion } from '../../../masking/region.ts'
import { renderMask } from '../../../masking/render.ts'
import type { UnmaskMode } from '../../../recognition/unmask.ts'
import type { EmbeddedFace, Xfmr } from '../../../xfmr.ts'
import type { Case } from '../measure.ts'
import type { FaithfulnessCondition } from '../row.ts'

/** Prepares the faces of pairs when they are needed, and keeps those that were needed last. */
export type Cases = {
  /** `undefined` where a photo has no usable face. */
  of(index: number, condition: FaithfulnessCondition): Promise<Case | undefined>
}

/** Pairs whose faces are kept: a stage of a study goes through them method by method. */
const KEPT = 400

/**
 * The judged face is that of the second photo; with a mask, which is drawn onto it, only that one wears it. Parts of a
 * stranger come from the second photo of the next pair that has one.
 */
export const openCases = (xfmr: Xfmr, root: string, pairs: readonly Pair[], seed: string): Cases => {
  const known = new Map<string, Promise<Prepared | undefined>>()
  const prepared = (photo: string, view: PhotoView): Promise<Prepared | undefined> => {
    const key = `${view} ${photo}`
    const found = known.get(key)
    if (found) return found
    if (known.size >= KEPT) known.delete(known.keys().next().value!)
    const made = prepare(xfmr, join(root, photo), photo, view, seed).catch(() => undefined)
    known.set(key, made)
    return made
  }
  return {
    of: async (index, condition) => {
      const { a, b } = pairs[index]!
      const other = await prepared(a.photo, condition === 'corrected' ? 'bare-corrected' : 'unmasked')
      const self = await prepared(b.photo, condition)
      let from: Prepared | undefined
      for (const { photo } of strangersTo(b.identity, pairs, index)) {
        from = await prepared(photo, 'unmasked')
        if (from) break
      }
      if (!other || !self || !from) return undefined
      return {
        pair: `${a.photo} ${b.photo}`,
        person: b.identity,
        condition,
        index,
        self: self.face,
        other: other.face,
        stranger: from.face,
        mask: self.mask,
      }
    },
  }
}

// --- internal ---

/** How a photo takes part: `bare-corrected` is a bare face by the pipeline that corrects masks. */
type PhotoView = FaithfulnessCondition | 'bare-corrected'

/** The judged photos of other people, beginning with the pair after this one. */
const strangersTo = (identity: string, pairs: readonly Pair[], index: number): Pair['b'][] => {
  const judged = [...pairs.slice(index + 1), ...pairs].map(({ b }) => b)
  const others = judged.filter(photo => photo.identity !== identity)
  if (others.length > 0) return others
  throw new XfmrError(
    'E_BAD_DATASET',
    `All pairs that are measured show "${identity}": parts of a stranger are needed too. Add pairs of other people, or raise --pairs.`,
  )
}

type Prepared = { readonly face: EmbeddedFace; readonly mask?: Float32Array }

const prepare = async (
  xfmr: Xfmr,
  path: string,
  name: string,
  view: PhotoView,
  seed: string,
): Promise<Prepared> => {
  const photo = await readPhoto(path)
  const found = await xfmr.findFace(photo, 'central')
  const examine = (shown: Photo, face: Face, unmask: UnmaskMode): Promise<EmbeddedFace> =>
    xfmr.examine(shown, face, { unmask, grid: true, mask: false })
  if (view === 'unmasked') return { face: await examine(photo, found, 'never') }
  if (view === 'bare-corrected') return { face: await examine(photo, found, 'auto') }
  const drawn = renderMask(photo, found, randomRecipe(seed, name))
  const face = await examine(drawn.photo, found, view === 'masked' ? 'never' : 'auto')
  const { width, height } = photo
  const { data } = alignRegion({ width, height, data: drawn.region }, face.aligned.transform)
  return { face, mask: Float32Array.from(data, value => value / 255) }
}
