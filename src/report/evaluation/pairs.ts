import type { Pair } from '../../evaluation/pairs.ts'
import type { ScoredPair } from '../../evaluation/scores.ts'
import type { ImageCodec } from '../../image/codec.ts'
import type { Photo } from '../../image/photo.ts'
import { type Content, html, type Markup } from '../markup.ts'
import { fixed } from '../numbers.ts'
import { jpegAddress } from '../pictures.ts'

/** A pair with its score. */
export type NamedPair = Pair & ScoredPair

/** The pairs of the same person with the lowest scores, and of different people with the highest, worst first. */
export const worstPairs = (
  pairs: readonly NamedPair[],
  count: number,
): { genuine: NamedPair[]; impostor: NamedPair[] } => {
  const scored = pairs.filter(pair => pair.score !== null)
  const rise = (a: NamedPair, b: NamedPair): number => a.score! - b.score!
  return {
    genuine: scored
      .filter(pair => pair.genuine)
      .sort(rise)
      .slice(0, count),
    impostor: scored
      .filter(pair => !pair.genuine)
      .sort((a, b) => rise(b, a))
      .slice(0, count),
  }
}

/** Pairs as pictures of their aligned faces. @param picture The aligned face of the first (0) or second (1) photo. */
export const pairPictures = async (
  pairs: readonly NamedPair[],
  picture: (photo: string, side: 0 | 1) => Promise<Photo>,
  codec: ImageCodec,
): Promise<Content> => {
  const figures: Markup[] = []
  for (const { a, b, score } of pairs) {
    const [left, right] = [
      await jpegAddress(await picture(a.photo, 0), codec),
      await jpegAddress(await picture(b.photo, 1), codec),
    ]
    figures.push(html`<figure class="worst">
<img src="${left}" width="112" height="112" alt="${a.photo}"><img src="${right}" width="112" height="112" alt="${b.photo}">
<figcaption><span class="label number">${fixed(score!)}</span> ${a.photo}, ${b.photo}</figcaption>
</figure>`)
  }
  return html`<div class="worst-pairs">${figures}</div>`
}
