import { type CardFacts, excludedWords } from '../card-facts.ts'
import { failureCounts } from '../failures.ts'
import type { UnmaskResult } from './node/train.ts'
import type { UnmaskMethod } from './recipes.ts'
import type { Validation } from './validation.ts'

export type UnmaskFacts = Omit<UnmaskResult, 'correction'> &
  CardFacts & {
    readonly method: UnmaskMethod
    readonly recogniser: string
    readonly views: { readonly masked: number; readonly degraded: number; readonly strength: number }
  }

/** The model card, in Markdown. */
export const unmaskCard = (facts: UnmaskFacts): string => {
  const { recipe, rows, identities, views, before, after } = facts
  const failed = failureCounts(facts.failures)
  return `# Card: unmask

Embeds faces that wear a mask as the recogniser embeds them without one. Method \`${facts.method}\`.

| | |
|---|---|
| file | \`unmask.onnx\`: the recogniser's value \`${facts.start}\` to \`unmasked\` [N, D], not of length 1 |
| belongs to | ${facts.recogniser}; faces found and aligned by ${facts.pipeline} |
| used | for faces that the worn-mask detector takes for masked (\`--unmask auto\`) |
| method | ${METHODS[facts.method]} |
| data | ${facts.photos} unmasked photos (folders ${facts.folders.join(', ')}); of each ${views.masked} views with a random realistic mask and ${views.degraded} without; two in three degraded (strength ${views.strength}); faces found again in every view |
| not usable | ${failed} |
| test identities | ${excludedWords(facts.excluded)} |
| split | by person: ${identities.training} to train on (${rows.masked} masked and ${rows.bare} bare views), ${identities.validation} with several photos for validation (${rows.validation} views) |
| training | ${facts.steps} steps of ${recipe.batch} views, ${recipe.epochs} epochs, best after epoch ${facts.bestEpoch}; ${JSON.stringify(recipe.schedule)}; ${percent(recipe.bareShare)} % bare; ${facts.minutes.toFixed(0)} minutes |
| seed | ${facts.seed} |
| command | \`${facts.command}\` |
| licence | MIT, like the code; the weights derive from the recogniser's (MIT); the photos are research data and not part of it |

Validation: views of people that training did not see, against their unchanged bare photos, two views of one photo never compared. Masks
are drawn, so real ones are harder: see docs/results.md for both.

| | EER % | FNMR % at FMR 1 % | at FMR 0.1 % | FNMR % at the bare threshold | genuine mean | impostor mean | FDR |
|---|---|---|---|---|---|---|---|
${[
  row('masked, without', before, 'masked'),
  row('masked, corrected', after, 'masked'),
  row('bare, without', before, 'bare'),
  row('bare, sent through it by mistake', after, 'bare'),
].join('\n')}

Made for verification and search with masked faces. It can't restore what a mask hides: it learns to weigh what is left. Not made for
faces without a mask, which keep the original embedding.
`
}

// --- internal ---

const METHODS: Readonly<Record<UnmaskMethod, string>> = {
  'eum-srt':
    'Embedding Unmasking Model, 4 x (linear, batch normalisation, leaky ReLU), Self-restrained Triplet loss',
  'eum-triplet': 'Embedding Unmasking Model with the triplet loss',
  'eum-cosine': 'Embedding Unmasking Model, cosine distillation',
  head: "the recogniser's last layers, fine-tuned by cosine distillation from its own embeddings of the unmasked photos",
  deep: "the recogniser's deeper layers, fine-tuned by cosine distillation from its own embeddings of the unmasked photos",
}

const percent = (share: number): string => (100 * share).toFixed(share < 0.1 ? 2 : 1)

const row = (label: string, validation: Validation, kind: 'masked' | 'bare'): string => {
  const { eer, fmr100, fmr1000, gMean, iMean, fdr } = validation[kind]
  const fixed = kind === 'masked' ? percent(validation.fnmrAtBareThreshold) : ''
  const numbers = [percent(eer), percent(fmr100), percent(fmr1000), fixed]
  return `| ${[label, ...numbers, gMean!.toFixed(3), iMean!.toFixed(3), fdr!.toFixed(2)].join(' | ')} |`
}
