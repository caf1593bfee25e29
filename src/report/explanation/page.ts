import type { MethodMaps } from '../../explanation/explainer.ts'
import type { FilterShare } from '../../explanation/filters.ts'
import { sizeLabel } from '../../explanation/layers.ts'
import { type FaithfulnessFile, type MeasuredMethod, measuredOf } from '../../explanation/measured.ts'
import { type MethodId, methodOf } from '../../explanation/methods.ts'
import { targetName } from '../../explanation/target.ts'
import type { ImageCodec } from '../../image/codec.ts'
import type { ColourMapName } from '../../image/colour.ts'
import { type FloatMap, type Range, rangeAround } from '../../image/map.ts'
import type { Photo } from '../../image/photo.ts'
import { SCRIPT, SCRIPT_HASH } from '../evaluation/script.ts'
import { type ExplainResult, explainedCondition } from '../explanation.ts'
import { reportHead } from '../head.ts'
import { type Content, html, inlineJson, type Markup, trusted } from '../markup.ts'
import { duration, fixed, signed, whole } from '../numbers.ts'
import { baseName, colourBar, section } from '../parts.ts'
import {
  gridOverFace,
  jpegAddress,
  mapOverFace,
  pngAddress,
  SIGNED,
  STRENGTH,
  strengthRange,
} from '../pictures.ts'
import { fromCells } from '../result.ts'
import { STYLE } from '../style.ts'
import { filtersSection } from './filters.ts'
import { MATCHES_STYLE, matchesSection } from './matches.ts'

export type ExplanationReportInput = {
  /** Version of xfmr. */
  version: string
  result: ExplainResult
  /** The aligned faces; of a face that is explained by itself, one. */
  aligned: readonly [Photo] | readonly [Photo, Photo]
  /** Maps of all methods on each face. */
  maps: readonly (readonly MethodMaps[])[]
  /** Channels that were asked for, on each face. */
  filters?: readonly (readonly FilterShare[])[] | undefined
  /** What was measured about the methods; absent where nothing was. */
  measured?: FaithfulnessFile | undefined
}

/**
 * One HTML page with the maps of all methods side by side, what was measured about each, and all data. It refers to
 * nothing outside itself.
 */
export const buildExplanationReport = async (
  input: ExplanationReportInput,
  codec: ImageCodec,
): Promise<string> => {
  const { version, result, aligned, maps } = input
  const names = result.faces.slice(0, aligned.length).map(({ photo }) => baseName(photo))
  const cards: Markup[] = []
  for (const index of maps[0]!.keys()) cards.push(await card(input, index, codec))
  const condition = explainedCondition(result)
  const methods = [methodsIntro(input, condition), html`<div class="methods">${cards}</div>`]
  const matches = await matchesSection(result, aligned, codec)
  const filters = input.filters && (await filtersSection(input.filters, aligned, codec))
  const sections: [string, string, Content][] = [
    ...(cards.length > 0
      ? [['methods', 'What each method shows', methods] as [string, string, Content]]
      : []),
    ['contributions', 'What adds up exactly', await contributions(input, codec)],
    ...(filters ? [['filters', 'Chosen channels', filters] as [string, string, Content]] : []),
    ...(matches ? [['matches', 'Which cells match', matches] as [string, string, Content]] : []),
    ['reading', 'How to read this', READING],
    ['data', 'Data', data(result)],
  ]
  return html`<!doctype html>
<html lang="en">
${reportHead({
  title: `Explanations: ${names.join(' and ')}`,
  version,
  style: STYLE + OWN_STYLE + MATCHES_STYLE,
  scriptHash: SCRIPT_HASH,
})}
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<p class="kicker">xfmr explains ${names.join(' and ')}</p>
<h1>${aligned.length === 2 ? html`Cosine ${fixed(result.cosine)}` : html`One face by itself`}</h1>
<p class="lead">${cards.length === 0 ? 'Contributions' : cards.length === 1 ? '1 method' : `${cards.length} methods`} on ${aligned.length === 2 ? 'both faces' : 'one face'}${conditionWords(condition)}.</p>
<nav aria-label="Contents"><ul>${sections.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main id="main">
${sections.map(([id, title, body]) => section(id, title, body))}
</main>
<footer><p class="note">Made by xfmr ${version} on this machine; nothing was sent anywhere. This file holds photos of people: treat it like them.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup
}

/** The pictures of one map on every face, on one scale. */
export const drawMaps = (
  aligned: readonly Photo[],
  maps: readonly FloatMap[],
  isSigned: boolean,
): { pictures: Photo[]; colours: ColourMapName; range: Range } => {
  const range = isSigned ? strengthRange(...maps) : { low: 0, high: strengthRange(...maps).high }
  const colours = isSigned ? SIGNED : STRENGTH
  return { pictures: maps.map((map, i) => mapOverFace(aligned[i]!, map, { colours, range })), colours, range }
}

/** Whether values below zero are evidence against: not of layers that were joined, which keep what is above zero. */
export const isSignedMap = ({ method, layers }: Pick<MethodMaps, 'method' | 'layers'>): boolean =>
  methodOf(method).signed && layers.length <= 1

// --- internal ---

const OWN_STYLE = `
.methods { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 2.5rem 2rem; margin-top: 1.5rem; }
.method { display: grid; align-content: start; gap: .6rem; }
.method h3 { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.method h3 small { color: var(--soft); font-weight: 400; }
.faces { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .5rem; }
.faces img { width: 100%; border-radius: .375rem; }
.method .colour-bar { margin: 0; max-width: none; } .method .key { font-size: .75rem; }
.method p { margin: 0; font-size: .875rem; line-height: 1.5; }
.method table { font-size: .8125rem; } .method th { font-weight: 400; } .method th, .method td { padding: .2rem .5rem .2rem 0; }
.method details { margin-top: .25rem; } .method summary { font-size: .8125rem; }
.warning { color: var(--against); font-weight: 600; }
`

const READING = html`<ul class="limits">
<li>Every map answers its own question; the sentence under it says which. Two methods that differ need not contradict each other.</li>
<li>Orange raised the target, purple lowered it, and no colour means no influence. Maps without a sign go from black to yellow. Values are not changed: each method has its own scale, the same for both faces; full colour stands for the 99th percentile of the values' sizes and everything beyond.</li>
<li>Deletion and insertion say how well a map finds what the network relies on: the share of pairs still decided right while the best pixels are removed (lower is better) or shown alone (higher is better). They were measured on other photos; they speak for the method, not for this picture.</li>
<li>A method that fails the sanity check draws almost the same map for a network with shuffled weights. It shows the photo, not the network.</li>
</ul>`

const conditionWords = (condition: string): string =>
  ({ masked: ', a face mask is worn', corrected: ', with the correction for masks' })[condition] ?? ''

const methodsIntro = ({ measured }: ExplanationReportInput, condition: string): Markup =>
  measured
    ? html`<p>Numbers beside each method were measured on ${measured.dataset}${measured.conditions[condition] && html`, ${whole(measured.conditions[condition].pairs)} pairs`}, condition: ${condition}.</p>`
    : html`<p>How faithful these methods are has not been measured for this recogniser: run <code>xfmr evaluate --protocol faithfulness</code>.</p>`

const card = async (
  { aligned, maps, measured, result }: ExplanationReportInput,
  index: number,
  codec: ImageCodec,
): Promise<Markup> => {
  const own = maps.slice(0, aligned.length).map(list => list[index]!)
  const [first] = own as [MethodMaps, ...MethodMaps[]]
  const { label, about } = methodOf(first.method)
  const drawn = drawMaps(
    aligned,
    own.map(({ map }) => map),
    isSignedMap(first),
  )
  const addresses = await Promise.all(drawn.pictures.map(picture => jpegAddress(picture, codec)))
  const steps = first.layers.length
  const time = own.reduce((sum, { milliseconds }) => sum + milliseconds, 0)
  return html`<article class="method">
<h3>${label}<small class="number">${duration(time)}</small></h3>
<div class="faces">${addresses.map((address, i) => html`<img src="${address}" width="112" height="112" alt="${`${label} over face ${'AB'[i]}`}">`)}</div>
${colourBar(drawn.colours, drawn.range, `${label} value`, { ends: [number => (drawn.range.low < 0 ? `≤ ${number}` : number), number => `≥ ${number}`] })}
<p>${about}${steps > 1 && html` ${steps} layers joined.`}${steps === 1 && html` Layer ${first.layers[0]!.layer.name}, ${sizeLabel(first.layers[0]!.layer)}.`}${first.target !== 'frozen' && html` Target: ${targetName(first.target)}.`}</p>
${own.some(({ cutShort }) => cutShort) && html`<p class="warning">Time was up: drawn from the samples so far.</p>`}
${measures(first.method, measured, explainedCondition(result))}
${sums(own)}
${await more(aligned, own, codec)}
</article>`
}

const measures = (method: MethodId, file: FaithfulnessFile | undefined, condition: string): Markup => {
  const found = measuredOf(file, condition, method)
  if (!found) return html`<p class="note">Faithfulness: not measured.</p>`
  const row = (name: string, estimate: MeasuredMethod['deletion'], print = percentage) =>
    estimate &&
    html`<tr><th scope="row">${name}</th><td class="right">${print(estimate.value)}</td><td class="right key-text">${print(estimate.low)} to ${print(estimate.high)}</td></tr>`
  const { deletion, insertion, road, hiding, sanity, stability } = found
  return html`<table><tbody>
${row('Deletion, lower is better', deletion)}${row('Insertion, higher is better', insertion)}${row('ROAD, higher is better', road)}${row('Finds a pasted part', hiding)}${row('Stability under noise', stability, two)}
</tbody></table>
${sanity?.passed === false && html`<p class="warning">Fails the sanity check: hardly changes when the network's weights are shuffled.</p>`}`
}

const percentage = (value: number): string => `${fixed(value * 100, 1)} %`
const two = (value: number): string => fixed(value, 2)

/** Where theory says what a map adds up to. */
const sums = (own: readonly MethodMaps[]): Markup | false =>
  own.some(({ sum }) => sum) &&
  html`<p class="note number">${own.map(({ sum }, i) => sum && html`Face ${'AB'[i]}: adds up to ${signed(sum.found)}, theory ${signed(sum.expected)}. `)}</p>`

/** Single layers, and parts other than those of colours. */
const more = async (
  aligned: readonly Photo[],
  own: readonly MethodMaps[],
  codec: ImageCodec,
): Promise<Markup | false> => {
  const [first] = own as [MethodMaps, ...MethodMaps[]]
  const layers = first.layers.length > 1 ? first.layers : []
  const parts = Object.keys(first.parts ?? {}).filter(name => !['red', 'green', 'blue'].includes(name))
  if (layers.length + parts.length === 0) return false
  const draw = async (title: string, maps: FloatMap[], isSigned: boolean): Promise<Markup> => {
    const { pictures } = drawMaps(aligned, maps, isSigned)
    const addresses = await Promise.all(pictures.map(picture => jpegAddress(picture, codec, 82)))
    return html`<p class="note">${title}</p><div class="faces">${addresses.map((address, i) => html`<img src="${address}" width="112" height="112" alt="${`${title}, face ${'AB'[i]}`}">`)}</div>`
  }
  const drawn = [
    ...layers.map(({ layer }, i) =>
      draw(
        `Layer ${layer.name}, ${sizeLabel(layer)}`,
        own.map(maps => maps.layers[i]!.map),
        methodOf(first.method).signed,
      ),
    ),
    ...parts.map(name =>
      draw(
        name,
        own.map(({ parts }) => parts![name]!),
        own.some(({ parts }) => parts![name]!.data.some(value => value < 0)),
      ),
    ),
  ]
  return html`<details><summary>${layers.length > 0 ? 'Single layers' : 'Parts'}</summary>${await Promise.all(drawn)}</details>`
}

const contributions = async (
  { result, aligned }: ExplanationReportInput,
  codec: ImageCodec,
): Promise<Markup> => {
  const faces = result.faces.slice(0, aligned.length)
  const maps = faces.map(face => fromCells(face.contributions))
  const range = rangeAround(0, ...maps)
  const pictures = await Promise.all(
    maps.map((map, i) => pngAddress(gridOverFace(aligned[i]!, map, range), codec)),
  )
  const line = ({ contributions: cells, bias }: ExplainResult['faces'][number], i: number): Markup => {
    const sum = cells.flat().reduce((total, value) => total + value, 0)
    const total = result.exact && html` = ${fixed(sum + bias)}`
    return html`<p class="sum-line number">Face ${'AB'[i]}: cells ${signed(sum)}, constant ${signed(bias)}${total}</p>`
  }
  return html`<p>What each cell of the last grid added to the target (${result.target}).${
    result.exact
      ? ' Together with the constant, the cells add up to it exactly.'
      : ' With this target or network there is no exact sum.'
  }</p>
<div class="faces contributions-faces">${pictures.map((picture, i) => html`<img src="${picture}" width="448" height="448" alt="${`Contributions of face ${'AB'[i]} by cell`}">`)}</div>
${colourBar(SIGNED, range, 'Contribution of a cell')}
${faces.map(line)}`
}

const data = (
  result: ExplainResult,
): Markup => html`<p>The map of each method, contributions and channels, with five digits. The full numbers, single layers, parts and the similarity of all cells included, stand in explanation.json beside this page.</p>
<a class="button" href="#data" data-from="xfmr-explanation" download="explanation.json" hidden>Download explanation.json</a>
<script type="application/json" id="xfmr-explanation">${inlineJson(shortened(result))}</script>`

/** Without what makes a page unwieldy: maps of single layers and parts, all cells with all, and digits that nobody reads. */
const shortened = ({ correspondence, ...result }: ExplainResult) => ({
  ...result,
  ...(correspondence && { correspondence: { ...correspondence, similarity: [] } }),
  faces: result.faces.map(face => ({
    ...face,
    ...(face.filters && {
      filters: face.filters.map(filter => ({ ...filter, activation: [], contributions: [] })),
    }),
    maps: face.maps.map(({ parts: _, ...map }) => ({ ...map, layers: [], map: map.map.map(rounded) })),
  })),
})

const rounded = (row: readonly number[]): number[] => row.map(value => Number(value.toPrecision(5)))
