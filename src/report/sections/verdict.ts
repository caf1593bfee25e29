import type { Calibration } from '../../evaluation/calibration.ts'
import { html, type Markup } from '../markup.ts'
import { fixed, oneIn, percent, whole } from '../numbers.ts'
import type { CompareResult } from '../schema.ts'
import { conditionWords, evidenceWords, masksNote, SCORE_NAMES, VERDICT_WORDS } from '../words.ts'
import { scaleFigure } from './scale.ts'

/** The verdict, the score on its scale, and how often such a verdict is wrong. */
export const verdictSection = (result: CompareResult, calibration: Calibration | undefined): Markup => {
  const { verdict, threshold } = result
  const score = result.score[result.score.by]
  const { calibration: set, intervals } = threshold
  const level = `${Math.round(intervals.level * 100)}\u00a0%`
  const { often, among } = evidenceWords(result)
  return html`
<h1 class="${verdict}">${VERDICT_WORDS[verdict]}</h1>
<p class="lead">The two faces have ${result.score.by === 'xcos' ? 'an' : 'a'} ${SCORE_NAMES[result.score.by]} of <strong class="number">${fixed(score)}</strong>. From <span class="number">${fixed(threshold.value)}</span> up, xfmr calls two faces the same person.</p>
${scaleFigure(result, calibration)}
<div class="rates">
${card(
  oneIn(threshold.fmr) ?? `none of ${whole(set.impostor)}`,
  'pairs of different people would pass at this threshold.',
  `False match rate ${percent(threshold.fmr)}, ${level} interval ${range(intervals.fmr)}`,
)}
${card(
  oneIn(threshold.fnmr) ?? `none of ${whole(set.genuine)}`,
  'pairs of the same person would be turned away.',
  `False non-match rate ${percent(threshold.fnmr)}, ${level} interval ${range(intervals.fnmr)}`,
)}
${card(often, `more common is such a score among ${among}.`, 'Likelihood ratio, bounded by the size of the calibration set')}
</div>
<p class="note">Measured on ${set.name}${set.synthetic ? ', with masks drawn onto the photos' : ''}: ${whole(set.genuine)} pairs of the same person and ${whole(set.impostor)} of different people, ${conditionWords(threshold.condition)}. ${masksNote(result)}</p>`
}

// --- internal ---

const range = ([low, high]: readonly [number, number]): string =>
  `${percent(low).replace(/\s%/, '')} to ${percent(high)}`

const card = (often: string, what: string, name: string): Markup =>
  html`<div class="rate"><p><strong>${often[0]!.toUpperCase()}${often.slice(1)}</strong> ${what}</p><p class="note number">${name}</p></div>`
