import { coverageCells, coveragePlot } from '../../evaluation/coverage-plot.ts'
import { formatCsvPairs } from '../../evaluation/csv-pairs.ts'
import { errorCurve } from '../../evaluation/curve.ts'
import { detPlot, rocPlot, scorePlot } from '../../evaluation/plots.ts'
import type { EvaluationResult, SettingResult } from '../../evaluation/result.ts'
import { type Scores, scoresOfPairs } from '../../evaluation/scores.ts'
import type { ImageCodec } from '../../image/codec.ts'
import type { Photo } from '../../image/photo.ts'
import { reportHead } from '../head.ts'
import { type Content, html, inlineJson, type Markup, trusted } from '../markup.ts'
import { percent, whole } from '../numbers.ts'
import { section } from '../parts.ts'
import { STYLE } from '../style.ts'
import { type NamedPair, pairPictures, worstPairs } from './pairs.ts'
import { SCRIPT, SCRIPT_HASH } from './script.ts'
import {
  accuracyText,
  coverageTable,
  foldsTable,
  metricsTable,
  omittedNote,
  problemsTables,
} from './tables.ts'

export type EvaluationReportInput = {
  result: EvaluationResult
  /** The comparisons of each setting, in the order of `result.settings`. */
  pairs: readonly (readonly NamedPair[])[]
  /** Of settings whose `pairs` are a sample only: all scores, and the most wrong pairs. */
  all?: readonly ({ readonly scores: Scores; readonly worst: readonly NamedPair[] } | undefined)[]
  /** The aligned face of the first (0) or second (1) photo of a pair in a setting, for the pictures of the worst pairs. */
  picture: (photo: string, setting: SettingResult, side: 0 | 1) => Promise<Photo>
  /** How many of the worst pairs of each kind to show. Default 12. */
  worst?: number
}

/**
 * One HTML page about an evaluation: numbers with intervals, curves, histograms, worst pairs, failures, all data.
 * It holds everything and refers to nothing outside itself.
 */
export const buildEvaluationReport = async (
  { result, pairs, all = [], picture, worst = 12 }: EvaluationReportInput,
  codec: ImageCodec,
): Promise<string> => {
  const scores = pairs.map(
    (list, i) => all[i]?.scores ?? scoresOfPairs(list, { failurePolicy: result.failurePolicy }),
  )
  const shown = pairs.map((list, i) => all[i]?.worst ?? list)
  const cells = coverageCells(result.settings)
  const series = result.settings.map(({ name }, i) => ({ name, curve: errorCurve(scores[i]!) }))
  const histograms = result.settings.map((setting, i) =>
    figure(scorePlot(scores[i]!, { title: `Scores, ${setting.name}`, thresholds: thresholdsOf(setting) })),
  )
  const sections = [
    ['results', 'Results', [metricsTable(result), ...result.settings.map(foldsTable), omittedNote(result)]],
    ...(cells.length > 0
      ? ([
          [
            'coverage',
            'By shape, coverage and colour',
            [
              figure(coveragePlot(cells, result.settings[0]!.atUnmaskedThreshold!.fnmr)),
              coverageTable(result),
            ],
          ],
        ] as const)
      : []),
    [
      'curves',
      'Errors at every threshold',
      [html`<div class="plots">${figure(detPlot(series))}${figure(rocPlot(series))}</div>`],
    ],
    ['scores', 'Scores', [html`<div class="plots">${histograms}</div>`]],
    ['worst', 'Where it was most wrong', await worstSections(result, shown, picture, worst, codec)],
    ['problems', 'Photos that failed', problemsTables(result)],
    ['method', 'How this was measured', method(result)],
    ['data', 'Data', data(result, pairs)],
  ] as const
  const [headline] = result.settings
  return html`<!doctype html>
<html lang="en">
${reportHead({
  title: html`${result.protocol} on ${result.dataset}: xfmr evaluation`,
  version: result.version,
  style: STYLE + OWN_STYLE,
  scriptHash: SCRIPT_HASH,
})}
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<p class="kicker">xfmr evaluation, protocol ${result.protocol}, ${result.dataset}</p>
<h1>${title(headline!)}</h1>
<p class="lead">${lead(headline!, result.intervals.level)}</p>
<nav aria-label="Contents"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
</header>
<main id="main">
${sections.map(([id, name, body]) => section(id, name, body))}
</main>
<footer><p class="note">Made by xfmr ${result.version} on this machine; nothing was sent anywhere. This file holds photos of people: treat it like them.</p></footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.markup
}

// --- internal ---

const OWN_STYLE = `
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.5rem; margin-top: 1rem; }
.results { width: auto; min-width: min(34rem, 100%); } .results th { white-space: nowrap; } .results .key-text { font-weight: 400; }
h3 + .worst-pairs, .note + .worst-pairs { margin-top: .75rem; }
.results .right, .results thead th { text-align: right; }
.worst-pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); gap: 1.25rem; margin: 1rem 0 2rem; }
.worst img { display: inline-block; width: 48%; height: auto; margin-right: 2%; border-radius: .375rem; }
.worst figcaption { margin-top: .4rem; overflow-wrap: anywhere; }
`

const figure = (svg: string): Markup => html`<figure>${trusted(svg)}</figure>`

const title = ({ accuracy, eer }: SettingResult): string =>
  accuracy === undefined
    ? `Equal error rate ${percent(eer)}`
    : `Accuracy ${accuracyText(accuracy)}, equal error rate ${percent(eer)}`

const lead = ({ fmr1000, intervals, genuine, impostor }: SettingResult, level: number): string => {
  const range = intervals.fmr1000
  const within = range ? ` (${level * 100} % interval ${percent(range[0])} to ${percent(range[1])})` : ''
  return `At the threshold where 1 in 1,000 pairs of different people would pass, ${percent(fmr1000)} of the pairs of the same person fail${within}. Measured on ${whole(genuine)} pairs of the same person and ${whole(impostor)} pairs of different people.`
}

const thresholdsOf = ({ fmr100Threshold, fmr1000Threshold, impostor }: SettingResult) => [
  { name: 'FMR 1 %', value: fmr100Threshold },
  ...(impostor >= 1000 && fmr1000Threshold !== fmr100Threshold
    ? [{ name: 'FMR 0.1 %', value: fmr1000Threshold }]
    : []),
]

const worstSections = async (
  { settings }: EvaluationResult,
  pairs: EvaluationReportInput['pairs'],
  picture: EvaluationReportInput['picture'],
  count: number,
  codec: ImageCodec,
): Promise<Content[]> => {
  const contents: Content[] = []
  for (const [i, setting] of settings.entries()) {
    const { genuine, impostor } = worstPairs(pairs[i]!, count)
    const draw = (list: readonly NamedPair[]) =>
      pairPictures(list, (photo, side) => picture(photo, setting, side), codec)
    contents.push(
      html`<h3>${setting.name}: same person, lowest scores</h3><p class="note">A wrong label in the data set would show here.</p>`,
      await draw(genuine),
      html`<h3>${setting.name}: different people, highest scores</h3>`,
      await draw(impostor),
    )
  }
  return contents
}

const method = ({
  pipeline,
  date,
  face,
  failurePolicy,
  intervals,
  photos,
  masks,
  unmasking,
}: EvaluationResult): Markup => {
  const failed =
    failurePolicy === 'reject'
      ? 'count as turned away: wrong for the same person, right for different people'
      : 'are left out of the rates'
  return html`<table>
<tbody>
<tr><th scope="row">Photos</th><td>${whole(photos.total)} of ${whole(photos.identities)} people</td></tr>
<tr><th scope="row">Face of a photo with several</th><td>${face}</td></tr>
<tr><th scope="row">Comparisons without a score</th><td>${failed}</td></tr>
<tr><th scope="row">Intervals</th><td>${intervals.level * 100} %, ${whole(intervals.resamples)} resamples of the people (seed ${intervals.seed}), joined with Wilson's interval for error rates</td></tr>
${masks && html`<tr><th scope="row">Masks</th><td>Synthetic: drawn onto the photos (${masks.type}, seed ${masks.seed}) before the face was found</td></tr>`}
${unmasking && html`<tr><th scope="row">Correction for masks</th><td>${unmasking.mode === 'auto' ? 'Of faces with a mask as far as the worn-mask detector finds it' : 'Of every face'}: ${unmasking.name}, SHA-256 <code>${unmasking.sha256}</code></td></tr>`}
<tr><th scope="row">Measured</th><td>${date}</td></tr>
<tr><th scope="row">Pipeline</th><td><code>${pipeline}</code></td></tr>
</tbody>
</table>
<p class="note">A comparison passes when its score is at or above the threshold. FMR is the share of pairs of different people that pass, FNMR the share of pairs of the same person that don't. FMR100 and FMR1000 are the lowest FNMR with FMR at most 1 % and 0.1 %. All definitions stand in docs/metrics.md of xfmr.</p>`
}

/** More pairs than this would make the page unwieldy; their scores stand in files of their own. */
const MOST_PAIRS = 40_000

const data = (result: EvaluationResult, pairs: EvaluationReportInput['pairs']): Markup => {
  const json = html`<a class="button" href="#data" data-from="xfmr-result" download="result.json" hidden>Download result.json</a>
<script type="application/json" id="xfmr-result">${inlineJson(result)}</script>`
  if (pairs.reduce((sum, list) => sum + list.length, 0) > MOST_PAIRS) {
    return html`<p>The results as JSON are embedded in this page. The scores of single pairs are too many for it: they stand in the CSV files beside it.</p>
${json}`
  }
  const files = result.settings.map(({ name }, i) => {
    const list = pairs[i]!
    const csv = formatCsvPairs(
      { pairs: list },
      list.map(({ score }) => score),
    )
    return html`<a class="button" href="#data" data-from="scores-${i}" download="${`scores-${name}.csv`}" hidden>Download scores of ${name} (CSV)</a>
<script type="application/json" id="scores-${i}">${inlineJson(csv)}</script>`
  })
  return html`<p>The results as JSON and the score of every pair as CSV are embedded in this page.</p>
${json}
${files}`
}
