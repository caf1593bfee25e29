import { createRandom } from '../../random.ts'

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
 * a third each without a mask, with one masked face, with two. A batch follows from seed, epoch and number alone.
 */
export const pairSampler = (options: PairOptions): ((epoch: number, number: number) => FacePair[]) => {
  const { alike, batch, masks, seed } = options
  const byIdentity = gathered(options.faces)
  const identities = [...byIdentity.keys()].filter(identity => {
    const { bare, masked } = byIdentity.get(identity)!
    return photosOf(bare) > 1 && (!masks || photosOf(masked) > 1)
  })
  const usable = new Set(identities)
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
      const identity = random.pick(identities)
      const a = pick(identity, first)
      if (i % 2 === 0) {
        for (;;) {
          const b = pick(identity, second)
          if (b.photo !== a.photo) return { a, b }
        }
      }
      const close = i % 4 === 1 ? alike[identity]!.filter(other => usable.has(other)) : []
      for (;;) {
        const other = close.length > 0 ? random.pick(close) : random.pick(identities)
        if (other !== identity) return { a, b: pick(other, second) }
      }
    })
  }
}

/** For each identity the `count` others with the largest cosine between unit mean embeddings, closest first. */
export const lookAlikes = (means: readonly Float32Array[], count: number): number[][] =>
  means.map((mean, identity) =>
    means
      .map((other, i) => ({
        i,
        cosine: i === identity ? -2 : mean.reduce((sum, x, k) => sum + x * other[k]!, 0),
      }))
      .sort((one, two) => two.cosine - one.cosine || one.i - two.i)
      .slice(0, Math.min(count, means.length - 1))
      .map(({ i }) => i),
  )

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
