import type { Range } from '../../image/map.ts'
import { html, type Markup } from '../markup.ts'
import { fixed, roundTogether, signed } from '../numbers.ts'
import { bar, baseName, section, signColour } from '../parts.ts'
import type { CompareResult } from '../schema.ts'
import { SUM_DECIMALS } from '../sums.ts'

type Channel = NonNullable<CompareResult['channels']>['a'][number]

/** Addresses of a channel's two maps over its face. */
export type ChannelPictures = { readonly activity: string; readonly contribution: string }

/** The channels that counted most on each face: where they were active, and where that counted. */
export const channelsSection = (
  result: CompareResult,
  pictures: { a: readonly ChannelPictures[]; b: readonly ChannelPictures[]; range: Range } | undefined,
): Markup | undefined => {
  const { channels, contributions } = result
  if (!channels || !contributions || !pictures) return undefined
  const sizes = [...channels.a, ...channels.b].map(({ contribution }) => contribution)
  const networks = new Set(result.faces.map(({ unmasked }) => unmasked)).size
  const range = { low: Math.min(0, ...sizes), high: Math.max(0, ...sizes) }
  return section(
    'neurons',
    'Which neurons counted',
    html`<p>The last grid has one map for each of its channels, often called neurons. These contributed most, for or against. A channel's activity alone says little: it counts as much as the other face's vector makes it count, so the same channel may help on one pair and harm on another.${networks > 1 && ' One of the faces went through the correction for masks: channels of the same number need not mean the same there.'}</p>
<div class="two stack">${(['a', 'b'] as const).map(side => {
      const other = new Set(channels[side === 'a' ? 'b' : 'a'].map(({ channel }) => channel))
      return channelTable(result, side, channels[side], pictures[side], other, range)
    })}</div>
<figcaption>First map: activity of the channel in each cell, <span class="pink">pink</span> below zero, <span class="green">green</span> above, on its own scale from minus to plus the printed peak, since activities of different channels have no common unit. Second map: what each cell added to the score by way of this channel, one scale for all (full colour at ±${fixed(pictures.range.high, 3)}). The bars share one scale too.</figcaption>`,
  )
}

// --- internal ---

const channelTable = (
  { score, contributions, faces, layers }: CompareResult,
  side: 'a' | 'b',
  channels: readonly Channel[],
  pictures: readonly ChannelPictures[],
  other: ReadonlySet<number>,
  range: Range,
): Markup => {
  const letter = side.toUpperCase()
  const cells = contributions![side].flat().reduce((sum, value) => sum + value, 0)
  const bias = contributions!.bias[side]
  const listed = channels.map(({ contribution }) => contribution)
  const others = cells - listed.reduce((sum, value) => sum + value, 0)
  const open = contributions!.exact ? [] : [score.cosine - cells - bias]
  const shown = roundTogether([...listed, others, bias, ...open], SUM_DECIMALS, score.cosine)
  const count = layers?.at(-1)?.channels
  const rest: [string, number][] = [
    [count ? `Other ${count - channels.length} channels` : 'All other channels', shown[listed.length]!],
    ['Constant (bias)', shown[listed.length + 1]!],
    ...(open.length > 0 ? [['Not accounted for', shown[listed.length + 2]!] as [string, number]] : []),
  ]
  return html`<table class="channels">
<caption>Face ${letter}, ${baseName(faces[side === 'a' ? 0 : 1].photo)}</caption>
<thead class="hidden"><tr><th scope="col">Activity and contribution by cell</th><th scope="col">Channel</th><th scope="col">Contribution</th><td></td></tr></thead>
<tbody>${channels.map(({ channel, activation }, i) => {
    const peak = Math.max(...activation.flat().map(Math.abs))
    return html`<tr><td><div class="maps"><img src="${pictures[i]!.activity}" width="56" height="56" alt="${`Activity of channel ${channel} over face ${letter}, peak ${fixed(peak, 2)}`}"><img src="${pictures[i]!.contribution}" width="56" height="56" alt="${`Contribution of channel ${channel} by cell over face ${letter}`}"></div></td><th scope="row">#${channel}<small class="number">peak ${fixed(peak, 2)}${other.has(channel) ? html`<br>also on face ${letter === 'A' ? 'B' : 'A'}` : ''}</small></th><td class="right">${signed(shown[i]!)}</td><td class="bar">${bar(0, listed[i]!, range, signColour(listed[i]!))}</td></tr>`
  })}</tbody>
<tfoot>${rest.map(([label, value]) => html`<tr><th scope="row" colspan="2">${label}</th><td class="right">${signed(value)}</td><td></td></tr>`)}<tr><th scope="row" colspan="2">Score</th><td class="right">${fixed(score.cosine)}</td><td></td></tr></tfoot>
</table>`
}
