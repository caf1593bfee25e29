import type { FilterShare } from '../../explanation/filters.ts'
import { sizeLabel } from '../../explanation/layers.ts'
import type { ImageCodec } from '../../image/codec.ts'
import { rangeAround } from '../../image/map.ts'
import type { Photo } from '../../image/photo.ts'
import { html, type Markup } from '../markup.ts'
import { fixed, signed } from '../numbers.ts'
import { colourBar } from '../parts.ts'
import { ACTIVITY, enlarged, jpegAddress, mapOverFace, SIGNED } from '../pictures.ts'

/** The pictures of one filter on every face: both kinds of map on one scale each. */
export const drawFilter = (faces: readonly Photo[], shares: readonly FilterShare[]) => {
  const activity = rangeAround(0, ...shares.map(({ activation }) => activation))
  const share = rangeAround(0, ...shares.map(({ contributions }) => contributions))
  const options = { interpolation: 'nearest' } as const
  return {
    activity,
    share,
    pictures: shares.map(({ activation, contributions }, i) => ({
      activation: mapOverFace(faces[i]!, activation, { ...options, colours: ACTIVITY, range: activity }),
      contributions: mapOverFace(faces[i]!, contributions, { ...options, colours: SIGNED, range: share }),
    })),
  }
}

/** What chosen channels did. @param filters By face, then by filter. */
export const filtersSection = async (
  filters: readonly (readonly FilterShare[])[],
  aligned: readonly Photo[],
  codec: ImageCodec,
): Promise<Markup | undefined> => {
  const own = filters.slice(0, aligned.length)
  if (own[0]!.length === 0) return undefined
  const faces = aligned.map(face => enlarged(face, 2))
  const cards: Markup[] = []
  for (const index of own[0]!.keys()) {
    const shares = own.map(list => list[index]!)
    const { layer, channel } = shares[0]!
    const { activity, share, pictures } = drawFilter(faces, shares)
    const name = `Channel ${channel} of layer ${layer.name}, ${sizeLabel(layer)}`
    const images = async (kind: 'activation' | 'contributions', title: string): Promise<Markup> => {
      const addresses = await Promise.all(pictures.map(picture => jpegAddress(picture[kind], codec)))
      return html`<div class="faces">${addresses.map((address, i) => html`<img src="${address}" width="224" height="224" alt="${`${title} of ${name} over face ${'AB'[i]}`}">`)}</div>`
    }
    cards.push(html`<article class="method">
<h3>${name}</h3>
${await images('activation', 'Activity')}
${colourBar(ACTIVITY, activity, 'Activity')}
${await images('contributions', 'Share of the target')}
${colourBar(SIGNED, share, 'Share of the target')}
<p class="number">${shares.map(({ contribution, activation }, i) => html`Face ${'AB'[i]}: peak ${fixed(Math.max(...activation.data.map(Math.abs)), 2)}, together ${signed(contribution)}. `)}</p>
</article>`)
  }
  return html`<p>Where the chosen channels were active (first row), and gradient times activity there (second row): at the last grid this is the channel's part of the score; at earlier layers parts overlap, and only say what raised or lowered it.</p>
<div class="methods">${cards}</div>`
}
