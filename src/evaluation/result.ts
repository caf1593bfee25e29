import { z } from 'zod'

const rate = z.number().min(0).max(1)
const count = z.int().nonnegative()
const interval = z.tuple([z.number(), z.number()]).nullable()
const bothKinds = z.object({ genuine: count, impostor: count })

const rates = z.object({
  threshold: z.number(),
  fmr: rate.describe('False match rate: share of comparisons of different people that pass'),
  fnmr: rate.describe('False non-match rate: share of comparisons of the same person that are turned away'),
  average: rate.describe('(FMR + FNMR) / 2'),
})

const operatingPoints = {
  fmr10: rate.describe('FNMR at FMR 10 %'),
  fmr20: rate.describe('FNMR at FMR 5 %'),
  fmr100: rate.describe('FNMR at FMR 1 %'),
  fmr1000: rate.describe('FNMR at FMR 0.1 %'),
  zeroFmr: rate.describe('FNMR at FMR 0'),
}

const setting = z.object({
  name: z.string(),
  condition: z.enum(['bare-bare', 'bare-masked', 'masked-masked']).nullable().describe('null: not known'),
  synthetic: z.boolean().describe('True when masks were drawn onto the photos'),
  genuine: count.describe('Comparisons of the same person'),
  impostor: count.describe('Comparisons of different people'),
  corrected: z
    .object({ first: rate, second: rate })
    .optional()
    .describe('Share of comparisons whose first or second photo went through the correction for masks'),
  failedToAcquire: bothKinds.describe('Comparisons without a score because no face could be used in a photo'),
  eer: rate.describe('Equal error rate'),
  eerThreshold: z.number(),
  ...operatingPoints,
  closest: z
    .object(operatingPoints)
    .describe("The same by PyEER's rule: FMR closest to the target, not at most"),
  fmr100Threshold: z.number(),
  fmr1000Threshold: z.number(),
  auc: rate,
  gMean: z.number().nullable(),
  iMean: z.number().nullable(),
  fdr: z.number().nullable().describe('Fisher discriminant ratio'),
  accuracy: rate.optional().describe('By cross-validation over the folds, as LFW asks for'),
  accuracyStandardError: z.number().optional(),
  folds: z
    .array(z.object({ fold: count, threshold: z.number(), correct: count, total: count, accuracy: rate }))
    .optional(),
  atUnmaskedThreshold: rates
    .nullable()
    .describe('At the threshold with FMR 0.1 % on unmasked pairs; null without such'),
  cell: z
    .object({ shape: z.string(), coverage: z.string(), colour: z.string() })
    .optional()
    .describe('The mask on every probe, where all wear the same'),
  at: z.record(z.string(), rates).describe('At other thresholds that were fixed elsewhere, by name'),
  intervals: z.record(z.string(), interval).describe('By name of the number, nested ones as at.<name>.fmr'),
})

/** One-to-many search of a gallery, of protocol identification. */
const identification = z.object({
  name: z.string(),
  condition: z.enum(['bare-bare', 'bare-masked']).describe('Enrolled faces and probes'),
  synthetic: z.boolean(),
  gallery: count.describe('People enrolled, each with one photo'),
  mated: count.describe('Probes of people who are enrolled'),
  unmated: count.describe('Probes of people who are not'),
  failedToAcquire: z.object({ gallery: count, probes: count }).describe('Photos without a usable face'),
  rank1: rate.describe('Share of mated probes whose person comes first'),
  rank10: rate,
  threshold: z
    .number()
    .nullable()
    .describe('Lowest with FPIR of at most 1 %; null where no score allows that'),
  fpir: rate.describe('False positive identification rate there'),
  fnir: rate.describe('False negative identification rate there: mated probes whose person scores lower'),
  predictedFpir: rate.describe(
    'FPIR there by the formula of the gallery, 1 - (1 - FMR)^N, from the false match rate of the same comparisons',
  ),
  intervals: z.object({
    rank1: z.tuple([rate, rate]),
    fnir: z.tuple([rate, rate]),
    fpir: z.tuple([rate, rate]),
  }),
})

export type IdentificationResult = z.infer<typeof identification>

/**
 * The result of an evaluation: `xfmr evaluate --json` and `result.json`. Fields may be added, none will be renamed.
 * Definitions: `docs/metrics.md`.
 */
export const evaluationResult = z.object({
  version: z.string().describe('Version of xfmr'),
  protocol: z.string(),
  pipeline: z.string(),
  dataset: z.string(),
  date: z.iso.date(),
  face: z.string().describe('Which face was taken from a photo that shows several'),
  failurePolicy: z.enum(['reject', 'exclude']),
  intervals: z.object({ level: rate, resamples: count, seed: z.string() }),
  masks: z
    .object({ type: z.string(), seed: z.string() })
    .optional()
    .describe('How masks were drawn, where they were'),
  unmasking: z
    .object({
      mode: z.enum(['auto', 'always']).describe('Which faces: those with a mask as far as was found, or all'),
      name: z.string(),
      sha256: z.string(),
    })
    .optional()
    .describe('The correction for masks, where one took part'),
  settings: z.array(setting),
  identification: z
    .array(identification)
    .optional()
    .describe('Of protocol identification, which has no pairs to set'),
  omitted: z
    .array(z.object({ name: z.string(), reason: z.string() }))
    .optional()
    .describe('Settings that the photos do not allow'),
  photos: z.object({
    total: count,
    identities: count,
    failures: z.array(
      z.object({
        photo: z.string(),
        mask: z.string().optional().describe('What mask was drawn on it, where one was'),
        code: z.string(),
        message: z.string(),
      }),
    ),
    alone: z.array(z.string()).optional().describe('Identities with one photo: no genuine comparison'),
    sameBytes: z
      .array(z.object({ photos: z.array(z.string()), identities: z.array(z.string()) }))
      .describe('Byte-identical photos under several identities'),
  }),
})

export type EvaluationResult = z.infer<typeof evaluationResult>

/** One row of the results: a way of choosing, masking or unmasking the photos. */
export type SettingResult = EvaluationResult['settings'][number]
