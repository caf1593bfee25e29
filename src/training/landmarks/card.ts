import { failureCounts } from '../failures.ts'
import type { Drift } from './drift.ts'

export type LandmarkFacts = {
  readonly seed: string
  /** Names of the folders that the photos came from. */
  readonly folders: readonly string[]
  /** What was typed, see `trainCommand`. */
  readonly command: string
  readonly photos: number
  readonly people: { readonly training: number; readonly validation: number }
  /** Views made of every photo. */
  readonly views: number
  /** Crops. */
  readonly samples: { readonly training: number; readonly validation: number }
  readonly failures: readonly { readonly code: string }[]
  readonly epochs: number
  readonly steps: number
  readonly batch: number
  readonly rate: number
  /** Mean distance of the five points on validation crops, pixels of the crop. */
  readonly before: { readonly bare: number; readonly masked: number }
  readonly after: { readonly bare: number; readonly masked: number }
  readonly rows: readonly { readonly label: string; readonly before: Drift; readonly after: Drift }[]
  /** Validation photos of the table. */
  readonly measured: number
  /** First digits of the sha256 of the model that it started from. */
  readonly original: string
}

/** The model card, in Markdown. */
export const landmarkCard = (facts: LandmarkFacts): string => {
  const failed = failureCounts(facts.failures)
  const { before, after } = facts
  const arrow = (from: number, to: number): string => `${from.toFixed(2)} -> ${to.toFixed(2)}`
  return `# Card: landmarks

Finds the 68 landmarks of a face, also under a face mask.

| | |
|---|---|
| file | \`landmarks.onnx\`: \`input\` [1, 1, 64, 64] grey / 256 to \`output\` [1, 136], x and y in turn, shares of the crop |
| started from | the default landmark model (sha256 ${facts.original}...), same layers |
| method | self-distillation: on masked and degraded views of a photo it learns what the original, averaged with its mirror image, finds on the bare photo; AdamW, highest rate ${facts.rate}, batch ${facts.batch}, ${facts.epochs} epochs (${facts.steps} steps), averaged weights; bare samples count twice; layers that read more than 16 x 16 cells unchanged |
| data | ${facts.photos} unmasked photos (folders ${facts.folders.join(', ')}), ${facts.views} views of each, five crops a view: 65 % masked (one in eight with a flat shape), 80 % degraded |
| split | by person: ${facts.people.training} for training (${facts.samples.training} crops), ${facts.people.validation} for validation (${facts.samples.validation} crops) |
| not usable | ${failed} |
| seed | ${facts.seed} |
| command | \`${facts.command}\` |
| licence | that of the model it started from; the photos are research data and not part of it |

Validation crops, mean distance of the five points in pixels of the 64 x 64 crop, before -> after: bare ${arrow(before.bare, after.bare)}, masked ${arrow(before.masked, after.masked)}.

Whole chain on ${facts.measured} validation photos (detector on the view, both crops, mirror average) against the original on the bare photo, before -> after.
Eyes, nose, mouth: displacement in distances between the eyes; alignment: mean displacement of the five points in the 112 x 112 face.

${driftTable(facts.rows)}

The truth is what the original model finds without a mask, so the bare rows say how far the new model departs from it, not how wrong
it is. The masks are drawn; real ones are more varied.
`
}

/** Before and after, a row a kind of view. */
export const driftTable = (rows: LandmarkFacts['rows']): string => {
  const number = (digits: number) => (value: number) => value.toFixed(digits)
  const percent = (value: number): string => (100 * value).toFixed(1)
  const lines = rows.map(({ label, before, after }) => {
    const pair = (value: (drift: Drift) => number, format: (value: number) => string): string =>
      `${format(value(before))} -> ${format(value(after))}`
    return [
      label,
      `${before.missed} of ${before.faces}`,
      pair(({ eyes }) => eyes, number(3)),
      pair(({ nose }) => nose, number(3)),
      pair(({ mouth }) => mouth, number(3)),
      pair(({ off15 }) => off15, percent),
      pair(({ off30 }) => off30, percent),
      pair(({ aligned }) => aligned, number(2)),
    ]
  })
  const head = [
    'view',
    'missed',
    'eyes',
    'nose',
    'mouth',
    'an eye off > 0.15, %',
    '> 0.3, %',
    'alignment, px',
  ]
  return [head, head.map(() => '---'), ...lines].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
