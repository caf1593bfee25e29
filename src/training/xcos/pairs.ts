import { createRandom } from '../../random.ts'
import { dotProduct } from '../../recognition/compare.ts'

/** A face that training may use. */
export type PairFace = {
  /** Row of its grid. */
  readonly row: number
  readonly photo: number
  readonly identity: number
  readonly masked: boolean
}

export type FacePair = { readonly a: PairFace; readonly b: PairFace }

export type PairOptions = {
  readonly faces: readonly PairFace[]
  /** For each identity those that look most like it, closest first. */
  readonly alike: readonly (readonly number[])[]
  readonly batch: number
  /** Uses masked faces; otherwise only bare ones. */
  readonly masks: boolean
  readonly seed: string
}

/**
 * Draws batches of pairs: half genuine (two photos of one person), half impostor, every second of these with a look-alike;
 * a third each without a mask, with one masked face, with two. People with a single photo take part in impostor pairs.
 * A batch follows from seed, epoch and number alone.
 */
export const pairSampler = (options: PairOptions): ((epoch: number, number: number) => FacePair[]) => {
  const { alike, batch, masks, seed } = options
  const byIdentity = gathered(options.faces)
  const withPhotos = (least: number): number[] =>
    [...byIdentity.keys()].filter(identity => {
      const { bare, masked } = byIdentity.get(identity)!
      return photosOf(bare) >= least && (!masks || photosOf(masked) >= least)
    })
  const anyone = withPhotos(1)
  const several = withPhotos(2)
  const usable = new Set(anyone)
  return (epoch, number) => {
    const random = createRandom(seed, 'pairs', epoch, number)
    const pick = (identity: number, masked: boolean): PairFace => {
      const { bare, masked: covered } = byIdentity.get(identity)!
      return random.pick(masked ? covered : bare)
    }
    return Array.from({ length: batch }, (_, i): FacePair => {
      const kind = masks ? random.index(3) : 0
      // Which of the two is masked must not tell anything either.
      const first = kind === 2 || (kind === 1 && random.chance(0.5))
      const second = kind === 2 || (kind === 1 && !first)
      if (i % 2 === 0) {
        const identity = random.pick(several)
        const a = pick(identity, first)
        for (;;) {
          const b = pick(identity, second)
          if (b.photo !== a.photo) return { a, b }
        }
      }
      const identity = random.pick(anyone)
      const a = pick(identity, first)
      const close = i % 4 === 1 ? alike[identity]!.filter(other => usable.has(other)) : []
      for (;;) {
        const other = close.length > 0 ? random.pick(close) : random.pick(anyone)
        if (other !== identity) return { a, b: pick(other, second) }
      }
    })
  }
}

/** For each identity the `count` others with the largest cosine between unit mean embeddings, closest first. */
export const lookAlikes = (means: readonly Float32Array[], count: number): number[][] =>
  means.map((mean, identity) => {
    const closest: { i: number; cosine: number }[] = []
    for (let i = 0; i < means.length; i++) {
      if (i === identity) continue
      const cosine = dotProduct(mean, means[i]!)
      if (closest.length === count && cosine <= closest.at(-1)!.cosine) continue
      const place = closest.findIndex(other => cosine > other.cosine)
      closest.splice(place < 0 ? closest.length : place, 0, { i, cosine })
      if (closest.length > count) closest.pop()
    }
    return closest.map(({ i }) => i)
  })

// --- internal ---

const gathered = (faces: readonly PairFace[]): Map<number, { bare: PairFace[]; masked: PairFace[] }> => {
  const groups = new Map<number, { bare: PairFace[]; masked: PairFace[] }>()
  for (const face of faces) {
    const group = groups.get(face.identity) ?? { bare: [], masked: [] }
    group[face.masked ? 'masked' : 'bare'].push(face)
    groups.set(face.identity, group)
  }
  return groups
}

const photosOf = (faces: readonly PairFace[]): number => new Set(faces.map(({ photo }) => photo)).size
