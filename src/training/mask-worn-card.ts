import { MASK_STATES } from '../recognition/mask-worn.ts'
import { failureCounts } from './failures.ts'
import type { Confusion } from './mask-worn.ts'

export type MaskWornFacts = {
  readonly recogniser: string
  readonly seed: string
  /** Names of the folders that the photos came from. */
  readonly folders: readonly string[]
  /** What was typed, see `trainCommand`. */
  readonly command: string
  readonly photos: number
  readonly perPerson: number
  readonly failures: readonly { readonly code: string }[]
  readonly training: number
  readonly validation: number
  readonly people: { readonly training: number; readonly validation: number }
  readonly l2: number
  readonly steps: number
  readonly confusion: Confusion
  readonly balancedAccuracy: number
}

/** The model card, in Markdown. */
export const maskWornCard = (facts: MaskWornFacts): string => {
  const failed = failureCounts(facts.failures)
  const rows = facts.confusion.map((row, i) => `| ${MASK_STATES[i]} | ${row.join(' | ')} |`)
  return `# Card: mask-worn

Says from a recogniser's last feature grid whether a face mask is worn: ${MASK_STATES.join(', ')}.

| | |
|---|---|
| file | \`mask-worn.onnx\`: \`features\` [N, C] (grid averaged over its cells) to \`probabilities\` [N, ${MASK_STATES.length}] |
| belongs to | ${facts.recogniser}; it means nothing for another recogniser |
| method | multinomial logistic regression, cross-entropy with every state counting alike, ${facts.steps} steps of Adam, L2 ${facts.l2} (chosen on validation) |
| data | ${facts.photos} unmasked photos (folders ${facts.folders.join(', ')}; at most ${facts.perPerson} a person), each bare as it is, bare and worsened, with a synthetic mask worn right, and with one worn wrong; two in three of the last three degraded, one in three squeezed; faces found again in each |
| split | by person: ${facts.people.training} for training (${facts.training} faces), ${facts.people.validation} for validation (${facts.validation} faces) |
| not usable | ${failed} |
| seed | ${facts.seed} |
| command | \`${facts.command}\` |
| licence | MIT, like the code; the photos are research data and not part of it |

Validation, true state by row, call by column; balanced accuracy ${(100 * facts.balancedAccuracy).toFixed(2)} %:

| | ${MASK_STATES.join(' | ')} |
|---|${MASK_STATES.map(() => '---').join('|')}|
${rows.join('\n')}

Made for choosing the calibration that fits a pair of photos, and for telling users. Not made for enforcing mask rules: it has only
learnt from drawn masks, and hands, scarves or beards before the mouth can look like a mask to it.
`
}
