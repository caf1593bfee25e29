import { type CardFacts, excludedWords } from '../card-facts.ts'
import type { XCosResult } from './node/train.ts'
import type { Validation } from './validation.ts'

export type XCosFacts = Omit<XCosResult, 'xcos'> &
  CardFacts & {
    readonly recogniser: string
  }

/** The model card, in Markdown. */
export const xcosCard = (facts: XCosFacts): string => {
  const { recipe, faces, identities, before, after } = facts
  return `# Card: xcos

The explainable cosine: how similar two faces are in each cell of the recogniser's last grid, how much each cell counts for the
pair, and the score, which is the sum of the products (after Lin et al., xCos, ACM TOMM 2021; symmetric here).

| | |
|---|---|
| file | \`xcos.onnx\`: grids \`a\` and \`b\` [N, C, H, W] to \`similarity\` and \`attention\` [N, H, W] and \`xcos\` [N] |
| belongs to | ${facts.recogniser}; faces embedded by ${facts.pipeline} |
| network | the grid times a factor for each cell and channel, 3x3 convolution of each channel, 1x1 convolution to ${recipe.features} features, less those of the average face, PReLU${recipe.layers > 0 ? `; ${recipe.layers} times added to them: 3x3 convolution of each feature, PReLU, 1x1 convolution` : ''}; cosine by cell; attention from the lengths of both faces' features and ${recipe.gates} gates on their sum, product and difference, softmax over the cells |
| data | ${facts.photos} unmasked photos (folders ${facts.folders.join(', ')}), views with drawn masks and degraded ones |
| not usable | ${facts.failures.length} views or photos without a usable face |
| test identities | ${excludedWords(facts.excluded)} |
| split | by person: ${identities.training} to train on (${faces.training} faces), ${identities.validation} for validation (${faces.validation} faces, ${facts.validationPairs} pairs) |
| loss | squared difference to the cosine of the recogniser's embeddings ${recipe.teacher === 'bare' ? 'of the same photos without masks' : 'of the same views, corrected where a mask is found'}${recipe.identityWeight > 0 ? `, and CosFace over identities with weight ${recipe.identityWeight}` : ''} |
| training | ${facts.steps} steps of ${recipe.batch} pairs (half of one person; of the others half look-alikes; ${recipe.masks ? 'a third each with no, one, two masks' : 'no masks'}), best after epoch ${facts.bestEpoch} of ${recipe.epochs}; ${facts.minutes.toFixed(0)} minutes |
| seed | ${facts.seed} |
| command | \`${facts.command}\` |
| licence | MIT, like the code; the weights derive from the recogniser's (MIT); the photos are research data and not part of it |

Validation: pairs of people that training did not see, half of the impostors look-alikes. Correlation is with the cosine of the same photos
without masks. Masks are drawn, so real ones are harder: see docs/xcos.md for tests.

| | EER %, start | EER % | correlation, start | correlation | genuine mean | impostor mean |
|---|---|---|---|---|---|---|
${(['bare-bare', 'bare-masked', 'masked-masked'] as const).map(condition => row(condition, before, after)).join('\n')}

Made to explain scores, and to decide where an explained decision is wanted (\`--score xcos\`). A cell sees much of the face around it, so
that a place in these maps is a place in the network's arithmetic, not a patch of skin.
`
}

// --- internal ---

const row = (condition: keyof Validation, before: Validation, after: Validation): string => {
  const [start, end] = [before[condition], after[condition]]
  const numbers = [100 * start.eer, 100 * end.eer].map(value => value.toFixed(2))
  const others = [start.correlation, end.correlation, end.genuineMean, end.impostorMean]
  return `| ${[condition, ...numbers, ...others.map(value => value.toFixed(3))].join(' | ')} |`
}
