import type { EvaluationResult, SettingResult } from '../../evaluation/result.ts'
import { type Content, html, type Markup } from '../markup.ts'
import { fixed, percent, whole } from '../numbers.ts'

/** All numbers of all settings, one column each, with intervals. */
export const metricsTable = ({ settings, intervals }: EvaluationResult): Markup => {
  const rows = ROWS.filter(row => settings.some(setting => row.value(setting) !== undefined))
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Results"><table class="results">
<caption>Results with ${intervals.level * 100} % intervals in brackets. Error rates count comparisons without a score as the failure policy says.</caption>
<thead><tr><td></td>${settings.map(({ name, synthetic }) => html`<th scope="col">${name}${synthetic && html`<br><span class="key-text">synthetic masks</span>`}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr><th scope="row">${row.label}${row.note && html`<br><span class="key-text">${row.note}</span>`}</th>${settings.map(setting => cell(row, setting))}</tr>`)}</tbody>
</table></div>`
}

/** Accuracy by fold, where there are folds. */
export const foldsTable = ({ name, folds }: SettingResult): Markup | undefined =>
  folds &&
  html`<details><summary>Accuracy by fold${` (${name})`}</summary><div class="scroll"><table>
<thead><tr><th scope="col">Fold</th><th scope="col" class="right">Threshold from the other folds</th><th scope="col" class="right">Right</th><th scope="col" class="right">Accuracy</th></tr></thead>
<tbody>${folds.map(({ fold, threshold, correct, total, accuracy }) => html`<tr><th scope="row">${fold}</th><td class="right">${fixed(threshold)}</td><td class="right">${correct} of ${total}</td><td class="right">${accuracyText(accuracy)}</td></tr>`)}</tbody>
</table></div></details>`

/** The masks of the `nist` protocol: errors at the threshold that was fixed on unmasked pairs. */
export const coverageTable = ({ settings, intervals }: EvaluationResult): Markup => {
  const rows = settings.filter(({ cell, atUnmaskedThreshold }) => cell && atUnmaskedThreshold)
  return html`<div class="scroll"><table>
<caption>At the threshold with FMR 0.1 % on unmasked pairs, with ${intervals.level * 100} % intervals. Synthetic masks.</caption>
<thead><tr><th scope="col">Shape</th><th scope="col">Coverage</th><th scope="col">Colour</th><th scope="col" class="right">FNMR</th><th scope="col" class="right">Interval</th><th scope="col" class="right">FMR</th><th scope="col" class="right">Without a score</th></tr></thead>
<tbody>${rows.map(({ cell, atUnmaskedThreshold, intervals, failedToAcquire }) => {
    const range = intervals['at.unmaskedFmr1000.fnmr']
    return html`<tr><td>${cell!.shape}</td><td>${cell!.coverage}</td><td>${cell!.colour}</td><td class="right">${percent(atUnmaskedThreshold!.fnmr)}</td><td class="right">${range && `${percent(range[0])} to ${percent(range[1])}`}</td><td class="right">${percent(atUnmaskedThreshold!.fmr)}</td><td class="right">${whole(failedToAcquire.genuine + failedToAcquire.impostor)}</td></tr>`
  })}</tbody></table></div>`
}

/** Settings that the photos did not allow. */
export const omittedNote = ({ omitted }: EvaluationResult): Markup | undefined =>
  omitted &&
  html`<p class="note">Left out: ${omitted.map(({ name, reason }) => `${name} (${reason})`).join('; ')}.</p>`

/** Photos that could not be used, and photos that stand under several identities. */
export const problemsTables = ({ photos }: EvaluationResult): Content => [
  photos.failures.length === 0
    ? html`<p>A face was found and embedded in every one of the ${whole(photos.total)} photos.</p>`
    : html`<p>${whole(photos.failures.length)} times a photo could not be used (of ${whole(photos.total)} photos, masked ones counted apart). Comparisons with it have no score.</p>
<div class="scroll"><table><thead><tr><th scope="col">Photo</th><th scope="col">Code</th><th scope="col">Reason</th></tr></thead>
<tbody>${photos.failures.map(({ photo, mask, code, message }) => html`<tr><td>${photo}${mask !== undefined && ` (masked: ${mask})`}</td><td><code>${code}</code></td><td>${message}</td></tr>`)}</tbody></table></div>`,
  photos.alone !== undefined &&
    photos.alone.length > 0 &&
    html`<p>${whole(photos.alone.length)} people have one photo, so no comparison of the same person: ${photos.alone.join(', ')}.</p>`,
  photos.sameBytes.length > 0 &&
    html`<p>Byte-identical photos stand under several identities, so one of their labels is wrong:</p>
<ul>${photos.sameBytes.map(group => html`<li>${group.photos.join(', ')} (${group.identities.join(', ')})</li>`)}</ul>`,
]

/** An accuracy in per cent. Always with two decimals: what matters lies behind 99 %. */
export const accuracyText = (accuracy: number): string => `${(accuracy * 100).toFixed(2)} %`

// --- internal ---

type Row = {
  label: string
  note?: string
  value(setting: SettingResult): number | null | undefined
  interval?: string
  write(value: number): string
}

const plain = (decimals: number) => (value: number) => fixed(value, decimals)

const ROWS: readonly Row[] = [
  { label: 'Comparisons, same person', value: ({ genuine }) => genuine, write: whole },
  { label: 'Comparisons, different people', value: ({ impostor }) => impostor, write: whole },
  {
    label: 'Without a score',
    note: 'same person',
    value: ({ failedToAcquire }) => failedToAcquire.genuine,
    write: whole,
  },
  {
    label: 'Without a score',
    note: 'different people',
    value: ({ failedToAcquire }) => failedToAcquire.impostor,
    write: whole,
  },
  ...(['first', 'second'] as const).map(side => ({
    label: `Corrected for a mask, ${side} photo`,
    note: 'share of comparisons',
    value: (s: SettingResult) => s.corrected?.[side],
    write: percent,
  })),
  {
    label: 'Accuracy',
    note: 'cross-validated over the folds',
    value: ({ accuracy }) => accuracy,
    interval: 'accuracy',
    write: accuracyText,
  },
  { label: 'Equal error rate', value: ({ eer }) => eer, interval: 'eer', write: percent },
  {
    label: 'FMR100',
    note: 'FNMR at FMR 1 %',
    value: ({ fmr100 }) => fmr100,
    interval: 'fmr100',
    write: percent,
  },
  {
    label: 'FMR1000',
    note: 'FNMR at FMR 0.1 %',
    value: ({ fmr1000 }) => fmr1000,
    interval: 'fmr1000',
    write: percent,
  },
  {
    label: 'ZeroFMR',
    note: 'FNMR without a false match',
    value: ({ zeroFmr }) => zeroFmr,
    interval: 'zeroFmr',
    write: percent,
  },
  ...(['fmr', 'fnmr', 'average'] as const).map(rate => ({
    label: `${{ fmr: 'FMR', fnmr: 'FNMR', average: 'Average of both' }[rate]} at the unmasked threshold for 1 %`,
    value: (s: SettingResult) => s.at.unmaskedFmr100?.[rate],
    interval: `at.unmaskedFmr100.${rate}`,
    write: percent,
  })),
  {
    label: 'FMR at the unmasked threshold for 0.1 %',
    value: s => s.atUnmaskedThreshold?.fmr,
    interval: 'at.unmaskedFmr1000.fmr',
    write: percent,
  },
  {
    label: 'FNMR at the unmasked threshold for 0.1 %',
    value: s => s.atUnmaskedThreshold?.fnmr,
    interval: 'at.unmaskedFmr1000.fnmr',
    write: percent,
  },
  {
    label: 'Average of both at the unmasked threshold for 0.1 %',
    value: s => s.atUnmaskedThreshold?.average,
    interval: 'at.unmaskedFmr1000.average',
    write: percent,
  },
  { label: 'Area under the ROC', value: ({ auc }) => auc, interval: 'auc', write: plain(5) },
  { label: 'Mean score, same person', value: ({ gMean }) => gMean, interval: 'gMean', write: plain(4) },
  { label: 'Mean score, different people', value: ({ iMean }) => iMean, interval: 'iMean', write: plain(4) },
  { label: 'Fisher discriminant ratio', value: ({ fdr }) => fdr, interval: 'fdr', write: plain(2) },
  { label: 'Threshold for FMR 1 %', value: ({ fmr100Threshold }) => fmr100Threshold, write: plain(4) },
  { label: 'Threshold for FMR 0.1 %', value: ({ fmr1000Threshold }) => fmr1000Threshold, write: plain(4) },
]

const cell = ({ value, interval, write }: Row, setting: SettingResult): Markup => {
  const number = value(setting)
  if (number === undefined || number === null) return html`<td class="right">-</td>`
  const range = interval === undefined ? undefined : setting.intervals[interval]
  return html`<td class="right">${write(number)}${range && html`<br><span class="key-text">[${write(range[0])}, ${write(range[1])}]</span>`}</td>`
}
