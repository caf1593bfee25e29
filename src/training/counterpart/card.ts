import type { Metrics } from '../../evaluation/metrics.ts'
import { type CardFacts, excludedWords } from '../card-facts.ts'
import { failureCounts } from '../failures.ts'
import type { CounterpartResult } from './node/train.ts'

export type CounterpartFacts = Omit<CounterpartResult, 'counterpart'> &
  CardFacts & {
    readonly owner: string
  }

/** The model card, in Markdown. */
export const counterpartCard = (facts: CounterpartFacts): string => {
  const { rows, identities, before, after } = facts
  return `# Card: counterpart

The embedding of a bare face as it is compared with a masked one. A mask hides part of what a bare face shows; the corrected embedding of a
masked face can't have that part, so it only adds noise to the score. The counterpart is the embedding with what a mask would leave weighed more.

| | |
|---|---|
| file | \`counterpart.onnx\`: the recogniser's embedding [N, D] times a matrix to \`unmasked\` [N, D], not of length 1 |
| belongs to | ${facts.owner}; faces embedded by ${facts.pipeline} |
| used | for the bare face of a pair of which the other face was corrected for its mask; two bare or two masked faces are compared as they are |
| matrix | ridge regression from the embeddings of bare photos to the corrected ones of the same photos with masks, plus ${facts.share} times the embedding itself |
| data | ${facts.photos} unmasked photos (folders ${facts.folders.join(', ')}), two views of each with drawn masks, some degraded; faces found again in every view |
| not usable | ${failureCounts(facts.failures)} |
| test identities | ${excludedWords(facts.excluded)} |
| split | by person: ${identities.training} to train on (${rows.training} views), ${identities.validation} for validation (${rows.validation} views); the correction has not seen the latter either |
| choice | the share of the embedding itself, by the FDR on validation people: ${facts.tried.map(({ share, fdr }) => `${share}: ${fdr.toFixed(2)}`).join(', ')} |
| seed | ${facts.seed} |
| training | ${facts.minutes.toFixed(0)} minutes |
| command | \`${facts.command}\` |
| licence | MIT, like the code; the weights derive from the recogniser's (MIT); the photos are research data and not part of it |

Validation: masked, corrected views against other, bare photos of people that training did not see. Masks are drawn, so real ones are harder: see
docs/results.md for both.

| bare face | EER % | FNMR % at FMR 1 % | at FMR 0.1 % | genuine mean | impostor mean | FDR |
|---|---|---|---|---|---|---|
${row('as it is', before)}
${row('counterpart', after)}

Made for pairs. A gallery keeps embeddings as they are.
`
}

// --- internal ---

const percent = (value: number): string => (100 * value).toPrecision(3)

const row = (name: string, { eer, fmr100, fmr1000, gMean, iMean, fdr }: Metrics): string =>
  `| ${[name, percent(eer), percent(fmr100), percent(fmr1000), gMean!.toFixed(3), iMean!.toFixed(3), fdr!.toFixed(2)].join(' | ')} |`
