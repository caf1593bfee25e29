import { html, inlineJson, type Markup } from '../markup.ts'
import { duration, fixed, percent, whole } from '../numbers.ts'
import { section } from '../parts.ts'
import type { CompareResult } from '../schema.ts'
import { conditionWords, masksNote } from '../words.ts'

/** What the pictures can't show, and what must not be read into them. */
export const limitsSection = (result: CompareResult): Markup =>
  section(
    'limits',
    'What this does not prove',
    html`<ul class="limits">
<li>The score is a similarity, not a probability. The error rates say how often the method is wrong on the calibration pairs, not how likely this verdict is wrong: that also depends on how the two photos were chosen.</li>
<li>${masksNote(result)}</li>
<li>A heat map shows which places the arithmetic of the network used. It does not say why, and it is no proof of identity.</li>
<li>Cells are not strict patches. Each one sees much of the face around it, so a cell over the nose also knows about the eyes.</li>
<li>The maps of face A and face B explain the same score from two sides, each with the other face held fixed. They need not agree.</li>
<li>Poor light, blur, pose, age and look-alikes change the score. Error rates by age, sex and skin tone were not measured. Do not decide about people on this alone.</li>
</ul>`,
  )

/** Models, calibration, timings and the raw data. */
export const detailsSection = (result: CompareResult): Markup => {
  const { models, pipeline, threshold, timings } = result
  const { calibration, intervals } = threshold
  const steps: [string, number | undefined][] = [
    ['Find faces and landmarks (both photos)', timings.find],
    ['Align', timings.align],
    ['Embed', timings.embed],
    ['Explainable cosine', timings.xcos],
    ['Explain', timings.explain],
  ]
  return section(
    'details',
    'Details',
    html`<div class="scroll" tabindex="0" role="region" aria-label="Models"><table class="models">
<caption>Models that took part</caption>
<thead><tr><th scope="col">Role</th><th scope="col">Name and source</th><th scope="col">Licence</th><th scope="col">SHA-256 of the file</th></tr></thead>
<tbody>${models.map(({ role, name, source, licence, sha256 }) => html`<tr><th scope="row">${role}</th><td>${name}<br><span class="key-text">${source}</span></td><td>${licence}</td><td><code>${sha256}</code></td></tr>`)}</tbody>
</table></div>
<p class="note pipeline">Pipeline <code>${pipeline}</code></p>
<div class="facts">
<table>
<caption>Calibration</caption>
<tbody>
<tr><th scope="row">Threshold</th><td class="right">${fixed(threshold.value)}</td></tr>
<tr><th scope="row">Measured on</th><td class="right">${calibration.name}</td></tr>
<tr><th scope="row">Measured</th><td class="right">${calibration.date}</td></tr>
<tr><th scope="row">Pairs</th><td class="right">${whole(calibration.genuine)} same person, ${whole(calibration.impostor)} different</td></tr>
<tr><th scope="row">Condition</th><td class="right">${conditionWords(threshold.condition)}</td></tr>
<tr><th scope="row">False match rate</th><td class="right">${percent(threshold.fmr)} (${percent(intervals.fmr[0])} to ${percent(intervals.fmr[1])})</td></tr>
<tr><th scope="row">False non-match rate</th><td class="right">${percent(threshold.fnmr)} (${percent(intervals.fnmr[0])} to ${percent(intervals.fnmr[1])})</td></tr>
</tbody>
</table>
<table>
<caption>Time on this machine</caption>
<tbody>${steps.map(([label, ms]) => ms !== undefined && html`<tr><th scope="row">${label}</th><td class="right">${duration(ms)}</td></tr>`)}</tbody>
</table>
</div>`,
  )
}

/** Everything as JSON, inside the page. */
export const dataSection = (result: CompareResult): Markup =>
  section(
    'data',
    'Data',
    html`<p>All values behind this page, unrounded, are embedded in it as JSON (element <code>#xfmr-result</code>): the same that <code>xfmr compare --json</code> prints.</p>
<a class="button" id="download" href="#data" download="result.json" hidden>Download result.json</a>
<script type="application/json" id="xfmr-result">${inlineJson(result)}</script>`,
  )
